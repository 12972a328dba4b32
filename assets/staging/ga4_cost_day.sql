-- Ad cost that GA4 knows of by day and campaign: linked ad platforms and uploaded cost data.
create table staging.ga4_cost_day (
  day          date           not null comment 'day in the property zone',
  channel      varchar        not null comment 'session default channel group of the clicks',
  source       varchar        not null comment 'session source; tells the ad platform',
  medium       varchar        not null comment 'session medium',
  campaign_id  varchar        not null comment 'session campaign id',
  campaign     varchar        not null comment 'session campaign name',
  cost_eur     decimal(18, 6) not null comment 'cost in EUR, the currency asked for',
  clicks       bigint         not null comment 'ad clicks',
  impressions  bigint         not null comment 'ad impressions',
  load_id      bigint         not null comment 'the load the row came with',
  primary key (day, channel, source, medium, campaign_id, campaign)
) as
select
  cast(try_strptime(r.part, '%Y-%m-%d') as date) as day,
  coalesce(nullif(r.session_default_channel_group, ''), '(unknown)') as channel,
  lower(coalesce(r.session_source, '')) as source,
  lower(coalesce(r.session_medium, '')) as medium,
  coalesce(r.session_campaign_id, '') as campaign_id,
  coalesce(r.session_campaign_name, '') as campaign,
  sum(round(cast(r.advertiser_ad_cost as decimal(18, 6)), 2)) as cost_eur,
  sum(r.advertiser_ad_clicks) as clicks,
  sum(r.advertiser_ad_impressions) as impressions,
  max(r.load_id) as load_id
from raw.ga4_cost_day as r
inner join meta.current_part as p on p.object = 'ga4.cost_day' and p.part = r.part and p.load_id = r.load_id
where try_strptime(r.part, '%Y-%m-%d') is not null
group by r.part, coalesce(nullif(r.session_default_channel_group, ''), '(unknown)'),
  lower(coalesce(r.session_source, '')), lower(coalesce(r.session_medium, '')), coalesce(r.session_campaign_id, ''),
  coalesce(r.session_campaign_name, '')
