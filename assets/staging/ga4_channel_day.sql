-- Sessions by day, session channel and device, as GA4 reports them now.
create table staging.ga4_channel_day (
  day                 date           not null comment 'session start day in the property zone',
  channel             varchar        not null comment 'session default channel group as sent; (unknown) when empty',
  device              varchar        not null comment 'device category in lower case; (unknown) when empty',
  sessions            bigint         not null comment 'sessions that began',
  engaged_sessions    bigint         not null comment 'sessions of over 10 seconds, with a key event or two page views',
  mobile_sessions     bigint         not null comment 'sessions on a mobile phone; tablets are apart',
  organic_sessions    bigint         not null comment 'sessions of the channel Organic Search',
  page_views          bigint         not null comment 'page and screen views',
  engagement_seconds  decimal(18, 6) not null comment 'seconds in the foreground',
  session_seconds     decimal(18, 6)          comment 'length of the sessions in seconds: mean times sessions; NULL where it was not asked for',
  timed_sessions      bigint                  comment 'sessions whose length is known',
  key_events          decimal(18, 6) not null comment 'key events, fractional under data-driven attribution',
  purchases           bigint         not null comment 'web shop purchases GA4 saw; a cross-check of orders',
  purchase_revenue    decimal(18, 6) not null comment 'purchase revenue GA4 saw, EUR; a cross-check of revenue',
  load_id             bigint         not null comment 'the load the row came with',
  primary key (day, channel, device),
  constraint engaged_within_sessions check (engaged_sessions <= sessions)
) as
select
  cast(try_strptime(r.part, '%Y-%m-%d') as date) as day,
  coalesce(nullif(r.session_default_channel_group, ''), '(unknown)') as channel,
  coalesce(nullif(lower(r.device_category), ''), '(unknown)') as device,
  sum(r.sessions) as sessions,
  sum(r.engaged_sessions) as engaged_sessions,
  sum(case when lower(r.device_category) = 'mobile' then r.sessions else 0 end) as mobile_sessions,
  sum(case when r.session_default_channel_group = 'Organic Search' then r.sessions else 0 end) as organic_sessions,
  coalesce(sum(r.screen_page_views), 0) as page_views,
  coalesce(sum(cast(r.user_engagement_duration as decimal(18, 6))), 0) as engagement_seconds,
  -- GA4 tells the mean alone; to the millisecond the product is what it was divided from
  sum(cast(round(r.average_session_duration * r.sessions, 3) as decimal(18, 6))) as session_seconds,
  sum(case when r.average_session_duration is not null then r.sessions end) as timed_sessions,
  sum(cast(r.key_events as decimal(18, 6))) as key_events,
  sum(r.ecommerce_purchases) as purchases,
  sum(cast(r.purchase_revenue as decimal(18, 6))) as purchase_revenue,
  max(r.load_id) as load_id
from raw.ga4_channel_day as r
inner join meta.current_part as p on p.object = 'ga4.channel_day' and p.part = r.part and p.load_id = r.load_id
where try_strptime(r.part, '%Y-%m-%d') is not null
group by r.part, coalesce(nullif(r.session_default_channel_group, ''), '(unknown)'),
  coalesce(nullif(lower(r.device_category), ''), '(unknown)')
