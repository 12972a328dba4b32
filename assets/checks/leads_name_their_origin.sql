-- Leads say whether they came online or offline; without it they are missing from the traffic-to-lead ratio.
-- table: facts.lead
-- severity: warning
select created_day, channel, campaign, load_id, person_key
from facts.lead
where origin is null
