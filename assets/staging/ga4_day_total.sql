-- Day totals without any dimension: true distinct users, and the control figures of the channel report.
create table staging.ga4_day_total (
  day          date   not null comment 'day in the property zone',
  total_users  bigint not null comment 'distinct users of the day; never summed over days',
  new_users    bigint not null comment 'users with a first visit on the day; never summed',
  sessions     bigint not null comment 'sessions of the day in the dimensionless request: a control figure',
  load_id      bigint not null comment 'the load the row came with',
  primary key (day)
) as
select
  cast(try_strptime(r.date, '%Y%m%d') as date) as day,
  r.total_users,
  r.new_users,
  r.sessions,
  r.load_id
from raw.ga4_day_total as r
inner join meta.current_part as p on p.object = 'ga4.day_total' and p.part = r.part and p.load_id = r.load_id
where try_strptime(r.date, '%Y%m%d') is not null
