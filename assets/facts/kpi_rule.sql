-- By which measures each KPI is counted, at each grain and slice, and in which periods: a row for every version.
create table facts.kpi_rule (
  kpi_id               varchar not null comment 'id of the KPI',
  definition_version   integer not null comment 'version of the definition',
  grain                varchar not null comment 'day, week, month, quarter or year',
  slice                varchar not null comment 'total, channel, device and so on',
  unit                 varchar not null comment 'count, ratio, EUR, days and so on',
  numerator_measure    varchar not null comment 'measure above the line',
  denominator_measure  varchar          comment 'measure below the line; NULL for counts and sums',
  denominator_slice    varchar          comment 'total when every member is divided by the total',
  interval_kind        varchar          comment 'kind of the 95 % interval; NULL when there is none',
  window_days          integer          comment 'days after the period that count for it; NULL when none do',
  missing_stages       varchar          comment 'stages the company does not use and the KPI needs; NULL when none',
  is_supplied          boolean not null comment 'a part was handed in, in place of its own source',
  valid_from           date    not null comment 'first day on which a period is counted by it',
  valid_to             date    not null comment 'day on which the next version begins; far ahead for the newest',
  counted_until        date    not null comment 'day from which it is no longer counted by it; the month in which the next begins is by both',
  primary key (kpi_id, definition_version, grain, slice)
) as
select
  k.kpi_id,
  k.definition_version,
  g.grain,
  g.slice,
  k.unit,
  m.numerator_measure,
  m.denominator_measure,
  m.denominator_slice,
  k.interval_kind,
  m.window_days,
  k.missing_stages,
  m.is_supplied,
  coalesce(k.valid_from, cast('1900-01-01' as date)) as valid_from,
  coalesce(k.valid_to, cast('2999-12-31' as date)) as valid_to,
  case
    when k.valid_to is null then cast('2999-12-31' as date)
    when g.grain = 'month' then cast(k.valid_to + 1 as date)
    else k.valid_to
  end as counted_until
from reference.kpi_definition as k
inner join facts.kpi_measure as m on m.kpi_id = k.kpi_id and m.definition_version = k.definition_version
inner join reference.kpi_grain as g on g.kpi_id = k.kpi_id
where m.numerator_measure is not null
