"""Sources that are no sources: payment pages and own sites."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config, like_pattern
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- Sources that are no sources (payment pages, own sites) and the channel their rows move to.
create table reference.channel_exclusion (
  position        integer not null comment 'place in the list',
  source_pattern  varchar not null comment 'source as a LIKE pattern with escape \\\\',
  channel         varchar not null comment 'channel the rows move to',
  reason          varchar not null comment 'why it is excluded',
  primary key (position)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [
        (position, like_pattern(exclusion.source), exclusion.channel, exclusion.reason)
        for position, exclusion in enumerate(config.exclusions, 1)
    ]
    return HEADER + listed_rows(("position", "source_pattern", "channel", "reason"), rows)
