-- Every KPI at every grain and slice: numerator, denominator, value, interval, status and trust.
-- publish: yes
-- snapshot: month
create table marts.kpi_value (
  kpi_id              varchar        not null comment 'id of the KPI, see reference.kpi',
  grain               varchar        not null comment 'day, week, month, quarter or year',
  period_start        date           not null comment 'first day of the period; weeks begin on Monday',
  slice               varchar        not null comment 'what the members divide: total, channel, device, campaign and so on',
  member              varchar        not null comment 'value of the slice; empty for total',
  numerator           decimal(38, 6)          comment 'figure above the line; the value itself for counts and sums',
  denominator         decimal(38, 6)          comment 'figure below the line; NULL for counts and sums',
  value               double                  comment 'numerator / denominator; NULL when unknown or divided by 0, see status_reason',
  unit                varchar        not null comment 'count, ratio (a fraction), EUR, days, position, score and so on',
  ci_low              double                  comment 'lower end of the 95 % interval',
  ci_high             double                  comment 'upper end of the 95 % interval',
  status              varchar        not null comment 'final, provisional, immature, no_source, not_available or withheld',
  status_reason       varchar                 comment 'why it is not final, or why there is no value',
  trust               varchar        not null comment 'ok, caution or bad',
  trust_reason        varchar                 comment 'what lowers the trust',
  definition_version  integer        not null comment 'version of the definition, the one valid on the first day of the period',
  primary key (kpi_id, grain, period_start, slice, member),
  constraint finite_value check (value is null or abs(value) < 1e300),
  constraint interval_holds_value check (ci_low is null or (ci_low <= value and value <= ci_high))
) as
with figure as (
  select
    kpi_id, grain, period_start, slice, member, numerator, denominator, value, unit, interval_kind, status,
    status_reason, trust, trust_reason, definition_version
  from marts.kpi_figure
  where is_valid
  union all
  select
    kpi_id, grain, period_start, slice, member, numerator, denominator, value, unit,
    cast(null as varchar) as interval_kind, status, status_reason, trust, trust_reason, definition_version
  from marts.kpi_derived
),
counted as (
  -- of an amount of money per count the count stands below the line, of a count per exposure above it
  select
    f.kpi_id, f.grain, f.period_start, f.slice, f.member, f.numerator, f.denominator, f.value, f.unit, f.interval_kind,
    f.status, f.status_reason, f.trust, f.trust_reason, f.definition_version,
    case
      when coalesce(f.interval_kind, '') <> 'poisson_count_95' or f.denominator is null or f.denominator <= 0 or f.numerator < 0
        then null
      when f.unit = 'EUR' and f.denominator = floor(f.denominator) then f.denominator
      when f.unit <> 'EUR' and f.numerator = floor(f.numerator) then f.numerator
    end as observed
  from figure as f
),
rooted as (
  select
    c.kpi_id, c.grain, c.period_start, c.slice, c.member, c.numerator, c.denominator, c.value, c.unit, c.interval_kind,
    c.status, c.status_reason, c.trust, c.trust_reason, c.definition_version, c.observed,
    -- the lower limit is the expansion below with the other root
    -sqrt(c.observed) as low_root, ratio(-1, sqrt(c.observed)) as low_inverse,
    sqrt(c.observed + 1) as high_root, ratio(1, sqrt(c.observed + 1)) as high_inverse
  from counted as c
),
limited as (
  select
    c.kpi_id, c.grain, c.period_start, c.slice, c.member, c.numerator, c.denominator, c.value, c.unit, c.interval_kind,
    c.status, c.status_reason, c.trust, c.trust_reason, c.definition_version, c.observed,
    -- beyond the table the quantile is expanded in powers of the root (H. Goldberg and H. Levine, 1946): from 200 on that
    -- is exact to eleven digits
    case
      when c.observed <= 200 then p.mean_low
      else c.observed + 1.959963984540054e0 * c.low_root + 0.9471529402313751e0
        + c.low_inverse * (-0.17196185986461623e0 + c.low_inverse * (-0.06809954241743825e0
        + c.low_inverse * (0.03444176509221394e0 + c.low_inverse * (-0.024394073942926014e0
        + c.low_inverse * 0.015001812870610526e0))))
    end as mean_low,
    case
      when c.observed <= 200 then p.mean_high
      else c.observed + 1 + 1.959963984540054e0 * c.high_root + 0.9471529402313751e0
        + c.high_inverse * (-0.17196185986461623e0 + c.high_inverse * (-0.06809954241743825e0
        + c.high_inverse * (0.03444176509221394e0 + c.high_inverse * (-0.024394073942926014e0
        + c.high_inverse * 0.015001812870610526e0))))
    end as mean_high
  from rooted as c
  left join reference.poisson_limit as p on p.observed = c.observed
)
select
  f.kpi_id,
  f.grain,
  f.period_start,
  f.slice,
  f.member,
  f.numerator,
  f.denominator,
  f.value,
  f.unit,
  -- Wilson score interval, z = 1.959963984540054 (E. B. Wilson, 1927); at none and at all one end is the value itself
  case
    when f.interval_kind = 'wilson_95' and f.denominator > 0 and f.numerator = 0 then 0e0
    when f.interval_kind = 'wilson_95' and f.denominator > 0 and f.numerator between 0 and f.denominator
      then ratio(
        ratio(f.numerator, f.denominator) + ratio(1.9207294103470844e0, f.denominator)
        - 1.959963984540054e0 * sqrt(ratio(
          ratio(f.numerator, f.denominator) * (1e0 - ratio(f.numerator, f.denominator))
          + ratio(0.9603647051735422e0, f.denominator), f.denominator)),
        1e0 + ratio(3.841458820694169e0, f.denominator))
    when f.observed is not null and f.unit = 'EUR' then ratio(f.numerator, f.mean_high)
    when f.observed is not null then ratio(f.mean_low, f.denominator)
    when f.interval_kind in ('newcombe_diff_95', 'bootstrap_posts_95') and f.value is not null then i.ci_low
  end as ci_low,
  case
    when f.interval_kind = 'wilson_95' and f.denominator > 0 and f.numerator = f.denominator then 1e0
    when f.interval_kind = 'wilson_95' and f.denominator > 0 and f.numerator between 0 and f.denominator
      then ratio(
        ratio(f.numerator, f.denominator) + ratio(1.9207294103470844e0, f.denominator)
        + 1.959963984540054e0 * sqrt(ratio(
          ratio(f.numerator, f.denominator) * (1e0 - ratio(f.numerator, f.denominator))
          + ratio(0.9603647051735422e0, f.denominator), f.denominator)),
        1e0 + ratio(3.841458820694169e0, f.denominator))
    when f.observed is not null and f.unit = 'EUR' then ratio(f.numerator, f.mean_low)
    when f.observed is not null then ratio(f.mean_high, f.denominator)
    when f.interval_kind in ('newcombe_diff_95', 'bootstrap_posts_95') and f.value is not null then i.ci_high
  end as ci_high,
  f.status,
  f.status_reason,
  f.trust,
  f.trust_reason,
  f.definition_version
from limited as f
left join marts.kpi_interval as i
  on i.kpi_id = f.kpi_id and i.definition_version = f.definition_version and i.grain = f.grain
  and i.period_start = f.period_start and i.slice = f.slice and i.member = f.member
