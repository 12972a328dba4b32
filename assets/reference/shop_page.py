"""How the addresses of the web shop's pages begin."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- How the addresses of the web shop's pages begin.
create table reference.shop_page (
  path_start  varchar not null comment 'beginning of the path',
  primary key (path_start)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    return HEADER + listed_rows(("path_start",), [(one,) for one in config.sources.shop_pages])
