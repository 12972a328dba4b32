"""What is asked of GA4 for the KPIs that cannot be summed: one row per grain, slice and form."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.ga4_periods import derived_reports
from pipelines.kpi_parts import measures_of
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- What is asked of GA4 for the KPIs that cannot be summed: one row per grain, slice and form.
create table reference.period_report (
  grain  varchar not null comment 'day, week, month, quarter or year',
  slice  varchar not null comment 'total, channel, device and so on',
  form   varchar not null comment 'all visits, divided by newVsReturning or eventName, or those of a set of pages',
  asked  varchar not null comment 'short hash of the fields and events; an answer to others is none to this',
  primary key (grain, slice, form)
) as
"""


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    reports = derived_reports(config.kpis, measures_of(tables), config.sources.ga4)
    rows = [(report.grain, report.slice, report.form, report.asked) for report in reports]
    return HEADER + listed_rows(("grain", "slice", "form", "asked"), rows)
