-- How fast sales answered the leads of a period: middle and slow end of the hours to the first contact, never summed.
-- source: crm_leads; crm_activities
-- measures: response_median_hours, response_p90_hours
-- grains: every (total, channel)
-- left out of response_median_hours: leads_uncontacted of leads_to_contact: leads had no contact yet
-- left out of response_p90_hours: leads_uncontacted of leads_to_contact: leads had no contact yet
create table measures.response_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period in which the leads were created',
  slice         varchar        not null comment 'total or channel',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6)          comment 'hours from creation to the first contact',
  primary key (measure, grain, period_start, slice, member)
) as
with answered as (
  select l.created_day, 'total' as slice, '' as member, c.person_key, c.seconds
  from facts.lead_contact as c
  inner join facts.lead as l on l.person_key = c.person_key
  union all
  select l.created_day, 'channel' as slice, l.channel as member, c.person_key, c.seconds
  from facts.lead_contact as c
  inner join facts.lead as l on l.person_key = c.person_key
),
placed as (
  select
    p.grain, p.period_start, a.slice, a.member, a.seconds,
    row_number() over (
      partition by p.grain, p.period_start, a.slice, a.member order by a.seconds, a.person_key
    ) as place,
    count(*) over (partition by p.grain, p.period_start, a.slice, a.member) as leads
  from answered as a
  inner join reference.period as p on a.created_day between p.period_start and p.period_end
)
select
  'response_median_hours' as measure, grain, period_start, slice, member,
  ratio(median(seconds), 3600) as value
from placed
group by grain, period_start, slice, member
union all
-- the time in which at least nine of ten of them were answered
select
  'response_p90_hours' as measure, grain, period_start, slice, member,
  ratio(min(seconds), 3600) as value
from placed
where 10 * place >= 9 * leads
group by grain, period_start, slice, member
