-- Stepping stones: what each target expects of each whole month from its start to its deadline.
-- publish: yes
create table marts.target_step (
  target_id        varchar not null comment 'id of the target, see reference.target',
  month            date    not null comment 'first day of the month',
  version          integer not null comment 'version of the terms that hold on its first day',
  kpi_id           varchar not null comment 'id of the KPI',
  step             integer not null comment 'place of the month, from 1',
  steps            integer not null comment 'number of months',
  window_start     date    not null comment 'first day of the months that add up; of a level its own first day',
  is_last          boolean not null comment 'with the month ends what is compared: the term, the year, the quarter',
  is_seasonal      boolean not null comment 'its part follows the year before; false where that has a gap',
  baseline         double           comment 'where it begins, in the period of the target; NULL without one or while unknown',
  baseline_lacks   varchar          comment 'why a figure of its period is no baseline; NULL when there is none or it is one',
  target_value     double           comment 'what is to be reached at the deadline, in the period of the target; NULL while the baseline is unknown',
  expected_before  double           comment 'what is expected as the month begins',
  expected         double           comment 'what is expected of the month when it is over; added up where months add up',
  primary key (target_id, month)
) as
with step as (
  -- whole months only: a month that begins before the start, or ends after the deadline, asks for nothing
  select
    t.*, p.period_start as month, date_diff('day', p.period_start, p.period_end) + 1 as days,
    row_number() over (partition by t.target_id, t.version order by p.period_start) as step,
    count(*) over (partition by t.target_id, t.version) as steps,
    min(p.period_start) over (partition by t.target_id, t.version) as first_month,
    case
      when not t.is_total then p.period_start
      when t.period = 'quarter' then cast(date_trunc('quarter', p.period_start) as date)
      when t.period = 'year' then cast(date_trunc('year', p.period_start) as date)
      else cast('1900-01-01' as date)
    end as window_key
  from reference.target as t
  inner join reference.period as p
    on p.grain = 'month' and p.period_start >= t.start_date and p.period_end <= t.deadline
  where t.lacks is null
),
cell as (
  select distinct kpi_id, slice, member, is_additive from reference.target
),
figure as (
  select
    v.kpi_id, v.grain, v.period_start as month, v.slice, v.member, v.value, v.numerator, v.status, v.trust_reason,
    v.definition_version
  from cell as c
  inner join marts.kpi_value as v on v.kpi_id = c.kpi_id and v.slice = c.slice and v.member = c.member
  union all
  -- members stand only where something counts: where the total is known and the member has no row, it had nothing
  select
    w.kpi_id, w.grain, w.period_start as month, c.slice, c.member, 0e0 as value, 0 as numerator, w.status,
    w.trust_reason, w.definition_version
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
shape as (
  -- the twelve months before the first one, by their place in the year
  select s.target_id, s.version, s.step, f.numerator as part
  from step as s
  inner join figure as f
    on f.kpi_id = s.kpi_id and f.grain = 'month' and f.slice = s.slice and f.member = s.member
    and f.month < s.first_month and f.month >= cast(s.first_month - interval 12 month as date)
    and extract(month from f.month) = extract(month from s.month)
  where s.pacing = 'seasonal'
),
whole_shape as (
  select t.target_id, t.version, sum(f.numerator) as whole
  from (select distinct target_id, version, kpi_id, slice, member, first_month from step where pacing = 'seasonal') as t
  inner join figure as f
    on f.kpi_id = t.kpi_id and f.grain = 'month' and f.slice = t.slice and f.member = t.member
    and f.month < t.first_month and f.month >= cast(t.first_month - interval 12 month as date)
  group by t.target_id, t.version
  having count(f.numerator) = 12 and sum(f.numerator) > 0
),
asked as (
  select distinct target_id, version, kpi_id, slice, member, baseline_grain, baseline_start, is_additive, period, steps
  from step
  where baseline_kind = 'measured'
),
month_known as (
  -- of a member that has no rate in a month, the total says whether that month is known
  select
    t.target_id, t.version,
    count(case when f.status = 'final' or (f.kpi_id is null and not t.is_additive and w.status = 'final') then 1 end) as months
  from asked as t
  inner join reference.period as b on b.grain = t.baseline_grain and b.period_start = t.baseline_start
  inner join reference.period as p on p.grain = 'month' and p.period_start between b.period_start and b.period_end
  left join figure as f
    on f.kpi_id = t.kpi_id and f.grain = 'month' and f.month = p.period_start and f.slice = t.slice and f.member = t.member
  left join marts.kpi_value as w
    on w.kpi_id = t.kpi_id and w.grain = 'month' and w.period_start = p.period_start and w.slice = 'total'
  group by t.target_id, t.version
),
found as (
  select
    t.target_id, t.version, t.is_additive, t.period, t.steps, t.baseline_grain, v.value,
    date_diff('day', p.period_start, p.period_end) + 1 as days,
    -- of what is made of other KPIs only the reason says that one begins late
    v.status = 'final' and g.signal is null and coalesce(v.trust_reason, '') not like 'the data begins on %'
      and k.months = case t.baseline_grain when 'month' then 1 when 'quarter' then 3 else 12 end as is_whole
  from asked as t
  inner join month_known as k on k.target_id = t.target_id and k.version = t.version
  inner join figure as v
    on v.kpi_id = t.kpi_id and v.grain = t.baseline_grain and v.month = t.baseline_start
    and v.slice = t.slice and v.member = t.member
  inner join reference.period as p on p.grain = v.grain and p.period_start = v.month
  left join marts.trust_signal as g
    on g.kpi_id = v.kpi_id and g.definition_version = v.definition_version and g.grain = v.grain
    and g.period_start = v.month and g.slice = v.slice and g.signal = 'late_start'
),
measured as (
  -- of what adds up, brought to the period of the target; of anything else as it stands
  select
    f.target_id, f.version, f.value is not null and not f.is_whole as is_partial,
    case
      when not f.is_whole then null
      when not f.is_additive then f.value
      when f.period = 'week' then 7 * ratio(f.value, f.days)
      else
        case f.period when 'month' then 1 when 'quarter' then 3 when 'year' then 12 else f.steps end
        * ratio(f.value, case f.baseline_grain when 'month' then 1 when 'quarter' then 3 else 12 end)
    end as value
  from found as f
),
weighed as (
  select
    s.target_id, s.version, s.kpi_id, s.month, s.days, s.step, s.steps, s.window_key, s.change_type, s.period,
    s.is_total, s.is_additive, s.baseline_kind, s.valid_from, s.valid_to,
    cast(s.value as double) as value,
    s.pacing = 'seasonal' and w.whole is not null as is_seasonal,
    -- the part of the month in what adds up
    case
      when s.baseline_kind = 'same_period_last_year' then e.numerator
      when w.whole is not null then h.part
      else cast(s.days as decimal(38, 6))
    end as weight,
    -- beside an average month
    case when w.whole is not null then 12 * ratio(h.part, w.whole) else 1e0 end as season,
    case s.baseline_kind
      when 'given' then cast(s.baseline_value as double)
      when 'measured' then m.value
      when 'previous_period' then e.value
      when 'same_period_last_year' then e.value
    end as own_baseline,
    case when m.is_partial then 'the baseline period is not whole' end as baseline_lacks
  from step as s
  left join shape as h on h.target_id = s.target_id and h.version = s.version and h.step = s.step
  left join whole_shape as w on w.target_id = s.target_id and w.version = s.version
  left join measured as m on m.target_id = s.target_id and m.version = s.version
  left join figure as e
    on e.kpi_id = s.kpi_id and e.grain = 'month' and e.slice = s.slice and e.member = s.member
    and e.month = case s.baseline_kind
      when 'previous_period' then cast(s.month - interval 1 month as date)
      when 'same_period_last_year' then cast(s.month - interval 12 month as date)
    end
),
added as (
  select
    w.*,
    min(w.month) over (partition by w.target_id, w.version, w.window_key) as window_start,
    max(w.month) over (partition by w.target_id, w.version, w.window_key) = w.month
      and (w.is_total or w.step = w.steps) as is_last,
    sum(w.weight) over (
      partition by w.target_id, w.version, w.window_key order by w.month
      rows between unbounded preceding and current row
    ) as weight_so_far,
    case
      when count(w.weight) over (partition by w.target_id, w.version, w.window_key)
        = count(*) over (partition by w.target_id, w.version, w.window_key)
        then sum(w.weight) over (partition by w.target_id, w.version, w.window_key)
    end as whole_weight
  from weighed as w
),
aimed as (
  select
    a.*,
    case when a.is_total and a.baseline_kind = 'same_period_last_year' then cast(a.whole_weight as double) else a.own_baseline end
      as baseline
  from added as a
),
valued as (
  select
    a.*,
    case
      when a.change_type = 'relative_pct' then nullif(a.baseline, 0e0) * (1e0 + a.value)
      when a.change_type in ('pp', 'absolute') then a.baseline + a.value
      else a.value
    end as target_value
  from aimed as a
),
levelled as (
  -- the level of each month, in the period of the target: on the way from a baseline that stands still, or as it is
  select
    v.*,
    case
      when v.change_type <> 'level_min' and v.baseline_kind in ('given', 'measured')
        then v.baseline + (v.target_value - v.baseline) * ratio(v.step, v.steps)
      else v.target_value
    end as level
  from valued as v
),
expecting as (
  select
    l.*,
    case
      when l.is_total then l.target_value * ratio(l.weight_so_far, l.whole_weight)
      when l.is_additive and l.period = 'week' then ratio(l.level, 7) * l.days * l.season
      else l.level * l.season
    end as expected
  from levelled as l
)
select
  e.target_id,
  e.month,
  e.version,
  e.kpi_id,
  e.step,
  e.steps,
  e.window_start,
  e.is_last,
  e.is_seasonal,
  e.baseline,
  e.baseline_lacks,
  e.target_value,
  case
    when e.is_total then e.target_value * ratio(e.weight_so_far - e.weight, e.whole_weight)
    when e.is_additive and e.expected is not null then 0e0
    else e.expected
  end as expected_before,
  e.expected
from expecting as e
where e.month >= coalesce(e.valid_from, cast('1900-01-01' as date))
  and e.month <= coalesce(e.valid_to, cast('2999-12-31' as date))
