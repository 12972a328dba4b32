"""The long table of parts is written from what the measure tables say of themselves."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.kpi_rollup import parts_query
from pipelines.tables import Table

HEADER = """-- Every measure at every grain and slice: the numerators and denominators of all KPIs.
create table marts.kpi_part (
  measure        varchar        not null comment 'what is counted or summed',
  grain          varchar        not null comment 'day, week, month, quarter or year',
  period_start   date           not null comment 'first day of the period; weeks begin on Monday',
  slice          varchar        not null comment 'total, or what the members divide',
  member         varchar        not null comment 'value of the slice; empty for total',
  value          decimal(38, 6)          comment 'count or sum; NULL when the source has rows without the figure',
  unpriced_rows  bigint         not null comment 'rows left out for want of an exchange rate',
  primary key (measure, grain, period_start, slice, member)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text; `tables` are those that stand in files."""
    return HEADER + parts_query(tables)
