"""The channel map: the first rule whose patterns all match decides."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config, like_pattern
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- The channel map in its order: the first rule whose patterns all match decides.
-- publish: yes
create table reference.channel_rule (
  position          integer not null comment 'place of the rule; the lowest that matches wins',
  source            varchar not null comment 'source as written in the configuration; empty matches anything',
  medium            varchar not null comment 'medium as written',
  campaign          varchar not null comment 'campaign as written',
  platform          varchar not null comment 'ad platform as written',
  channel           varchar not null comment 'channel the rule gives',
  source_pattern    varchar not null comment 'source as a LIKE pattern with escape \\\\',
  medium_pattern    varchar not null comment 'medium as a LIKE pattern with escape \\\\',
  campaign_pattern  varchar not null comment 'campaign as a LIKE pattern with escape \\\\',
  platform_pattern  varchar not null comment 'platform as a LIKE pattern with escape \\\\',
  primary key (position)
) as
"""
PATTERNS = ("source", "medium", "campaign", "platform")
COLUMNS = ("position", *PATTERNS, "channel", *(f"{name}_pattern" for name in PATTERNS))


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [
        (
            rule.position,
            *(getattr(rule, name) for name in PATTERNS),
            rule.channel,
            *(like_pattern(getattr(rule, name)) for name in PATTERNS),
        )
        for rule in config.channel_rules
    ]
    return HEADER + listed_rows(COLUMNS, rows)
