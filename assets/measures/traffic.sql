-- Contributions to the traffic measures: one row per day, channel and device of the GA4 channel report.
-- source: ga4
create table measures.traffic (
  day                 date           not null comment 'session start day',
  row_key             varchar        not null comment 'day, channel and device',
  load_id             bigint         not null comment 'the load the row came with',
  channel             varchar        not null comment 'slice: session channel',
  device              varchar        not null comment 'slice: device category',
  sessions            bigint         not null comment 'measure: sessions that began',
  bounced_sessions    bigint         not null comment 'measure: sessions that were not engaged',
  mobile_sessions     bigint                  comment 'measure: sessions on a mobile phone; NULL on other devices',
  organic_sessions    bigint                  comment 'measure: sessions of the channel Organic Search; NULL of others',
  page_views          bigint         not null comment 'measure: page and screen views',
  engagement_seconds  decimal(18, 6) not null comment 'measure: seconds in the foreground',
  session_seconds     decimal(18, 6)          comment 'measure: length of the sessions in seconds; NULL where it is not known',
  timed_sessions      bigint                  comment 'measure: sessions whose length is known',
  primary key (row_key)
) as
select
  day,
  cast(day as varchar) || '|' || channel || '|' || device as row_key,
  load_id,
  channel,
  device,
  sessions,
  sessions - engaged_sessions as bounced_sessions,
  nullif(mobile_sessions, 0) as mobile_sessions,
  nullif(organic_sessions, 0) as organic_sessions,
  page_views,
  engagement_seconds,
  session_seconds,
  timed_sessions
from staging.ga4_channel_day
