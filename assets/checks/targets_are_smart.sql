-- Every target can be judged and somebody answers for it; the KPIs at the top are a handful, each with a goal.
-- table: reference.target_finding
-- severity: warning
select f.severity, f.code, f.subject, f.message, f.remedy
from reference.target_finding as f
cross join meta.business_date as b
where f.severity in ('error', 'warning') and coalesce(f.since, b.business_date) <= b.business_date
