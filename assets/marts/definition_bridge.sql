-- What a KPI would have been under the definition before, in the month in which a new one begins.
-- publish: yes
-- snapshot: month
create table marts.definition_bridge (
  kpi_id           varchar        not null comment 'id of the KPI, see reference.kpi_definition',
  from_version     integer        not null comment 'version of the definition before',
  to_version       integer        not null comment 'version that begins in the month',
  grain            varchar        not null comment 'month',
  period_start     date           not null comment 'first day of the month in which it begins',
  slice            varchar        not null comment 'what the members divide: total, channel, device, campaign and so on',
  member           varchar        not null comment 'value of the slice; empty for total',
  old_numerator    decimal(38, 6)          comment 'figure above the line by the definition before',
  old_denominator  decimal(38, 6)          comment 'figure below the line by the definition before; NULL for counts and sums',
  old_value        double                  comment 'value by the definition before; NULL when unknown or divided by 0',
  new_numerator    decimal(38, 6)          comment 'figure above the line, as in marts.kpi_value',
  new_denominator  decimal(38, 6)          comment 'figure below the line, as in marts.kpi_value',
  new_value        double                  comment 'value, as in marts.kpi_value; the change of definition is new_value - old_value',
  reason           varchar        not null comment 'why the definition changed, as the catalogue says',
  primary key (kpi_id, to_version, slice, member)
) as
with change as (
  select
    n.kpi_id,
    o.definition_version as from_version,
    n.definition_version as to_version,
    n.valid_from as month,
    n.reason
  from reference.kpi_definition as n
  inner join reference.kpi_definition as o
    on o.kpi_id = n.kpi_id and o.definition_version = n.definition_version - 1
),
older as (
  select c.kpi_id, c.from_version, c.to_version, c.month, c.reason, f.slice, f.member, f.numerator, f.denominator, f.value
  from change as c
  inner join marts.kpi_figure as f
    on f.kpi_id = c.kpi_id and f.definition_version = c.from_version and f.grain = 'month' and f.period_start = c.month
),
newer as (
  select c.kpi_id, c.from_version, c.to_version, c.month, c.reason, f.slice, f.member, f.numerator, f.denominator, f.value
  from change as c
  inner join marts.kpi_figure as f
    on f.kpi_id = c.kpi_id and f.definition_version = c.to_version and f.grain = 'month' and f.period_start = c.month
)
select
  coalesce(n.kpi_id, o.kpi_id) as kpi_id,
  coalesce(n.from_version, o.from_version) as from_version,
  coalesce(n.to_version, o.to_version) as to_version,
  'month' as grain,
  coalesce(n.month, o.month) as period_start,
  coalesce(n.slice, o.slice) as slice,
  coalesce(n.member, o.member) as member,
  o.numerator as old_numerator,
  o.denominator as old_denominator,
  o.value as old_value,
  n.numerator as new_numerator,
  n.denominator as new_denominator,
  n.value as new_value,
  coalesce(n.reason, o.reason) as reason
from newer as n
full join older as o
  on o.kpi_id = n.kpi_id and o.to_version = n.to_version and o.slice = n.slice and o.member = n.member
