"""Every version of every KPI's definition as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.configuration import Config, Kpi
from pipelines.listed_rows import Cell, listed_rows
from pipelines.tables import Table

HEADER = """-- Every version of every KPI's definition: a period is counted by the one that is valid on its first day.
-- publish: yes
-- snapshot: whole
create table reference.kpi_definition (
  kpi_id               varchar not null comment 'id of the KPI',
  definition_version   integer not null comment 'version of the definition, from 1',
  valid_from           date             comment 'first day of it, a first of the month; NULL when it is the beginning',
  valid_to             date             comment 'day on which the next version begins; NULL for the newest',
  formula              varchar not null comment 'formula in words',
  formula_nl           varchar          comment 'the same in Dutch; NULL when it is not translated',
  numerator_measure    varchar          comment 'measure above the line; NULL when it is made of other KPIs',
  denominator_measure  varchar          comment 'measure below the line; NULL for counts and sums',
  denominator_slice    varchar          comment 'total when every member is divided by the total',
  additivity           varchar not null comment 'additive, ratio, non_additive_distinct and so on',
  unit                 varchar not null comment 'count, ratio, EUR, days and so on; the same for every version',
  value_range          varchar          comment '0..1, 0.. or any: where a ratio may lie; NULL for counts and sums',
  interval_kind        varchar          comment 'kind of the 95 % interval; NULL when there is none',
  window_days          integer          comment 'days after the period that count for it; NULL when none do',
  missing_stages       varchar          comment 'stages the company does not use and the KPI needs; NULL when none',
  sources              varchar not null comment 'sources it is made of',
  reason               varchar          comment 'why the definition changed; NULL for the first',
  primary key (kpi_id, definition_version)
) as
"""
COLUMNS = (
    *("kpi_id", "definition_version", "valid_from", "valid_to", "formula", "formula_nl", "numerator_measure"),
    *("denominator_measure", "denominator_slice", "additivity", "unit", "value_range", "interval_kind", "window_days"),
    *("missing_stages", "sources", "reason"),
)


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    return HEADER + listed_rows(COLUMNS, [row for kpi in config.kpis for row in _versions(kpi, config)])


def _versions(kpi: Kpi, config: Config) -> Iterator[tuple[Cell, ...]]:
    """A row for each version; it ends where the next one begins."""
    for definition, following in zip(kpi.definitions, (*kpi.definitions[1:], None), strict=True):
        yield (
            kpi.id,
            definition.definition_version,
            definition.valid_from.isoformat() if definition.valid_from else None,
            following.valid_from.isoformat() if following and following.valid_from else None,
            definition.formula_text,
            definition.formula_nl,
            definition.numerator,
            definition.denominator,
            definition.denominator_slice,
            definition.additivity,
            kpi.unit,
            definition.range,
            definition.interval,
            config.window_days(kpi, definition),
            ", ".join(config.missing_stages(definition)) or None,
            ", ".join(definition.source_kinds),
            definition.reason,
        )
