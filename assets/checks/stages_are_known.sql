-- Every stage the CRM names is one of the configured funnel stages.
-- table: staging.lead_stage
-- severity: warning
select e.stage, count(*) as entries
from staging.lead_stage as e
left join reference.stage as s on s.stage = e.stage
where s.stage is null
group by e.stage
