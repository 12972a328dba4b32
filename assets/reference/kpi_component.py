"""Of which other KPIs a KPI is made."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- Of which other KPIs a KPI is made.
-- publish: yes
-- snapshot: whole
create table reference.kpi_component (
  kpi_id        varchar not null comment 'id of the KPI',
  position      integer not null comment '1 for the first',
  component_id  varchar not null comment 'id of the KPI that it is made of',
  primary key (kpi_id, position)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [(kpi.id, number, name) for kpi in config.kpis for number, name in enumerate(kpi.of, 1)]
    return HEADER + listed_rows(("kpi_id", "position", "component_id"), rows)
