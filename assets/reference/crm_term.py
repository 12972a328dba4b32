"""What the company's CRM calls the forms and activities that KPIs are about."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- What the company's CRM calls the forms and activities that KPIs are about.
create table reference.crm_term (
  role  varchar not null comment 'booking_form or contact_type',
  term  varchar not null comment 'the name, in lower case',
  primary key (role, term)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    named = {"booking_form": config.company.booking_forms, "contact_type": config.company.contact_types}
    rows = [(role, term) for role, terms in named.items() for term in dict.fromkeys(one.lower() for one in terms)]
    return HEADER + listed_rows(("role", "term"), rows)
