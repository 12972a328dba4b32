-- Events by day, session channel and name, as GA4 reports them now.
create table staging.ga4_event_day (
  day         date    not null comment 'day in the property zone',
  channel     varchar not null comment 'session default channel group as sent; (unknown) when empty',
  event_name  varchar not null comment 'name of the event; (unknown) when empty',
  events      bigint  not null comment 'how often it happened',
  load_id     bigint  not null comment 'the load the row came with',
  primary key (day, channel, event_name)
) as
select
  cast(try_strptime(r.part, '%Y-%m-%d') as date) as day,
  coalesce(nullif(r.session_default_channel_group, ''), '(unknown)') as channel,
  coalesce(nullif(r.event_name, ''), '(unknown)') as event_name,
  sum(r.event_count) as events,
  max(r.load_id) as load_id
from raw.ga4_funnel_day as r
inner join meta.current_part as p on p.object = 'ga4.funnel_day' and p.part = r.part and p.load_id = r.load_id
where try_strptime(r.part, '%Y-%m-%d') is not null
group by r.part, coalesce(nullif(r.session_default_channel_group, ''), '(unknown)'),
  coalesce(nullif(r.event_name, ''), '(unknown)')
