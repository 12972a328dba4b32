"""What is written of a build: the operational page, and the pages of closed months that are missing or out of date."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.alerts import notice
from pipelines.review.frame import Masthead
from pipelines.review.outstanding import write_outstanding_pages
from pipelines.review.today import write_today
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
    write_today(connection, reports, masthead, notice(connection, config.sources, runtime.business_date).alerts)
    return write_outstanding_pages(connection, reports, masthead)
