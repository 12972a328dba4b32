"""Which snapshots have no page yet, and writing those pages with the checks that were frozen with each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.checks import CheckResult
from pipelines.review.page import page_paths, write_pages
from pipelines.review.reading import read_snapshots


def write_missing_pages(
    connection: duckdb.DuckDBPyConnection,
    reports: Path,
    *,
    company_name: str,
    is_demo: bool,
    headline_pack: Sequence[str],
) -> list[Path]:
    """Writes the pages of every snapshot that lacks one below `reports`, oldest month first; returns their paths."""
    written = []
    for snapshot in reversed(read_snapshots(connection)):
        if not all(path.exists() for path in page_paths(reports, snapshot)):
            written += write_pages(
                connection,
                reports,
                snapshot.snapshot_id,
                company_name=company_name,
                is_demo=is_demo,
                headline_pack=headline_pack,
                checks=_frozen_checks(connection, snapshot.snapshot_id),
            )
    return written


def _frozen_checks(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> list[CheckResult]:
    rows = connection.execute(
        """select table_name, check_name, severity, passed, figure from snapshots.check_result
        where snapshot_id = ? order by table_name, check_name""",
        [snapshot_id],
    ).fetchall()
    return [CheckResult(*row) for row in rows]
