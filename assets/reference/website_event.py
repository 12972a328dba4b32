"""The website's events that conversions and clicks are counted by, as the company names them."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- The website's events that conversions and clicks are counted by, as the company names them.
create table reference.website_event (
  role        varchar not null comment 'lead, cart, checkout, purchase, sign_up, call_to_action or conversion',
  event_name  varchar not null comment 'name of the event in GA4',
  primary key (role, event_name)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    return HEADER + listed_rows(("role", "event_name"), config.sources.ga4.events.by_role)
