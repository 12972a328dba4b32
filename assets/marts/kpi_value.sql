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
  unit                varchar        not null comment 'count, ratio (a fraction), EUR or days',
  ci_low              double                  comment 'lower end of the 95 % interval',
  ci_high             double                  comment 'upper end of the 95 % interval',
  status              varchar        not null comment 'final, provisional, immature, no_source, not_available or withheld',
  status_reason       varchar                 comment 'why it is not final, or why there is no value',
  trust               varchar        not null comment 'ok, caution or bad',
  trust_reason        varchar                 comment 'what lowers the trust',
  definition_version  integer        not null comment 'version of the definition, the one valid on the first day of the period',
  primary key (kpi_id, grain, period_start, slice, member),
  constraint finite_value check (value is null or abs(value) < 1e300)
) as
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
  -- Wilson score interval, z = 1.959963984540054 (E. B. Wilson, 1927)
  case
    when f.interval_kind = 'wilson_95' and f.denominator > 0 and f.numerator between 0 and f.denominator
      then ratio(
        ratio(f.numerator, f.denominator) + ratio(1.9207294103470844e0, f.denominator)
        - 1.959963984540054e0 * sqrt(ratio(
          ratio(f.numerator, f.denominator) * (1e0 - ratio(f.numerator, f.denominator))
          + ratio(0.9603647051735422e0, f.denominator), f.denominator)),
        1e0 + ratio(3.841458820694169e0, f.denominator))
  end as ci_low,
  case
    when f.interval_kind = 'wilson_95' and f.denominator > 0 and f.numerator between 0 and f.denominator
      then ratio(
        ratio(f.numerator, f.denominator) + ratio(1.9207294103470844e0, f.denominator)
        + 1.959963984540054e0 * sqrt(ratio(
          ratio(f.numerator, f.denominator) * (1e0 - ratio(f.numerator, f.denominator))
          + ratio(0.9603647051735422e0, f.denominator), f.denominator)),
        1e0 + ratio(3.841458820694169e0, f.denominator))
  end as ci_high,
  f.status,
  f.status_reason,
  f.trust,
  f.trust_reason,
  f.definition_version
from (
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
) as f
