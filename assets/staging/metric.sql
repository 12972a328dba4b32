-- Figures that were handed in under the id of a KPI or a measure.
create table staging.metric (
  metric_id    varchar         not null comment 'the id, as sent',
  day          date            not null comment 'day of the figure',
  slice        varchar         not null comment 'total, or what the members divide',
  member       varchar         not null comment 'value of the slice; empty for total',
  value        decimal(18, 6)           comment 'the figure of a count, a sum, a stock or a score',
  numerator    decimal(18, 6)           comment 'figure above the line of a ratio',
  denominator  decimal(18, 6)           comment 'figure below the line of a ratio',
  load_id      bigint          not null comment 'the load the row came with',
  primary key (metric_id, day, slice, member)
) as
select
  r.metric_id,
  r.date as day,
  case when r.slice = '' then 'total' else r.slice end as slice,
  r.member,
  r.value,
  r.numerator,
  r.denominator,
  r.load_id
from raw.metric as r
inner join meta.current_part as p on p.object = 'metric' and p.part = r.part and p.load_id = r.load_id
