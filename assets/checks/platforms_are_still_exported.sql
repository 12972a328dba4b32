-- Every ad platform that was exported day by day still is: one that stopped leaves its spend missing.
-- table: facts.ad_cost
-- severity: warning
select l.platform, l.last_day
from (
  select platform, max(day) as last_day
  from facts.ad_cost
  where origin = 'export'
  group by platform
) as l
inner join facts.ad_cost as a
  on a.platform = l.platform and a.origin = 'export' and a.day > l.last_day - 14
cross join meta.business_date as b
cross join reference.setting as s
-- after two months it is a platform that is used no more
where date_diff('day', l.last_day, b.business_date) > s.file_reach_days + 1
  and date_diff('day', l.last_day, b.business_date) <= 60
group by l.platform, l.last_day
having count(distinct a.day) >= 10
