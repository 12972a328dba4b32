"""Fixed shares by which a cost category is divided over channels, as whole weights."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- Fixed shares by which a cost category is divided over channels.
create table reference.cost_driver (
  category  varchar not null comment 'cost category',
  channel   varchar not null comment 'channel that bears the share',
  weight    bigint  not null comment 'share in units of 10^-9; the weights of a category sum to 10^9',
  primary key (category, channel)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [(driver.category, driver.channel, int(driver.share * 10**9)) for driver in config.cost_drivers]
    return HEADER + listed_rows(("category", "channel", "weight"), rows)
