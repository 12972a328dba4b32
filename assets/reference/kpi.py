"""The KPI catalogue as a table."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- The KPI catalogue: what each KPI is, in words and in measures, by the newest version of its definition.
-- publish: yes
-- snapshot: whole
create table reference.kpi (
  kpi_id               varchar not null comment 'id of the KPI',
  name_nl              varchar not null comment 'Dutch name',
  name_en              varchar not null comment 'English name',
  family               varchar not null comment 'family of the KPI',
  unit                 varchar not null comment 'count, ratio, EUR, days and so on',
  direction            varchar not null comment 'up_good, down_good or neutral',
  additivity           varchar not null comment 'additive, ratio, non_additive_distinct and so on',
  formula              varchar not null comment 'formula in words',
  formula_nl           varchar          comment 'the same in Dutch; NULL when it is not translated',
  made_as              varchar not null comment 'measured, growth or product of other KPIs, stage_volume, or not_built',
  base                 varchar          comment 'period that growth is measured against; NULL for all others',
  like_for_like        varchar          comment 'slice of which only members of both periods count; NULL when all do',
  numerator_measure    varchar          comment 'measure above the line; NULL when it is made of other KPIs',
  denominator_measure  varchar          comment 'measure below the line; NULL for counts and sums',
  denominator_slice    varchar          comment 'total when every member is divided by the total',
  value_range          varchar          comment '0..1, 0.. or any: where a ratio may lie; NULL for counts and sums',
  interval_kind        varchar          comment 'kind of the 95 % interval; NULL when there is none',
  window_days          integer          comment 'days after the period that count for it; NULL when none do',
  missing_stages       varchar          comment 'stages the company does not use and the KPI needs; NULL when none',
  is_vanity            boolean not null comment 'a figure nobody can act on',
  sources              varchar not null comment 'sources it is made of',
  definition_version   integer not null comment 'newest version of the definition, see reference.kpi_definition',
  primary key (kpi_id)
) as
"""
COLUMNS = (
    *("kpi_id", "name_nl", "name_en", "family", "unit", "direction", "additivity", "formula", "formula_nl"),
    *(
        "made_as",
        "base",
        "like_for_like",
        "numerator_measure",
        "denominator_measure",
        "denominator_slice",
        "value_range",
        "interval_kind",
        "window_days",
        "missing_stages",
        "is_vanity",
    ),
    *("sources", "definition_version"),
)


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [
        (
            kpi.id,
            kpi.name_nl,
            kpi.name_en,
            kpi.family,
            kpi.unit,
            kpi.direction,
            kpi.additivity,
            kpi.formula_text,
            kpi.formula_nl,
            kpi.made_as,
            kpi.base,
            kpi.like_for_like,
            kpi.numerator,
            kpi.denominator,
            kpi.denominator_slice,
            kpi.range,
            kpi.interval,
            config.window_days(kpi, kpi),
            ", ".join(config.missing_stages(kpi)) or None,
            kpi.vanity,
            ", ".join(kpi.source_kinds),
            kpi.definition_version,
        )
        for kpi in config.kpis
    ]
    return HEADER + listed_rows(COLUMNS, rows)
