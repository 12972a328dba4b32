-- Of the web leads that the CRM knows, how many GA4 heard of: visitors without consent, or with a blocker, leave no trace there.
-- Counted over days that both tell of and GA4 no longer completes, from the first lead on that GA4 ever heard of.
create table facts.consent_coverage (
  grain         varchar not null comment 'month, quarter or year; days and weeks have too few leads to tell',
  period_start  date    not null comment 'first day of the period',
  lead_events   bigint  not null comment 'events by which GA4 counts leads',
  web_leads     bigint  not null comment 'leads whose origin the CRM calls online',
  primary key (grain, period_start)
) as
with heard as (
  select d.day, sum(d.events) as lead_events
  from staging.ga4_event_day as d
  inner join reference.website_event as e on e.event_name = d.event_name and e.role = 'lead'
  group by d.day
),
known as (
  select created_day as day, count(*) as web_leads
  from facts.lead
  where origin = 'online'
  group by created_day
),
reach as (
  -- where GA4 never heard of a lead, the event has another name
  select
    greatest(h.first_day, c.first_day) as first_day,
    least(cast(g.as_of - g.maturity_days as date), g.last_day, c.last_day) as last_day
  from (select min(day) as first_day from heard where lead_events > 0) as h
  inner join staging.source_coverage as g on g.source = 'ga4_event' and g.is_enabled
  inner join staging.source_coverage as c on c.source = 'crm_leads'
  where h.first_day is not null
),
read_day as (
  select cast(try_strptime(part, '%Y-%m-%d') as date) as day
  from meta.current_part
  where object = 'ga4.funnel_day'
),
both_know as (
  select d.day, coalesce(h.lead_events, 0) as lead_events, coalesce(k.web_leads, 0) as web_leads
  from read_day as d
  inner join reach as r on d.day between r.first_day and r.last_day
  left join heard as h on h.day = d.day
  left join known as k on k.day = d.day
)
select p.grain, p.period_start, sum(b.lead_events) as lead_events, sum(b.web_leads) as web_leads
from both_know as b
inner join reference.period as p
  on p.grain in ('month', 'quarter', 'year') and b.day between p.period_start and p.period_end
group by p.grain, p.period_start
