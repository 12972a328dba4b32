-- Contributions to the event counts: one row per day, channel and name of the events that are counted.
-- source: ga4_event
create table measures.event (
  day          date    not null comment 'day of the events',
  row_key      varchar not null comment 'day, channel and event',
  load_id      bigint  not null comment 'the load the row came with',
  channel      varchar not null comment 'slice: session channel',
  event_name   varchar not null comment 'slice: name of the event',
  conversions  bigint           comment 'measure: events of the conversion set',
  sign_ups     bigint           comment 'measure: sign-ups',
  primary key (row_key)
) as
select
  d.day,
  cast(d.day as varchar) || '|' || d.channel || '|' || d.event_name as row_key,
  max(d.load_id) as load_id,
  d.channel,
  d.event_name,
  max(case when e.role = 'conversion' then d.events end) as conversions,
  max(case when e.role = 'sign_up' then d.events end) as sign_ups
from staging.ga4_event_day as d
inner join reference.website_event as e on e.event_name = d.event_name and e.role in ('conversion', 'sign_up')
group by d.day, d.channel, d.event_name
