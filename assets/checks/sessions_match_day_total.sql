-- The channel report and the dimensionless day total differ by at most 3 %; days under 100 sessions are too small to tell.
-- table: staging.ga4_channel_day
-- severity: warning
select t.day, t.sessions as day_total, coalesce(c.sessions, 0) as by_channel
from staging.ga4_day_total as t
left join (
  select day, sum(sessions) as sessions
  from staging.ga4_channel_day
  group by day
) as c on c.day = t.day
where t.sessions >= 100 and abs(t.sessions - coalesce(c.sessions, 0)) * 100 > t.sessions * 3
