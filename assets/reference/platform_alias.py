"""One name for every ad platform, whatever a source or an export calls it."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- One name for every ad platform, whatever a source or an export calls it.
create table reference.platform_alias (
  alias     varchar not null comment 'name as sent, in lower case with underscores',
  platform  varchar not null comment 'the one name',
  primary key (alias)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [(alias.replace(" ", "_"), platform) for alias, platform in sorted(config.sources.platform_aliases.items())]
    return HEADER + listed_rows(("alias", "platform"), rows)
