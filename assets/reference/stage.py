"""The funnel stages in the order the company configured."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- The funnel stages in the configured order.
-- publish: yes
-- snapshot: whole
create table reference.stage (
  stage     varchar not null comment 'id of the stage',
  position  integer not null comment 'place in the funnel, from 1',
  name_nl   varchar not null comment 'Dutch name',
  name_en   varchar not null comment 'English name',
  primary key (stage)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    company = config.company
    rows = [
        (stage, position, company.stage_label(stage, "nl"), company.stage_label(stage, "en"))
        for position, stage in enumerate(company.stages, 1)
    ]
    return HEADER + listed_rows(("stage", "position", "name_nl", "name_en"), rows)
