-- A lead is merged into a lead that exists.
-- table: staging.lead_merge
-- severity: warning
select m.person_key
from staging.lead_merge as m
left join staging.lead as l on l.person_key = m.merged_into_person_key
where l.person_key is null
