-- Distinct users by event, at the grains that GA4 was asked for: never summed over events or periods.
-- source: ga4_period
-- measures: event_users
-- asked of ga4: eventName (event_users)
-- grains: every (event_name)
create table measures.event_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'event_name',
  member        varchar        not null comment 'name of the event',
  value         decimal(38, 6) not null comment 'distinct users with the event',
  primary key (measure, grain, period_start, slice, member)
) as
with ranked as (
  select
    grain, period_start, split_member, total_users,
    row_number() over (partition by grain, period_start order by total_users desc, split_member) as place
  from staging.ga4_period
  where form = 'eventName' and slice = 'total' and total_users is not null
)
select
  'event_users' as measure,
  grain,
  period_start,
  'event_name' as slice,
  coalesce(nullif(split_member, ''), '(unknown)') as member,
  total_users as value
from ranked
where place <= 200
