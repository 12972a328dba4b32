-- Sessions by day, source, medium and campaign name, as GA4 reports them now.
create table staging.ga4_campaign_day (
  day               date           not null comment 'session start day in the property zone',
  channel           varchar        not null comment 'session default channel group as sent; (unknown) when empty',
  source            varchar        not null comment 'session source in lower case; empty when GA4 sends none',
  medium            varchar        not null comment 'session medium in lower case; empty when GA4 sends none',
  campaign          varchar        not null comment 'session campaign name as sent; empty when GA4 sends none',
  utm_key           varchar        not null comment 'the same decoded, trimmed and in lower case: what e-mails are joined by',
  sessions          bigint         not null comment 'sessions that began',
  key_events        decimal(18, 6) not null comment 'key events, fractional under data-driven attribution',
  purchases         bigint         not null comment 'web shop purchases GA4 saw',
  purchase_revenue  decimal(18, 6) not null comment 'purchase revenue GA4 saw, EUR',
  load_id           bigint         not null comment 'the load the row came with',
  primary key (day, channel, source, medium, campaign)
) as
with session_row as (
  select
    cast(try_strptime(r.part, '%Y-%m-%d') as date) as day,
    coalesce(nullif(r.session_default_channel_group, ''), '(unknown)') as channel,
    coalesce(lower(r.session_source), '') as source,
    coalesce(lower(trim(r.session_medium)), '') as medium,
    coalesce(r.session_campaign_name, '') as campaign,
    r.sessions,
    cast(r.key_events as decimal(18, 6)) as key_events,
    r.ecommerce_purchases as purchases,
    cast(r.purchase_revenue as decimal(18, 6)) as purchase_revenue,
    r.load_id
  from raw.ga4_campaign_day as r
  inner join meta.current_part as p
    on p.object = 'ga4.campaign_day' and p.part = r.part and p.load_id = r.load_id
  where try_strptime(r.part, '%Y-%m-%d') is not null
)
select
  day,
  channel,
  source,
  medium,
  campaign,
  -- Mailchimp reference §9: compare lower(trim(url-decoded)). GA4 decodes names itself; what is left encoded was encoded
  -- twice, and of that the signs usual in names are read. A plus may stand for a space or for itself, so it is a space.
  trim(replace(replace(replace(replace(replace(replace(replace(replace(
    lower(campaign), '%20', ' '), '%2b', '+'), '%26', '&'), '%2c', ','), '%2f', '/'), '%3a', ':'), '%25', '%'),
    '+', ' ')) as utm_key,
  sum(sessions) as sessions,
  sum(key_events) as key_events,
  sum(purchases) as purchases,
  sum(purchase_revenue) as purchase_revenue,
  max(load_id) as load_id
from session_row
group by day, channel, source, medium, campaign
