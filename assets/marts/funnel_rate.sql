-- The rates the funnel is planned with: as benchmarks say, or as the ripe cohorts of the company measured them.
create table marts.funnel_rate (
  scenario         varchar not null comment 'seed, benchmark or measured',
  place            integer not null comment 'steps from this stage to the customer, from 1',
  stage            varchar not null comment 'stage of the funnel',
  next_stage       varchar not null comment 'the next stage of the plan',
  kpi_id           varchar          comment 'the KPI that measures the step; NULL when none does',
  reached          bigint           comment 'rate: above the line; NULL when nothing gives one',
  members          bigint           comment 'rate: below the line',
  is_measured      boolean not null comment 'the rate is the company''s own',
  rate_source      varchar not null comment 'the months of the ripe cohorts, or the benchmarks',
  fallback_reason  varchar          comment 'why a benchmark stands in for the own rate; NULL where none does',
  lag_days         bigint           comment 'median days from this stage to the next in ripe cohorts; NULL when not measured',
  primary key (scenario, place)
) as
with month as (
  -- a month is final when the window is over for every member
  select
    s.place, v.period_start, v.numerator, v.denominator,
    row_number() over (partition by s.place order by v.period_start desc) as age
  from reference.funnel_step as s
  inner join reference.kpi as k on k.kpi_id = s.kpi_id
  inner join marts.kpi_figure as v
    on v.kpi_id = k.kpi_id and v.is_valid and v.definition_version = k.definition_version and v.grain = 'month'
    and v.slice = 'total' and v.status = 'final' and v.denominator > 0
  where s.scenario = 'benchmark'
),
measured as (
  select
    place, cast(round(sum(numerator), 0) as bigint) as reached, cast(round(sum(denominator), 0) as bigint) as members,
    min(period_start) as first_month, max(period_start) as last_month
  from month
  where age <= 12
  group by place
),
passage as (
  select s.place, a.entered_day, date_diff('day', a.entered_day, b.entered_day) as days
  from reference.funnel_step as s
  inner join facts.stage_entry as a on a.stage = s.stage
  inner join facts.stage_entry as b on b.person_key = a.person_key and b.stage = s.next_stage
  where s.scenario = 'benchmark'
    and not (s.stage = 'opportunity' and exists (select 1 from facts.deal as d where d.is_new_business))
  union all
  -- from the opportunity on deals are counted, not persons
  select s.place, d.opportunity_day as entered_day, date_diff('day', d.opportunity_day, d.won_day) as days
  from reference.funnel_step as s
  cross join facts.deal as d
  where s.scenario = 'benchmark' and s.stage = 'opportunity' and d.is_new_business and d.won_day is not null
),
lag as (
  select p.place, greatest(cast(round(median(p.days), 0) as bigint), 0) as lag_days
  from passage as p
  inner join measured as m on m.place = p.place
  inner join reference.calendar as c on c.day = p.entered_day and c.month_start between m.first_month and m.last_month
  cross join reference.setting as t
  where p.days <= t.conversion_window_days
  group by p.place
),
judged as (
  select
    s.place,
    case
      when s.kpi_id is null then 'no KPI measures ' || s.stage || ' to ' || s.next_stage
      when m.members is null then 'no cohort is ripe'
      when m.members < t.fewest_members then 'only ' || cast(m.members as varchar) || ' in ripe cohorts'
      when m.reached = 0 then 'none of ' || cast(m.members as varchar) || ' in ripe cohorts went on'
    end as fallback_reason
  from reference.funnel_step as s
  cross join reference.funnel_target as t
  left join measured as m on m.place = s.place
  where s.scenario = 'benchmark' and t.segment = ''
)
select
  s.scenario, s.place, s.stage, s.next_stage, s.kpi_id, s.reached, s.members, false as is_measured,
  s.rate_source, null as fallback_reason, l.lag_days
from reference.funnel_step as s
left join lag as l on l.place = s.place
union all
select
  'measured' as scenario, s.place, s.stage, s.next_stage, s.kpi_id,
  case when j.fallback_reason is null then m.reached else s.reached end as reached,
  case when j.fallback_reason is null then m.members else s.members end as members,
  j.fallback_reason is null as is_measured,
  case
    when j.fallback_reason is null
      then 'own cohorts ' || substring(cast(m.first_month as varchar), 1, 7) || ' to '
        || substring(cast(m.last_month as varchar), 1, 7)
    else s.rate_source
  end as rate_source,
  j.fallback_reason, l.lag_days
from reference.funnel_step as s
inner join judged as j on j.place = s.place
left join measured as m on m.place = s.place
left join lag as l on l.place = s.place
where s.scenario = 'benchmark'
