-- Distinct users of a month, from one request per slice: total, session channel, device.
create table staging.ga4_users_month (
  month        date    not null comment 'first day of the month in the property zone',
  slice        varchar not null comment 'total, channel or device',
  member       varchar not null comment 'value of the slice; empty for total',
  total_users  bigint  not null comment 'distinct users; never summed over months or members',
  load_id      bigint  not null comment 'the load the row came with',
  primary key (month, slice, member)
) as
select
  cast(try_strptime(r.year_month || '01', '%Y%m%d') as date) as month,
  'total' as slice,
  '' as member,
  r.total_users,
  r.load_id
from raw.ga4_users_month as r
inner join meta.current_part as p on p.object = 'ga4.users_month' and p.part = r.part and p.load_id = r.load_id
where try_strptime(r.year_month || '01', '%Y%m%d') is not null
union all
select
  cast(try_strptime(r.year_month || '01', '%Y%m%d') as date) as month,
  'channel' as slice,
  coalesce(nullif(r.session_default_channel_group, ''), '(unknown)') as member,
  r.total_users,
  r.load_id
from raw.ga4_users_month_channel as r
inner join meta.current_part as p
  on p.object = 'ga4.users_month_channel' and p.part = r.part and p.load_id = r.load_id
where try_strptime(r.year_month || '01', '%Y%m%d') is not null
union all
select
  cast(try_strptime(r.year_month || '01', '%Y%m%d') as date) as month,
  'device' as slice,
  coalesce(nullif(lower(r.device_category), ''), '(unknown)') as member,
  r.total_users,
  r.load_id
from raw.ga4_users_month_device as r
inner join meta.current_part as p
  on p.object = 'ga4.users_month_device' and p.part = r.part and p.load_id = r.load_id
where try_strptime(r.year_month || '01', '%Y%m%d') is not null
