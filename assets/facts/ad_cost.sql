-- Media spend in EUR: per platform and day the export when there is one, else GA4, never both.
create table facts.ad_cost (
  row_key      varchar        not null comment 'platform, day and what the row stands for',
  day          date           not null comment 'spend day in the ad account zone',
  platform     varchar        not null comment 'ad platform',
  channel      varchar        not null comment 'channel as sent, else by the channel rules',
  campaign     varchar        not null comment 'campaign; (unknown) when empty',
  spend_eur    decimal(38, 6)          comment 'media cost in EUR; NULL when the rate is missing',
  clicks       bigint                  comment 'clicks; NULL when the source has none',
  impressions  bigint                  comment 'impressions; NULL when the source has none',
  video_views  bigint                  comment 'video plays of 3 seconds or more; NULL when the source has none',
  origin       varchar        not null comment 'export or ga4',
  is_unpriced  boolean        not null comment 'no rate turns it into EUR',
  load_id      bigint         not null comment 'the load the row came with',
  primary key (row_key)
) as
with campaign_level as (
  select distinct platform, account, day
  from staging.ad_cost
  where level = 'campaign'
),
exported as (
  select
    a.day, a.platform, a.account, a.campaign, a.ad_group, a.ad, a.cost, a.currency, a.channel, a.clicks,
    a.impressions, a.video_views, a.load_id
  from staging.ad_cost as a
  left join campaign_level as c on c.platform = a.platform and c.account = a.account and c.day = a.day
  -- campaign rows are the totals of a day; advertisement rows count only where there are none
  where a.level = 'campaign' or c.day is null
),
exported_day as (
  select distinct platform, day from staging.ad_cost
),
known_to_ga4 as (
  select
    g.day,
    coalesce(a.platform, nullif(g.source, ''), '(unknown)') as platform,
    g.channel, g.source, g.medium, g.campaign_id, g.campaign, g.cost_eur, g.clicks, g.impressions, g.load_id
  from staging.ga4_cost_day as g
  left join reference.platform_alias as a on a.alias = g.source
)
select
  'export|' || e.platform || '|' || cast(e.day as varchar) || '|' || e.account || '|' || e.campaign || '|'
    || e.ad_group || '|' || e.ad as row_key,
  e.day,
  e.platform,
  c.channel,
  coalesce(nullif(e.campaign, ''), '(unknown)') as campaign,
  round(e.cost * x.eur_per_unit, 2) as spend_eur,
  e.clicks,
  e.impressions,
  e.video_views,
  'export' as origin,
  x.eur_per_unit is null as is_unpriced,
  e.load_id
from exported as e
inner join facts.channel_of_traffic as c
  on c.sent_channel = trim(coalesce(e.channel, '')) and c.source = '' and c.medium = ''
  and c.campaign = trim(e.campaign) and c.platform = e.platform
left join reference.exchange_rate as x on x.currency = e.currency and e.day between x.valid_from and x.valid_until
union all
select
  'ga4|' || g.platform || '|' || cast(g.day as varchar) || '|' || g.channel || '|' || g.source || '|' || g.medium
    || '|' || g.campaign_id || '|' || g.campaign as row_key,
  g.day,
  g.platform,
  g.channel,
  coalesce(nullif(g.campaign, ''), '(unknown)') as campaign,
  g.cost_eur as spend_eur,
  g.clicks,
  g.impressions,
  null as video_views,
  'ga4' as origin,
  false as is_unpriced,
  g.load_id
from known_to_ga4 as g
left join exported_day as d on d.platform = g.platform and d.day = g.day
where d.day is null
