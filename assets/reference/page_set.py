"""Which pages of the website are the blog, content, or show a call to action, as the company says."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config, like_pattern
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- Which pages of the website are what: addresses as patterns.
create table reference.page_set (
  name     varchar not null comment 'blog, content, call_to_action, or content_channel',
  pattern  varchar not null comment 'address without query, or channel, as a LIKE pattern with escape \\\\',
  primary key (name, pattern)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    pages = config.sources.ga4.pages
    named = {**pages.sets, "content_channel": pages.content_channels}
    rows = dict.fromkeys((name, like_pattern(glob)) for name, globs in named.items() for glob in globs)
    return HEADER + listed_rows(("name", "pattern"), list(rows))
