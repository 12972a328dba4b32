-- Distinct users, only at the grains that GA4 was asked for: they are never summed.
-- source: ga4
-- measures: users
-- grains: day (total), month (total, channel, device)
create table measures.users_period (
  measure       varchar        not null comment 'users',
  grain         varchar        not null comment 'day or month',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total, channel or device',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6) not null comment 'distinct users of the period',
  primary key (measure, grain, period_start, slice, member)
) as
select
  'users' as measure,
  'day' as grain,
  day as period_start,
  'total' as slice,
  '' as member,
  total_users as value
from staging.ga4_day_total
union all
select
  'users' as measure,
  'month' as grain,
  month as period_start,
  slice,
  member,
  total_users as value
from staging.ga4_users_month
