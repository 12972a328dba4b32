"""The settings of the company that the tables compute with, as one row."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- The settings of the company that the tables compute with.
create table reference.setting (
  qualified_stage         varchar         not null comment 'stage that counts as qualified',
  handover_stage          varchar         not null comment 'stage in which marketing hands a lead over to sales',
  conversion_window_days  integer         not null comment 'days within which a conversion counts',
  customers_from          varchar         not null comment 'deals, orders or both',
  revenue_from            varchar         not null comment 'deals, orders or both',
  gross_margin            decimal(18, 6)  not null comment 'rate used where a row has no margin',
  customer_activity_days  integer         not null comment 'days after a purchase in which somebody is a customer',
  file_reach_days         integer         not null comment 'a file this fresh reaches to the day before it came',
  top_posts_minimum_reach integer         not null comment 'reach below which a post is not ranked',
  primary key (qualified_stage)
) as
"""
COLUMNS = (
    "qualified_stage",
    "handover_stage",
    "conversion_window_days",
    "customers_from",
    "revenue_from",
    "gross_margin",
    "customer_activity_days",
    "file_reach_days",
    "top_posts_minimum_reach",
)


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    company = config.company
    row = (
        company.qualified_stage,
        company.delivered_stage,
        company.conversion_window_days,
        company.customers_from,
        company.revenue_from,
        company.gross_margin,
        company.customer_activity_days,
        config.sources.file_reach_days,
        company.top_posts_minimum_reach,
    )
    return HEADER + listed_rows(COLUMNS, [row])
