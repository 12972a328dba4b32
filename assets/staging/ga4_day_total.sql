-- Day totals without any dimension: the control figures of the reports that divide the sessions.
create table staging.ga4_day_total (
  day       date   not null comment 'day in the property zone',
  sessions  bigint not null comment 'sessions of the day in the dimensionless request: a control figure',
  load_id   bigint not null comment 'the load the row came with',
  primary key (day)
) as
select
  cast(try_strptime(r.part, '%Y-%m-%d') as date) as day,
  sum(r.sessions) as sessions,
  max(r.load_id) as load_id
from raw.ga4_day_total as r
inner join meta.current_part as p on p.object = 'ga4.day_total' and p.part = r.part and p.load_id = r.load_id
where try_strptime(r.part, '%Y-%m-%d') is not null
group by r.part
