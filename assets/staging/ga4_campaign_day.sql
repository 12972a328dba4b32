-- Sessions by day, source, medium and campaign name, as GA4 reports them now.
create table staging.ga4_campaign_day (
  day               date           not null comment 'session start day in the property zone',
  channel           varchar        not null comment 'session default channel group as sent; (unknown) when empty',
  source            varchar        not null comment 'session source in lower case; empty when GA4 sends none',
  medium            varchar        not null comment 'session medium in lower case; empty when GA4 sends none',
  campaign          varchar        not null comment 'session campaign name as sent; empty when GA4 sends none',
  utm_key           varchar        not null comment 'the same decoded, trimmed and in lower case: what e-mails are joined by',
  sessions          bigint         not null comment 'sessions that began',
  engaged_sessions  bigint         not null comment 'sessions of over 10 seconds, with a key event or two page views',
  mobile_sessions   bigint                  comment 'sessions on a mobile phone; NULL of days that were not divided by device',
  page_views        bigint         not null comment 'page and screen views',
  session_seconds   decimal(18, 6)          comment 'length of the sessions in seconds: mean times sessions; NULL where it was not asked for',
  timed_sessions    bigint                  comment 'sessions whose length is known',
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
    r.engaged_sessions,
    case
      when lower(r.device_category) = 'mobile' then r.sessions
      when r.device_category is not null then 0
    end as mobile_sessions,
    r.screen_page_views as page_views,
    cast(round(r.average_session_duration * r.sessions, 3) as decimal(18, 6)) as session_seconds,
    case when r.average_session_duration is not null then r.sessions end as timed_sessions,
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
  coalesce(sum(engaged_sessions), 0) as engaged_sessions,
  sum(mobile_sessions) as mobile_sessions,
  coalesce(sum(page_views), 0) as page_views,
  sum(session_seconds) as session_seconds,
  sum(timed_sessions) as timed_sessions,
  sum(key_events) as key_events,
  sum(purchases) as purchases,
  sum(purchase_revenue) as purchase_revenue,
  max(load_id) as load_id
from session_row
group by day, channel, source, medium, campaign
