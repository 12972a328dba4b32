"""Which pages are missing or out of date, and writing those with the checks that were frozen with each version.

The figures of a version stay as they are. A page is written again when what is said of it changed: an approval, a later
version, a remark, the company's name and headlines, or the release that writes it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.checks import CheckResult
from pipelines.review.beside import are_beside, write_beside
from pipelines.review.frame import Masthead
from pipelines.review.page import is_up_to_date, mark_of, write_list, write_month
from pipelines.review.reading import read_closed_month, read_snapshots


def write_outstanding_pages(
    connection: duckdb.DuckDBPyConnection, reports: Path, masthead: Masthead
) -> list[Path]:  # fmt: skip
    """Makes the pages below `reports`, and what stands beside them, what a new writing of all would give, oldest first.

    Returns the paths of the pages of months that were written; the list of months comes along.
    """
    written = []
    for snapshot in reversed(read_snapshots(connection)):
        month = read_closed_month(connection, snapshot.snapshot_id)
        checks = _frozen_checks(connection, snapshot.snapshot_id)
        mark = mark_of(month, masthead, checks)
        is_there = are_beside(reports, snapshot)
        if not (is_there and is_up_to_date(reports, snapshot, mark)):
            write_beside(month, reports, masthead, checks)
            written += write_month(month, reports, masthead, checks)
    write_list(connection, reports, masthead)
    return written


def _frozen_checks(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> list[CheckResult]:
    rows = connection.execute(
        """select table_name, check_name, severity, passed, figure from snapshots.check_result
        where snapshot_id = ? order by table_name, check_name""",
        [snapshot_id],
    ).fetchall()
    return [CheckResult(*row) for row in rows]
