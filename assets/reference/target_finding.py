"""What `kpi lint` finds as a table, so that a check can tell it every night."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table
from pipelines.targets import findings_of

HEADER = """-- What is wrong with targets and packs as they are set; `kpi lint` prints the same.
create table reference.target_finding (
  place     integer not null comment 'place in the list, from 1',
  severity  varchar not null comment 'error, warning or note',
  code      varchar not null comment 'what it is; codes are stable',
  subject   varchar not null comment 'the target, or the pack',
  message   varchar not null comment 'what is wrong',
  remedy    varchar not null comment 'what to do',
  since     date             comment 'day from which it is wrong; NULL when on every day',
  primary key (place)
) as
"""
COLUMNS = ("place", "severity", "code", "subject", "message", "remedy", "since")


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [
        (
            place,
            one.severity,
            one.code,
            one.subject,
            one.message,
            one.remedy,
            one.since.isoformat() if one.since else None,
        )
        for place, one in enumerate(findings_of(config), 1)
    ]
    return HEADER + listed_rows(COLUMNS, rows)
