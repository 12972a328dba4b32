"""At which grains and slices each KPI exists; refused here when its measures do not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from pipelines.configuration import Config
from pipelines.kpi_parts import measures_of, refuse_impossible_kpi
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- At which grains and slices each KPI exists.
create table reference.kpi_grain (
  kpi_id  varchar not null comment 'id of the KPI',
  grain   varchar not null comment 'day, week, month, quarter or year',
  slice   varchar not null comment 'total, channel, device and so on',
  primary key (kpi_id, grain, slice)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text.

    Raises:
        WrongUse: a KPI asks for a measure, grain or slice that does not exist.
    """
    measures = measures_of(tables)
    rows = []
    for kpi in config.kpis:
        refuse_impossible_kpi(kpi, measures, partial(config.place_of, kpi))
        rows += [(kpi.id, grain, name) for grain, slices in kpi.slices_by_grain.items() for name in slices]
    return HEADER + listed_rows(("kpi_id", "grain", "slice"), rows)
