-- Contributions to what a paid video view costs: the days of campaigns that had video views in the month.
-- source: ad_cost
create table measures.ad_video (
  day               date           not null comment 'spend day',
  row_key           varchar        not null comment 'platform, day and what the row stands for',
  load_id           bigint         not null comment 'the load the row came with',
  platform          varchar        not null comment 'slice: ad platform',
  campaign          varchar        not null comment 'slice: campaign',
  video_spend_eur   decimal(38, 6)          comment 'measure: media cost of these campaigns in EUR',
  paid_video_views  bigint                  comment 'measure: paid video plays of 3 seconds or more',
  unpriced_rows     bigint         not null comment 'unpriced: 1 when no rate turns the cost into EUR',
  primary key (row_key)
) as
with video_month as (
  select platform, campaign, cast(date_trunc('month', day) as date) as month
  from facts.ad_cost
  where video_views > 0
  group by platform, campaign, cast(date_trunc('month', day) as date)
)
select
  a.day,
  a.row_key,
  a.load_id,
  a.platform,
  a.campaign,
  a.spend_eur as video_spend_eur,
  a.video_views as paid_video_views,
  case when a.is_unpriced then 1 else 0 end as unpriced_rows
from facts.ad_cost as a
inner join video_month as v
  on v.platform = a.platform and v.campaign = a.campaign and v.month = cast(date_trunc('month', a.day) as date)
