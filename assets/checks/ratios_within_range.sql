-- Every ratio lies within the range its definition declares; of e-mails, without what automations counted late.
-- table: marts.kpi_value
-- severity: error
with impossible as (
  select distinct campaign_id
  from staging.mailchimp_automation_day
  where unique_clicks > emails_sent or unsubscribes > emails_sent or human_unique_opens > emails_sent
    or hard_bounces + soft_bounces + syntax_errors > emails_sent
),
growth as (
  select a.*, a.hard_bounces + a.soft_bounces + a.syntax_errors as bounces
  from facts.email_automation_day as a
  left join impossible as i on i.campaign_id = a.campaign_id
  where a.is_readable and a.is_dated and i.campaign_id is null
),
side as (
  select day, 'unique_clicks' as measure, unique_clicks as above, emails_sent - bounces as below from growth
  union all
  select day, 'unsubscribes' as measure, unsubscribes as above, emails_sent - bounces as below from growth
  union all
  select day, 'bounces' as measure, bounces as above, emails_sent as below from growth
  union all
  select day, 'human_unique_opens' as measure, human_unique_opens as above, emails_sent - bounces as below
  from growth
  where human_unique_opens is not null
),
late as (
  select s.measure, p.grain, p.period_start, sum(s.above) as above, sum(s.below) as below
  from side as s
  inner join reference.period as p on s.day between p.period_start and p.period_end
  group by s.measure, p.grain, p.period_start
)
select v.kpi_id, v.grain, v.period_start, v.slice, v.member, v.numerator, v.denominator
from marts.kpi_value as v
inner join reference.kpi_definition as k on k.kpi_id = v.kpi_id and k.definition_version = v.definition_version
left join late as l
  on l.measure = k.numerator_measure and l.grain = v.grain and l.period_start = v.period_start and v.slice = 'total'
where ((k.value_range in ('0..1', '0..') and v.value < 0) or (k.value_range = '0..1' and v.value > 1))
  -- clicks and bounces of a period may belong to automation e-mails of an earlier one: the sends alone must fit
  and not coalesce(v.numerator - l.above between 0 and v.denominator - l.below, false)
