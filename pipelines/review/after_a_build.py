"""What is written of a build: the operational page, and the pages of closed months that are missing or out of date."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.alerts import notice
from pipelines.review.frame import Masthead
from pipelines.review.outstanding import write_outstanding_pages
from pipelines.review.today import Told, built_on, write_today
from pipelines.runtime import Runtime


def write_pages_after_build(connection: duckdb.DuckDBPyConnection, runtime: Runtime) -> list[Path]:
    """Writes below `KPI_DATA/reports`; returns the pages of closed months that were written."""
    reports, config = runtime.settings.data_dir / "reports", runtime.config
    masthead = Masthead(
        config.company.name,
        runtime.is_demo,
        config.headline_pack(runtime.business_date),
        config.sources.reports.address or "",
    )
    built = built_on(connection)
    if built is not None:
        # what is silent is judged on the day of the build, as its figures are
        noticed = notice(connection, config.sources, built).alerts
        is_on = {"ga4": config.sources.ga4.enabled, "mailchimp": config.sources.mailchimp.enabled}
        apis = tuple(name for name, enabled in is_on.items() if enabled)
        write_today(connection, reports, masthead, Told(apis, noticed, runtime.settings.data_dir / "inbox"))
    return write_outstanding_pages(connection, reports, masthead)
