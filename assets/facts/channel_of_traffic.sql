-- The marketing channel of every combination of traffic fields that any source sent, by the configured rules.
create table facts.channel_of_traffic (
  sent_channel  varchar not null comment 'channel as sent, empty when none',
  source        varchar not null comment 'traffic source, empty when none',
  medium        varchar not null comment 'traffic medium, empty when none',
  campaign      varchar not null comment 'campaign, empty when none',
  platform      varchar not null comment 'ad platform, empty outside ad cost',
  channel       varchar not null comment 'exclusion, else known channel as sent, else first rule, else Unassigned; (unknown) when all is empty',
  is_excluded   boolean not null comment 'moved by the exclusion list',
  primary key (sent_channel, source, medium, campaign, platform)
) as
with sent as (
  select channel, source, medium, campaign, '' as platform from staging.lead
  union
  select channel, source, medium, campaign, '' as platform from staging.deal
  union
  select channel, source, medium, campaign, '' as platform from staging.shop_order
  union
  select channel, '' as source, '' as medium, campaign, platform from staging.ad_cost
  union
  select channel, '' as source, '' as medium, '' as campaign, '' as platform from staging.cost
  union
  select channel, '' as source, '' as medium, '' as campaign, '' as platform from staging.cart
),
traffic as (
  select distinct
    trim(coalesce(channel, '')) as sent_channel,
    trim(coalesce(source, '')) as source,
    trim(coalesce(medium, '')) as medium,
    trim(coalesce(campaign, '')) as campaign,
    platform
  from sent
),
first_rule as (
  select
    t.sent_channel,
    t.source,
    t.medium,
    t.campaign,
    t.platform,
    min(r.position) as position
  from traffic as t
  inner join reference.channel_rule as r
    on lower(t.source) like r.source_pattern escape '\'
    and lower(t.medium) like r.medium_pattern escape '\'
    and lower(t.campaign) like r.campaign_pattern escape '\'
    and lower(t.platform) like r.platform_pattern escape '\'
  group by t.sent_channel, t.source, t.medium, t.campaign, t.platform
),
first_exclusion as (
  select
    t.source,
    min(e.position) as position
  from traffic as t
  inner join reference.channel_exclusion as e on lower(t.source) like e.source_pattern escape '\'
  group by t.source
)
select
  t.sent_channel,
  t.source,
  t.medium,
  t.campaign,
  t.platform,
  case
    when x.position is not null then e.channel
    when k.channel is not null then k.channel
    when t.sent_channel = '' and t.source = '' and t.medium = '' and t.campaign = '' and t.platform = ''
      then '(unknown)'
    when r.position is not null then r.channel
    else 'Unassigned'
  end as channel,
  x.position is not null as is_excluded
from traffic as t
left join first_exclusion as x on x.source = t.source
left join reference.channel_exclusion as e on e.position = x.position
left join reference.known_channel as k on lower(k.channel) = lower(t.sent_channel)
left join first_rule as f
  on f.sent_channel = t.sent_channel and f.source = t.source and f.medium = t.medium and f.campaign = t.campaign
  and f.platform = t.platform
left join reference.channel_rule as r on r.position = f.position
