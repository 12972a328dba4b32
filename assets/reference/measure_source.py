"""From which sources each measure is made, and whether it may be summed."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.kpi_parts import measures_of
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- From which sources each measure is made.
create table reference.measure_source (
  measure      varchar not null comment 'name of the measure',
  source       varchar not null comment 'source its rows come from',
  is_additive  boolean not null comment 'may be summed over time and members; missing rows then mean 0',
  primary key (measure, source)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [
        (measure.name, source, measure.is_additive)
        for measure in measures_of(tables).values()
        for source in measure.sources
    ]
    return HEADER + listed_rows(("measure", "source", "is_additive"), rows)
