"""What the funnel is planned for: the customers in all, and those that marketing must deliver in each segment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.planning import marketing_share, plan_period
from pipelines.tables import Table

HEADER = """-- What the funnel is planned for: customers in all, and those that marketing must deliver in each segment.
create table reference.funnel_target (
  segment           varchar not null comment 'revenue segment; empty for the company as a whole',
  target_customers  bigint           comment 'new customers, of a segment those of marketing; NULL without a plan',
  first_day         date             comment 'first day of the plan; NULL for the calendar year of the business date',
  last_day          date             comment 'last day of the plan',
  fewest_members    bigint  not null comment 'with fewer members in ripe cohorts a rate is taken from a benchmark',
  industry          varchar          comment 'industry of the company; NULL when it is not said',
  primary key (segment)
) as
"""
COLUMNS = ("segment", "target_customers", "first_day", "last_day", "fewest_members", "industry")


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    plan = config.company.funnel_plan
    period = plan_period(plan.by, date.min) if plan.by else None
    said = (
        period.first_day.isoformat() if period else None,
        period.last_day.isoformat() if period else None,
        plan.fewest_members,
        config.company.industry,
    )
    shares = marketing_share(plan.customers, config.company.revenue_segments) if plan.customers else {}
    return HEADER + listed_rows(COLUMNS, [("", plan.customers, *said), *((*one, *said) for one in shares.items())])
