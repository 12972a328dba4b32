-- What the ad platforms' own exports say, platform names made equal.
create table staging.ad_cost (
  day          date           not null comment 'day in the ad account zone',
  platform     varchar        not null comment 'ad platform under its one name',
  account      varchar        not null comment 'ad account; empty when the file has none',
  campaign     varchar        not null comment 'campaign',
  ad_group     varchar        not null comment 'ad group; empty when the file has none',
  ad           varchar        not null comment 'advertisement; empty when the file has none',
  level        varchar        not null comment 'campaign, ad, or conversion of a report that repeats the cost beside conversions',
  cost         decimal(18, 6) not null comment 'own currency: media cost ex VAT',
  currency     varchar        not null comment 'ISO currency',
  channel      varchar                 comment 'channel the file names, as sent',
  clicks       bigint                  comment 'clicks billed',
  impressions  bigint                  comment 'impressions',
  video_views  bigint                  comment 'video plays of 3 seconds or more',
  conversions  decimal(18, 6)          comment 'claim: conversions the platform credits itself with, dated at the click; NULL when the file tells none',
  load_id      bigint         not null comment 'the load the row came with',
  primary key (day, platform, account, campaign, ad_group, ad, level)
) as
select
  r.date as day,
  coalesce(a.platform, replace(lower(trim(r.platform)), ' ', '_')) as platform,
  coalesce(r.account, '') as account,
  coalesce(r.campaign, '') as campaign,
  coalesce(r.ad_group, '') as ad_group,
  coalesce(r.ad, '') as ad,
  coalesce(nullif(lower(r.level), ''), case when coalesce(r.ad, '') = '' then 'campaign' else 'ad' end) as level,
  r.cost,
  r.currency,
  r.channel,
  r.clicks,
  r.impressions,
  r.video_views,
  r.conversions,
  r.load_id
from raw.ad_cost as r
inner join meta.current_part as p on p.object = 'ad_cost' and p.part = r.part and p.load_id = r.load_id
left join reference.platform_alias as a on a.alias = replace(lower(trim(r.platform)), ' ', '_')
