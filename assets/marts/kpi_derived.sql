-- The KPIs that are made of other KPIs: growth against an earlier period, products and the plan; and those that are not built yet.
create table marts.kpi_derived (
  kpi_id              varchar        not null comment 'id of the KPI, see reference.kpi',
  definition_version  integer        not null comment 'version of the definition that it is counted by',
  grain               varchar        not null comment 'day, week, month, quarter or year',
  period_start        date           not null comment 'first day of the period',
  slice               varchar        not null comment 'what the members divide: total, channel and so on',
  member              varchar        not null comment 'value of the slice; empty for total',
  numerator           decimal(38, 6)          comment 'growth: difference to the earlier period; product: the value itself',
  denominator         decimal(38, 6)          comment 'growth: the earlier period; NULL for products',
  value               double                  comment 'numerator / denominator; NULL when unknown or divided by 0, see status_reason',
  unit                varchar        not null comment 'count, ratio (a fraction), EUR, days, position, score and so on',
  status              varchar        not null comment 'final, provisional, immature, no_source, not_available or withheld',
  status_reason       varchar                 comment 'why it is not final, or why there is no value',
  trust               varchar        not null comment 'ok, caution or bad',
  trust_reason        varchar                 comment 'what lowers the trust',
  primary key (kpi_id, grain, period_start, slice, member)
) as
with derived as (
  select
    k.kpi_id, k.made_as, k.unit, k.like_for_like, g.grain, g.slice, d.definition_version,
    -- growth compares as many months as its base has with those a year before
    case when k.base = 'previous_12_months' then 12 else 1 end as months,
    coalesce(d.valid_from, cast('1900-01-01' as date)) as valid_from,
    coalesce(d.valid_to, cast('2999-12-31' as date)) as valid_to,
    c.component_id, s.component_id as second_id
  from reference.kpi as k
  inner join reference.kpi_definition as d on d.kpi_id = k.kpi_id
  inner join reference.kpi_grain as g on g.kpi_id = k.kpi_id
  left join reference.kpi_component as c on c.kpi_id = k.kpi_id and c.position = 1
  left join reference.kpi_component as s on s.kpi_id = k.kpi_id and s.position = 2
  where k.made_as <> 'measured'
    -- what is not built may have been handed in all the same
    and not exists (select 1 from facts.kpi_measure as m where m.kpi_id = k.kpi_id and m.is_supplied)
),
month_figure as (
  select
    f.kpi_id, f.period_start, f.slice, f.member, f.numerator, f.status, f.status_reason, f.trust, f.trust_reason,
    extract(year from f.period_start) * 12 + extract(month from f.period_start) as month_number
  from marts.kpi_figure as f
  where f.is_valid and f.grain = 'month'
),
compared as (
  -- the months of both periods: every month with a total, and the months that count now and counted a year before
  select
    g.kpi_id, g.slice, g.like_for_like, g.component_id, t.period_start, w.period_start as counted_month,
    case when t.month_number - w.month_number < 12 then 'now' else 'base' end as side,
    g.months
  from derived as g
  inner join month_figure as t
    on t.kpi_id = g.component_id and t.slice = 'total' and t.period_start >= g.valid_from and t.period_start < g.valid_to
  inner join month_figure as w
    on w.kpi_id = g.component_id and w.slice = 'total' and w.numerator is not null
    and (t.month_number - w.month_number between 0 and g.months - 1
      or t.month_number - w.month_number between 12 and g.months + 11)
  where g.made_as = 'growth'
),
is_known as (
  select
    kpi_id, slice, period_start,
    case when count(case when side = 'now' then 1 end) = max(months) then 1 else 0 end as has_now,
    case when count(case when side = 'base' then 1 end) = max(months) then 1 else 0 end as has_base
  from compared
  group by kpi_id, slice, period_start
),
summed as (
  select
    c.kpi_id, c.slice, c.period_start, f.member,
    sum(case when c.side = 'now' then f.numerator end) as now_amount,
    sum(case when c.side = 'base' then f.numerator end) as base_amount,
    max(case when c.side = 'base' and f.status = 'provisional' then f.status_reason end) as base_provisional,
    -- the doubt of one month is a doubt of the difference
    max(case when f.trust = 'caution' then f.trust_reason end) as caution,
    max(case when f.trust = 'bad' then f.trust_reason end) as bad,
    max(max(case when f.member = '(rest)' then 1 else 0 end)) over (partition by c.kpi_id, c.slice, c.period_start)
      as has_rest
  from compared as c
  inner join month_figure as f
    on f.kpi_id = c.component_id and f.slice = c.slice and f.period_start = c.counted_month
  where c.like_for_like is null or c.slice <> 'total'
  group by c.kpi_id, c.slice, c.period_start, f.member
  union all
  -- of a total that is like for like only the members count that both periods have
  select
    kpi_id, slice, period_start, '' as member, sum(now_amount) as now_amount, sum(base_amount) as base_amount,
    cast(null as varchar) as base_provisional, cast(null as varchar) as caution, cast(null as varchar) as bad,
    0 as has_rest
  from (
    select
      c.kpi_id, c.slice, c.period_start, f.member,
      sum(case when c.side = 'now' then f.numerator end) as now_amount,
      sum(case when c.side = 'base' then f.numerator end) as base_amount
    from compared as c
    inner join month_figure as f
      on f.kpi_id = c.component_id and f.slice = c.like_for_like and f.period_start = c.counted_month
    where c.like_for_like is not null and c.slice = 'total'
    group by c.kpi_id, c.slice, c.period_start, f.member
  ) as one_member
  where now_amount > 0 and base_amount > 0
  group by kpi_id, slice, period_start
),
grown as (
  select
    g.kpi_id, g.definition_version, t.period_start, g.slice,
    case when g.slice = 'total' then '' else s.member end as member,
    g.unit,
    case when k.has_now = 1 and k.has_base = 1 and e.period_end < b.business_date
      then coalesce(s.now_amount, 0) - coalesce(s.base_amount, 0)
    end as numerator,
    case when k.has_base = 1 then coalesce(s.base_amount, 0) end as denominator,
    t.status, t.status_reason, t.trust, t.trust_reason, s.base_provisional, s.caution, s.bad, g.component_id,
    coalesce(k.has_now, 0) as has_now, coalesce(k.has_base, 0) as has_base, e.period_end < b.business_date as is_over
  from derived as g
  inner join month_figure as t
    on t.kpi_id = g.component_id and t.slice = 'total' and t.period_start >= g.valid_from and t.period_start < g.valid_to
  inner join reference.period as e on e.grain = 'month' and e.period_start = t.period_start
  cross join meta.business_date as b
  left join is_known as k on k.kpi_id = g.kpi_id and k.slice = g.slice and k.period_start = t.period_start
  left join summed as s on s.kpi_id = g.kpi_id and s.slice = g.slice and s.period_start = t.period_start
  -- a month grows when it is over; members stand only where both periods are known
  where g.made_as = 'growth' and (
    g.slice = 'total'
    or (
      s.member is not null and k.has_now = 1 and k.has_base = 1 and e.period_end < b.business_date
      -- who is in the rest differs from month to month, and so does what is withheld
      and s.member not in ('(rest)', '(withheld)')
      and (s.has_rest = 0 or (s.now_amount is not null and s.base_amount is not null))
    )
  )
),
multiplied as (
  select
    g.kpi_id, g.definition_version, a.grain, a.period_start, a.slice, a.member, g.unit, a.value * b.value as value,
    case when a.status = 'final' then b.status else a.status end as status,
    case when a.status = 'final' then b.status_reason else a.status_reason end as status_reason,
    case when a.trust = 'ok' or b.trust = 'bad' then b.trust else a.trust end as trust,
    case when a.trust = 'ok' or (a.trust = 'caution' and b.trust = 'bad') then b.trust_reason else a.trust_reason end
      as trust_reason
  from derived as g
  inner join marts.kpi_figure as a
    on a.kpi_id = g.component_id and a.grain = g.grain and a.slice = g.slice and a.is_valid
    and a.period_start >= g.valid_from and a.period_start < g.valid_to
  inner join marts.kpi_figure as b
    on b.kpi_id = g.second_id and b.grain = a.grain and b.period_start = a.period_start and b.slice = a.slice
    and b.member = a.member and b.is_valid
  where g.made_as = 'product'
)
select
  kpi_id, definition_version, 'month' as grain, period_start, slice, member, numerator, denominator,
  ratio(numerator, denominator) as value,
  unit,
  case
    when status = 'no_source' then 'no_source'
    when not is_over and has_base = 1 then 'provisional'
    when numerator is null then case when has_now = 0 and status = 'provisional' then 'provisional' else 'not_available' end
    when status = 'final' and base_provisional is not null then 'provisional'
    else status
  end as status,
  case
    when status = 'no_source' then status_reason
    when not is_over and has_base = 1 then 'the period is not over'
    when numerator is null then
      case when has_base = 0 then 'not known of the period a year before' else status_reason end
    when denominator = 0 then 'no ' || replace(component_id, '_', ' ') || ' in the period a year before'
    when status = 'final' then base_provisional
    else status_reason
  end as status_reason,
  case
    when bad is not null then 'bad'
    when trust = 'ok' and caution is not null then 'caution'
    else trust
  end as trust,
  case
    when trust = 'bad' then trust_reason
    when bad is not null then bad
    when trust = 'ok' then caution
    else trust_reason
  end as trust_reason
from grown
union all
select
  kpi_id, definition_version, grain, period_start, slice, member, cast(value as decimal(38, 6)) as numerator,
  cast(null as decimal(38, 6)) as denominator, cast(cast(value as decimal(38, 6)) as double) as value, unit, status,
  status_reason, trust, trust_reason
from multiplied
union all
-- what the month must bring; a month before the plan asks for nothing that is known
select
  g.kpi_id, g.definition_version, g.grain, p.period_start, g.slice,
  case when g.slice = 'stage' then n.stage else coalesce(n.segment, '') end as member,
  cast(n.needed as decimal(38, 6)) as numerator,
  cast(null as decimal(38, 6)) as denominator,
  cast(n.needed as double) as value,
  g.unit,
  case when n.needed is null then 'not_available' else 'final' end as status,
  case when n.needed is null then 'no plan asks for this month' end as status_reason,
  case when n.needed is not null and w.steps > 0 then 'caution' else 'ok' end as trust,
  case when n.needed is not null and w.steps > 0 then 'benchmarks stand in for own rates' end as trust_reason
from derived as g
cross join meta.business_date as b
cross join (select min(first_day) as day from staging.source_coverage) as f
cross join (select count(fallback_reason) as steps from marts.funnel_rate where scenario = 'measured') as w
inner join reference.period as p
  on p.grain = g.grain and p.period_start < b.business_date and p.period_end >= f.day
  and p.period_start >= g.valid_from and p.period_start < g.valid_to
left join marts.funnel_plan_month as n
  on n.scenario = 'measured' and n.month = p.period_start
  and (n.stage = 'lead' or g.slice = 'stage') and (n.segment <> '') = (g.slice = 'segment')
where g.made_as = 'stage_volume' and (g.slice = 'total' or n.needed is not null)
union all
select
  g.kpi_id, g.definition_version, g.grain, p.period_start, 'total' as slice, '' as member,
  cast(null as decimal(38, 6)) as numerator, cast(null as decimal(38, 6)) as denominator, cast(null as double) as value,
  g.unit, 'not_available' as status, 'not built yet' as status_reason, 'ok' as trust,
  cast(null as varchar) as trust_reason
from derived as g
cross join meta.business_date as b
cross join (select min(first_day) as day from staging.source_coverage) as f
inner join reference.period as p
  on p.grain = g.grain and p.period_start < b.business_date and p.period_end >= f.day
  and p.period_start >= g.valid_from and p.period_start < g.valid_to
where g.made_as = 'not_built' and g.slice = 'total'
