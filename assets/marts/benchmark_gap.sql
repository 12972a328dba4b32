-- The last ripe month of every KPI beside its own twelve months before and then beside others; what cannot be compared
-- says why, and a gap in the funnel is priced in customers.
-- publish: yes
-- snapshot: whole
create table marts.benchmark_gap (
  kpi_id          varchar         not null comment 'id of the KPI',
  benchmark_id    varchar         not null comment 'own_history, or the id of the benchmark in reference.benchmark',
  preference      integer         not null comment '1 for the own history, 2 for others',
  period_start    date                     comment 'first day of the last final month; NULL when there is none',
  numerator       decimal(38, 6)           comment 'figure above the line in that month',
  denominator     decimal(38, 6)           comment 'figure below the line in that month',
  value           double                   comment 'the KPI in that month',
  benchmark_low   double                   comment 'lowest figure of the benchmark',
  benchmark_high  double                   comment 'highest figure of the benchmark; the same where it is one figure',
  source          varchar         not null comment 'who says so, and of when',
  gap             double                   comment 'value - the nearest figure of the benchmark, 0 within a range; NULL when they are not compared',
  relative_gap    double                   comment 'gap as a part of that figure',
  verdict         varchar                  comment 'better, worse, equal, or unclear while the interval of the value holds the benchmark, a count differs no more than chance makes it, or the value is doubted; NULL when they are not compared or no direction is good',
  doubt           varchar                  comment 'what lowers the trust in the value; NULL when nothing does',
  gap_customers   double                   comment 'customers a month more when the benchmark were reached: gap x volume x own rates downstream; negative when it is passed; NULL outside the funnel',
  refusal         varchar                  comment 'why they are not compared; NULL when they are',
  primary key (kpi_id, benchmark_id),
  constraint compared_or_refused check ((gap is null) = (refusal is not null))
) as
with month as (
  select
    v.kpi_id, v.period_start, v.numerator, v.denominator, v.value, v.ci_low, v.ci_high, v.trust,
    v.trust_reason,
    g.signal is not null or coalesce(v.trust_reason, '') like 'the data begins on %' as is_late,
    row_number() over (partition by v.kpi_id order by v.period_start desc) as age
  from marts.kpi_value as v
  inner join reference.kpi as k on k.kpi_id = v.kpi_id and k.definition_version = v.definition_version
  -- of what is made of other KPIs only the reason says that one begins late
  left join marts.trust_signal as g
    on g.kpi_id = v.kpi_id and g.definition_version = v.definition_version and g.grain = v.grain
    and g.period_start = v.period_start and g.slice = v.slice and g.signal = 'late_start'
  where v.grain = 'month' and v.slice = 'total' and v.status = 'final' and v.value is not null
),
history as (
  select
    kpi_id, count(*) as months, median(value) as middle, min(period_start) as first_month,
    max(period_start) as last_month
  from month
  -- a month of which the data begins late is a part of a month
  where age between 2 and 13 and not is_late
  group by kpi_id
),
beside as (
  select
    m.kpi_id, 'own_history' as benchmark_id, 1 as preference, h.middle as low, h.middle as high,
    case
      when h.months is null then 'own history'
      else 'median of ' || cast(h.months as varchar) || ' own months, ' || substring(cast(h.first_month as varchar), 1, 7)
        || ' to ' || substring(cast(h.last_month as varchar), 1, 7)
    end as source,
    case
      when coalesce(h.months, 0) < 6
        then 'only ' || cast(coalesce(h.months, 0) as varchar) || ' final months before it, 6 are needed'
    end as refusal
  from month as m
  left join history as h on h.kpi_id = m.kpi_id
  where m.age = 1
  union all
  select
    k.kpi_id, b.benchmark_id, 2 as preference, cast(b.low as double) as low, cast(b.high as double) as high,
    b.source || coalesce(', ' || cast(b.published_on as varchar), ', date not stated') as source,
    case
      when b.refusal is not null then b.refusal
      when b.denominator_measure is null and k.denominator_measure is not null
        then 'its denominator is not stated' || coalesce(': ' || b.denominator, '')
      when b.denominator_measure <> k.denominator_measure
        then 'it divides by ' || b.denominator_measure || ', the KPI by ' || k.denominator_measure
      when b.denominator_measure is not null and k.denominator_measure is null
        then 'it divides by ' || b.denominator_measure || ', the KPI by nothing'
      when b.industry <> t.industry then 'it is about ' || b.industry || ', the company about ' || t.industry
      when b.industry is not null and t.industry is null
        then 'it is about ' || b.industry || ', and the industry of the company is not said'
      when date_diff('day', b.published_on, d.business_date) > 1096
        then 'it is of ' || cast(b.published_on as varchar) || ', more than three years back'
      when m.kpi_id is null then 'the KPI has no final month'
    end as refusal
  from reference.benchmark as b
  inner join reference.kpi as k on k.kpi_id = b.kpi_id
  inner join reference.funnel_target as t on t.segment = ''
  cross join meta.business_date as d
  left join month as m on m.kpi_id = k.kpi_id and m.age = 1
),
compared as (
  select
    b.kpi_id, b.benchmark_id, b.preference, b.low, b.high, b.source, b.refusal,
    m.period_start, m.numerator, m.denominator, m.value, m.ci_low, m.ci_high,
    case when m.trust <> 'ok' then coalesce(m.trust_reason, m.trust) end as doubt,
    case when b.refusal is null then least(greatest(m.value, b.low), b.high) end as nearest
  from beside as b
  left join month as m on m.kpi_id = b.kpi_id and m.age = 1
),
step as (
  select kpi_id, next_stage from marts.funnel_rate where scenario = 'measured' and kpi_id is not null
  union all
  select 'visit_to_lead_rate' as kpi_id, 'lead' as next_stage
),
worth as (
  -- what one more member of the next stage comes to
  select s.kpi_id, n.worth_customers
  from step as s
  inner join marts.funnel_need as n on n.scenario = 'measured' and n.segment = '' and n.stage = s.next_stage
)
select
  c.kpi_id,
  c.benchmark_id,
  c.preference,
  c.period_start,
  c.numerator,
  c.denominator,
  c.value,
  c.low as benchmark_low,
  c.high as benchmark_high,
  c.source,
  c.value - c.nearest as gap,
  ratio(c.value - c.nearest, c.nearest) as relative_gap,
  case
    when c.nearest is null or k.direction = 'neutral' then null
    when c.doubt is not null then 'unclear'
    when abs(c.value - c.nearest) < 1e-9 then 'equal'
    when c.nearest between c.ci_low and c.ci_high then 'unclear'
    -- a count varies with the root of what is expected; amounts and ratios without an interval have no such rule
    when k.unit = 'count' and k.additivity = 'additive' and c.nearest >= 0
      and abs(c.value - c.nearest) <= 1.96e0 * sqrt(c.nearest) then 'unclear'
    when (c.value > c.nearest) = (k.direction = 'up_good') then 'better'
    else 'worse'
  end as verdict,
  c.doubt,
  (c.nearest - c.value) * cast(c.denominator as double) * w.worth_customers as gap_customers,
  c.refusal
from compared as c
inner join reference.kpi as k on k.kpi_id = c.kpi_id
left join worth as w on w.kpi_id = c.kpi_id
