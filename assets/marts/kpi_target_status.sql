-- How each target stood at the end of each month that it covers: what was expected by then, what there was, and the verdict.
-- publish: yes
-- snapshot: month
create table marts.kpi_target_status (
  target_id        varchar        not null comment 'id of the target, see reference.target',
  kpi_id           varchar        not null comment 'id of the KPI, see reference.kpi',
  grain            varchar        not null comment 'month',
  period_start     date           not null comment 'first day of the month',
  slice            varchar        not null comment 'total for the company, channel or campaign',
  member           varchar        not null comment 'the channel or campaign; empty for the company',
  as_of            date           not null comment 'last day that counts: of the month, or yesterday',
  version          integer        not null comment 'version of the terms of the target',
  owner            varchar                 comment 'team or role that answers for it',
  deadline         date                    comment 'last day of the target',
  target_period    varchar        not null comment 'what value and baseline of the target count in: week, month, quarter, year, or term',
  baseline         double                  comment 'where it began, in the period of the target; NULL without one or while unknown',
  target_value     double                  comment 'what is to be reached at the deadline; NULL while unknown',
  expected_by_now  double                  comment 'stepping stone of the day: what is expected up to as_of',
  actual           double                  comment 'what there is up to as_of: the figure of the month, or the sum since the months began to add up',
  pace             double                  comment 'actual / expected_by_now',
  status           varchar        not null comment 'on_track, behind, reached, missed, undecided, no_actual, not_started or incomplete',
  reason           varchar                 comment 'why it is undecided or has no actual, or why the figure may still change',
  primary key (target_id, grain, period_start),
  constraint target_status_is_known check (
    status in ('on_track', 'behind', 'reached', 'missed', 'undecided', 'no_actual', 'not_started', 'incomplete')
  )
) as
with cell as (
  select distinct kpi_id, slice, member, is_additive from reference.target
),
figure as (
  select
    v.kpi_id, v.grain, v.period_start as month, v.slice, v.member, v.value, v.numerator, v.ci_low, v.ci_high, v.status,
    v.status_reason, v.trust, v.trust_reason
  from cell as c
  inner join marts.kpi_value as v on v.kpi_id = c.kpi_id and v.slice = c.slice and v.member = c.member
  union all
  -- members stand only where something counts: where the total is known and the member has no row, it had nothing
  select
    w.kpi_id, w.grain, w.period_start as month, c.slice, c.member, 0e0 as value, 0 as numerator, cast(null as double) as ci_low,
    cast(null as double) as ci_high, w.status, w.status_reason, w.trust, w.trust_reason
  from cell as c
  inner join marts.kpi_value as w on w.kpi_id = c.kpi_id and w.slice = 'total' and w.numerator is not null
  left join marts.kpi_value as v
    on v.kpi_id = c.kpi_id and v.slice = c.slice and v.member = c.member
    and v.grain = w.grain and v.period_start = w.period_start
  -- a member too small to be shown is in the rest, with a figure that nobody knows
  left join marts.kpi_value as r
    on r.kpi_id = c.kpi_id and r.slice = c.slice and r.member = '(rest)'
    and r.grain = w.grain and r.period_start = w.period_start
  where c.is_additive and c.slice <> 'total' and v.kpi_id is null and r.kpi_id is null
),
begun as (
  select
    s.target_id, s.month, s.version, s.kpi_id, s.window_start, s.is_last, s.baseline, s.baseline_lacks, s.target_value,
    s.expected_before, s.expected, t.slice, t.member, t.owner, t.deadline, t.period as target_period, t.is_total, t.sense,
    cast(t.tolerance as double) as tolerance,
    least(p.period_end, cast(b.business_date - 1 as date)) as as_of,
    ratio(
      date_diff('day', p.period_start, least(p.period_end, cast(b.business_date - 1 as date))) + 1,
      date_diff('day', p.period_start, p.period_end) + 1
    ) as elapsed
  from marts.target_step as s
  inner join reference.target as t on t.target_id = s.target_id and t.version = s.version
  inner join reference.period as p on p.grain = 'month' and p.period_start = s.month
  cross join meta.business_date as b
  where s.month < b.business_date
),
added as (
  -- what adds up is known when each of its months is; the doubt of one is a doubt of the sum
  select
    g.target_id, g.month, count(f.numerator) as known, count(*) as months, sum(f.numerator) as total,
    max(case when f.trust <> 'ok' then coalesce(f.trust_reason, f.trust) end) as doubt
  from begun as g
  inner join reference.period as p on p.grain = 'month' and p.period_start between g.window_start and g.month
  left join figure as f
    on f.kpi_id = g.kpi_id and f.grain = 'month' and f.slice = g.slice and f.member = g.member and f.month = p.period_start
  where g.is_total
  group by g.target_id, g.month
),
compared as (
  select
    g.target_id, g.month, g.version, g.kpi_id, g.slice, g.member, g.owner, g.deadline, g.target_period, g.is_last, g.is_total,
    g.sense, g.tolerance, g.baseline, g.baseline_lacks, g.target_value, g.as_of, g.elapsed,
    g.expected_before + (g.expected - g.expected_before) * g.elapsed as expected_by_now,
    case
      when not g.is_total then f.value
      when a.known = a.months then cast(a.total as double)
    end as actual,
    case when not g.is_total then f.ci_low end as ci_low,
    case when not g.is_total then f.ci_high end as ci_high,
    f.status as figure_status,
    f.status_reason,
    case
      when g.is_total then a.doubt
      when f.trust <> 'ok' then coalesce(f.trust_reason, f.trust)
    end as doubt
  from begun as g
  left join figure as f
    on f.kpi_id = g.kpi_id and f.grain = 'month' and f.slice = g.slice and f.member = g.member and f.month = g.month
  left join added as a on a.target_id = g.target_id and a.month = g.month
),
bounded as (
  select
    c.*,
    c.expected_by_now - c.sense * c.tolerance * abs(c.expected_by_now) as bound,
    c.target_value - c.sense * c.tolerance * abs(c.target_value) as final_bound
  from compared as c
),
judged as (
  select
    b.*,
    case
      when b.expected_by_now is null then case when b.baseline_lacks is null then 'undecided' else 'incomplete' end
      when b.actual is null then 'no_actual'
      when b.doubt is not null or b.figure_status = 'immature' then 'undecided'
      when b.ci_low < b.bound and b.ci_high > b.bound then 'undecided'
      -- what adds up and is enough already stays enough
      when b.is_total and b.sense = 1 and b.actual >= b.final_bound then 'reached'
      when b.is_last and b.elapsed = 1e0 and b.figure_status = 'final'
        then case when b.sense * (b.actual - b.bound) >= 0 then 'reached' else 'missed' end
      when b.sense * (b.actual - b.bound) >= 0 then 'on_track'
      else 'behind'
    end as status
  from bounded as b
)
select
  j.target_id,
  j.kpi_id,
  'month' as grain,
  j.month as period_start,
  j.slice,
  j.member,
  j.as_of,
  j.version,
  j.owner,
  j.deadline,
  j.target_period,
  j.baseline,
  j.target_value,
  j.expected_by_now,
  j.actual,
  ratio(j.actual, j.expected_by_now) as pace,
  j.status,
  case
    when j.expected_by_now is null and j.baseline = 0 then 'the baseline is 0'
    when j.expected_by_now is null then coalesce(j.baseline_lacks, 'the baseline is not known')
    when j.status = 'no_actual' then coalesce(j.status_reason, 'the months do not all have a figure')
    when j.doubt is not null then j.doubt
    when j.status = 'undecided' and j.figure_status <> 'immature' then 'the interval holds what is expected'
    when j.figure_status <> 'final' then j.status_reason
  end as reason
from judged as j
union all
-- set, but not begun; or not to be judged as it is set
select
  t.target_id,
  t.kpi_id,
  'month' as grain,
  p.period_start,
  t.slice,
  t.member,
  least(p.period_end, cast(b.business_date - 1 as date)) as as_of,
  t.version,
  t.owner,
  t.deadline,
  t.period as target_period,
  s.baseline,
  s.target_value,
  cast(null as double) as expected_by_now,
  cast(null as double) as actual,
  cast(null as double) as pace,
  case when t.lacks is null then 'not_started' else 'incomplete' end as status,
  'it lacks ' || t.lacks as reason
from reference.target as t
cross join meta.business_date as b
inner join reference.period as p
  on p.grain = 'month' and p.period_end >= t.entered_on and p.period_start < b.business_date
  and p.period_start >= coalesce(t.valid_from, cast('1900-01-01' as date))
  and p.period_start <= coalesce(t.valid_to, cast('2999-12-31' as date))
  and p.period_start <= coalesce(t.deadline, p.period_start)
left join (
  select target_id, month, baseline, target_value, row_number() over (partition by target_id order by month) as place
  from marts.target_step
) as s on s.target_id = t.target_id and s.place = 1
where t.lacks is not null or p.period_start < coalesce(s.month, cast('2999-12-31' as date))
