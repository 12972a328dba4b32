-- Contributions to media spend, impressions and clicks: one row per advertisement and day, with what is known of its
-- campaign only as (unallocated).
-- source: ad_cost
create table measures.ad_cost (
  day             date           not null comment 'spend day',
  row_key         varchar        not null comment 'platform, day and what the row stands for',
  load_id         bigint         not null comment 'the load the row came with',
  channel         varchar        not null comment 'slice: channel',
  platform        varchar        not null comment 'slice: ad platform',
  account         varchar        not null comment 'slice: ad account',
  campaign        varchar        not null comment 'slice: campaign',
  ad_group        varchar        not null comment 'slice: ad group',
  ad              varchar        not null comment 'slice: advertisement',
  ad_spend_eur    decimal(38, 6)          comment 'measure: media cost in EUR',
  ad_clicks       bigint                  comment 'measure: clicks',
  ad_impressions  bigint                  comment 'measure: impressions',
  unpriced_rows   bigint         not null comment 'unpriced: 1 when no rate turns the cost into EUR',
  primary key (row_key)
) as
select
  day,
  row_key,
  load_id,
  channel,
  platform,
  account,
  campaign,
  ad_group,
  ad,
  spend_eur as ad_spend_eur,
  clicks as ad_clicks,
  impressions as ad_impressions,
  case when is_unpriced then 1 else 0 end as unpriced_rows
from facts.ad_cost
