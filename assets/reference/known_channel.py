"""Channel names that a file may use as they are."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config, known_channels
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- Channel names that a file may use as they are.
create table reference.known_channel (
  channel       varchar not null comment 'name of the channel',
  is_paid       boolean not null comment 'media money is spent on it',
  is_marketing  boolean not null comment 'a deal whose lead it brought was brought in by marketing',
  primary key (channel)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    company = config.company
    rows = [
        (channel, channel in company.paid_channels, channel in company.marketing_channels)
        for channel in known_channels(config)
    ]
    return HEADER + listed_rows(("channel", "is_paid", "is_marketing"), rows)
