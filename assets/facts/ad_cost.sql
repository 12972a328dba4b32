-- Media spend in EUR: per platform and day the export when there is one, else GA4, never both. A campaign's own figures
-- are the total; what its advertisements leave of them stands as (unallocated). Reports of conversions repeat what
-- advertisements cost: of them only the claims count, unless nothing else tells of the account's day. A row without an
-- account stands for any account of its platform and day.
create table facts.ad_cost (
  row_key      varchar        not null comment 'platform, day and what the row stands for',
  day          date           not null comment 'spend day in the ad account zone',
  platform     varchar        not null comment 'ad platform',
  channel      varchar        not null comment 'channel as sent, else by the channel rules',
  account      varchar        not null comment 'ad account; (unknown) when the source names none',
  campaign     varchar        not null comment 'campaign; (unknown) when empty',
  ad_group     varchar        not null comment 'ad group; (unallocated) where the cost is known of the campaign only',
  ad           varchar        not null comment 'advertisement; (unallocated) where the cost is known of the campaign only',
  spend_eur    decimal(38, 6)          comment 'media cost in EUR; NULL when the rate is missing',
  clicks       bigint                  comment 'clicks; NULL when the source has none',
  impressions  bigint                  comment 'impressions; NULL when the source has none',
  video_views  bigint                  comment 'video plays of 3 seconds or more; NULL when the source has none',
  conversions  decimal(38, 6)          comment 'claim: conversions the platform credits itself with, dated at the click; NULL when the source tells none',
  origin       varchar        not null comment 'export or ga4',
  is_unpriced  boolean        not null comment 'no rate turns it into EUR',
  load_id      bigint         not null comment 'the load the row came with',
  primary key (row_key)
) as
with priced as (
  select
    a.day, a.platform, a.account, a.campaign, a.ad_group, a.ad, a.level, a.currency, a.channel, a.clicks, a.impressions,
    a.video_views, a.conversions,
    round(a.cost * x.eur_per_unit, 2) as spend_eur,
    x.eur_per_unit is null as is_unpriced,
    a.load_id
  from staging.ad_cost as a
  left join reference.exchange_rate as x on x.currency = a.currency and a.day between x.valid_from and x.valid_until
),
campaign_row as (
  select
    day, platform, account, campaign, ad_group, ad, currency, channel, clicks, impressions, video_views, conversions,
    spend_eur, is_unpriced, load_id,
    row_number() over (partition by day, platform, account, campaign order by ad_group, ad) as place
  from priced
  where level = 'campaign'
),
campaign_day as (
  select distinct day, platform, account from campaign_row
),
below_campaign as (
  -- each row below the campaigns, with the one campaign that it is a part of, of its own account before that of another
  select
    a.day, a.platform, a.account, a.campaign, a.ad_group, a.ad, a.level, a.channel, a.clicks, a.impressions,
    a.video_views, a.conversions, a.spend_eur, a.is_unpriced, a.load_id,
    c.day is not null as has_campaign,
    c.account as campaign_account,
    c.channel as campaign_channel,
    row_number() over (
      partition by a.day, a.platform, a.account, a.campaign, a.ad_group, a.ad, a.level
      order by case when c.account = a.account then 0 else 1 end, c.account
    ) as choice
  from priced as a
  left join campaign_row as c
    on c.day = a.day and c.platform = a.platform and c.campaign = a.campaign and c.currency = a.currency
    and c.place = 1 and (c.account = a.account or c.account = '' or a.account = '')
  where a.level <> 'campaign'
),
part_of_campaign as (
  -- advertisements divide what their campaign says, in its channel
  select
    day, platform, account, campaign, ad_group, ad, campaign_account, campaign_channel as channel, clicks,
    impressions, video_views, conversions, spend_eur, is_unpriced, load_id
  from below_campaign
  where level = 'ad' and has_campaign and choice = 1
),
divided as (
  select
    day, platform, campaign_account, campaign, sum(spend_eur) as spend_eur, sum(clicks) as clicks,
    sum(impressions) as impressions, sum(video_views) as video_views, sum(conversions) as conversions
  from part_of_campaign
  group by day, platform, campaign_account, campaign
),
remainder as (
  select
    c.day, c.platform, c.account, c.campaign, c.ad_group, c.ad, c.channel,
    c.clicks - coalesce(d.clicks, 0) as clicks,
    c.impressions - coalesce(d.impressions, 0) as impressions,
    c.video_views - coalesce(d.video_views, 0) as video_views,
    c.conversions - coalesce(d.conversions, 0) as conversions,
    c.spend_eur - coalesce(d.spend_eur, 0) as spend_eur,
    c.is_unpriced, c.load_id,
    d.campaign is not null as is_divided
  from campaign_row as c
  left join divided as d
    on d.day = c.day and d.platform = c.platform and d.campaign_account = c.account and d.campaign = c.campaign
    and c.place = 1
),
cost_day as (
  -- account days of which a report of campaigns or advertisements says what they cost
  select distinct day, platform, account from priced where level in ('campaign', 'ad')
),
costed_claim as (
  select distinct a.day, a.platform, a.account
  from priced as a
  inner join cost_day as c
    on c.day = a.day and c.platform = a.platform and (c.account = a.account or c.account = '' or a.account = '')
  where a.level = 'conversion'
),
exported as (
  -- campaign rows are the totals of an account's day: an advertisement without its campaign's row is in none of them
  select
    a.day, a.platform, a.account, a.campaign, a.ad_group, a.ad, a.channel, a.clicks, a.impressions, a.video_views,
    a.conversions, a.spend_eur, a.is_unpriced, a.load_id, 'export|' as prefix, '' as suffix,
    a.account as account_label,
    coalesce(nullif(a.ad_group, ''), '(unknown)') as ad_group_label,
    coalesce(nullif(a.ad, ''), '(unknown)') as ad_label
  from priced as a
  left join campaign_day as c
    on c.day = a.day and c.platform = a.platform and (c.account = a.account or c.account = '' or a.account = '')
  where a.level = 'ad' and c.day is null
  union all
  select
    day, platform, account, campaign, ad_group, ad, channel, clicks, impressions, video_views, conversions,
    spend_eur, is_unpriced, load_id, 'export|' as prefix, '|ad' as suffix,
    coalesce(nullif(account, ''), campaign_account) as account_label,
    coalesce(nullif(ad_group, ''), '(unknown)') as ad_group_label,
    coalesce(nullif(ad, ''), '(unknown)') as ad_label
  from part_of_campaign
  union all
  select
    a.day, a.platform, a.account, a.campaign, a.ad_group, a.ad,
    case when a.has_campaign then a.campaign_channel else a.channel end as channel,
    case when c.day is null then a.clicks end as clicks,
    case when c.day is null then a.impressions end as impressions,
    case when c.day is null then a.video_views end as video_views,
    a.conversions,
    case when c.day is null then a.spend_eur else 0 end as spend_eur,
    a.is_unpriced and c.day is null as is_unpriced,
    a.load_id, 'conversion|' as prefix, '' as suffix,
    coalesce(nullif(a.account, ''), a.campaign_account, '') as account_label,
    coalesce(nullif(a.ad_group, ''), '(unknown)') as ad_group_label,
    coalesce(nullif(a.ad, ''), '(unknown)') as ad_label
  from below_campaign as a
  left join costed_claim as c on c.day = a.day and c.platform = a.platform and c.account = a.account
  where a.level = 'conversion' and a.choice = 1 and (c.day is null or a.conversions is not null)
  union all
  select
    day, platform, account, campaign, ad_group, ad, channel, clicks, impressions, video_views, conversions,
    spend_eur, is_unpriced, load_id, 'export|' as prefix, '' as suffix,
    account as account_label,
    coalesce(nullif(ad_group, ''), '(unallocated)') as ad_group_label,
    coalesce(nullif(ad, ''), '(unallocated)') as ad_label
  from remainder
  where not is_divided or spend_eur is null or spend_eur <> 0 or coalesce(clicks, 0) <> 0
    or coalesce(impressions, 0) <> 0 or coalesce(video_views, 0) <> 0 or coalesce(conversions, 0) <> 0
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
  e.prefix || e.platform || '|' || cast(e.day as varchar) || '|' || e.account || '|' || e.campaign || '|'
    || e.ad_group || '|' || e.ad || e.suffix as row_key,
  e.day,
  e.platform,
  c.channel,
  coalesce(nullif(e.account_label, ''), '(unknown)') as account,
  coalesce(nullif(trim(e.campaign), ''), '(unknown)') as campaign,
  e.ad_group_label as ad_group,
  e.ad_label as ad,
  e.spend_eur,
  e.clicks,
  e.impressions,
  e.video_views,
  e.conversions,
  'export' as origin,
  e.is_unpriced,
  e.load_id
from exported as e
inner join facts.channel_of_traffic as c
  on c.sent_channel = trim(coalesce(e.channel, '')) and c.source = '' and c.medium = ''
  and c.campaign = trim(e.campaign) and c.platform = e.platform
union all
select
  'ga4|' || g.platform || '|' || cast(g.day as varchar) || '|' || g.channel || '|' || g.source || '|' || g.medium
    || '|' || g.campaign_id || '|' || g.campaign as row_key,
  g.day,
  g.platform,
  g.channel,
  '(unknown)' as account,
  coalesce(nullif(trim(g.campaign), ''), '(unknown)') as campaign,
  '(unallocated)' as ad_group,
  '(unallocated)' as ad,
  g.cost_eur as spend_eur,
  g.clicks,
  g.impressions,
  null as video_views,
  null as conversions,
  'ga4' as origin,
  false as is_unpriced,
  g.load_id
from known_to_ga4 as g
left join exported_day as d on d.platform = g.platform and d.day = g.day
where d.day is null
