"""The website's events that conversions are counted by, as the company names them."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- The website's events that conversions are counted by, as the company names them.
create table reference.website_event (
  role        varchar not null comment 'lead, cart, checkout or purchase',
  event_name  varchar not null comment 'name of the event in GA4',
  primary key (role)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    return HEADER + listed_rows(("role", "event_name"), list(config.sources.ga4.events.model_dump().items()))
