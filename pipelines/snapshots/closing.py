"""Closing one month: the next version of it, the checks of the build it comes from, and its link in the chain.

Which rows are frozen is decided in `freezing`, what a version rests on in `chain`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from pipelines.engines.duckdb import all_or_nothing
from pipelines.failures import DataFailed, WrongUse
from pipelines.snapshots.chain import append_link, besides_hash, recipe_of
from pipelines.snapshots.due import Due, month_after
from pipelines.snapshots.freezing import content_hash, freeze
from pipelines.snapshots.heads import note_heads
from pipelines.snapshots.homes import create_snapshot_tables
from pipelines.snapshots.restated import keep_restatements
from pipelines.snapshots.restating import Restatement
from pipelines.stored_texts import stored_recipe
from pipelines.tables import Table


@dataclass(frozen=True)
class Frozen:
    """One version that was added."""

    snapshot_id: str
    month: date
    version: int
    rows: int
    content_sha256: str


def close_month(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Table],
    due: Due,
    *,
    run_id: str,
    restated: Sequence[Restatement] = (),
) -> Frozen:
    """Freezes the next version of a month from the present build, and with it how it differs from earlier ones.

    Raises:
        WrongUse: the month is not over, or the build is older than the newest version of the month.
        DataFailed: the build is not complete, or says nothing of the month.
    """
    create_snapshot_tables(connection, tables)
    build = _complete_build(connection)
    # what was built, which is not what the files say when they moved on since
    built = stored_recipe(connection, recipe_of(build), "the last build").tables
    _refuse_too_early(connection, due.month, build["business_date"])
    ((version,),) = connection.execute(
        "select coalesce(max(version), 0) + 1 from snapshots.snapshot where month = ?", [due.month]
    ).fetchall()
    snapshot_id = f"{due.month:%Y-%m}-v{version}"
    with all_or_nothing(connection):
        rows = freeze(connection, built, due.month, snapshot_id)
        if not rows:
            raise DataFailed(f"{due.month:%Y-%m}", "the build holds no row of this month", "load its data first")
        content = content_hash(connection, built, snapshot_id)
        connection.execute(
            """insert into snapshots.check_result by name
            select ? as snapshot_id, table_name, check_name, severity, passed, figure from meta.check_result""",
            [snapshot_id],
        )
        keep_restatements(connection, restated, snapshot_id, version)
        row = {
            **build, "snapshot_id": snapshot_id, "month": due.month, "version": version, "content_sha256": content,
            "note": due.note, "created_at": datetime.now(UTC).replace(tzinfo=None), "run_id": run_id,
        }  # fmt: skip
        append_link(connection, {**row, "besides_sha256": besides_hash(connection, snapshot_id)})
    note_heads(connection)
    return Frozen(snapshot_id, due.month, version, rows, content)


def refuse_unfinished(month: date, business_date: date) -> None:
    """Raises WrongUse when a month is not over on a business date."""
    if month_after(month) > business_date:
        remedy = f"close it from {month_after(month)} on, after a nightly run"
        raise WrongUse(f"month {month:%Y-%m}", f"it is not over on {business_date}", remedy)


def _complete_build(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    found = connection.execute(
        """select is_complete, cut, business_date, definitions_hash, config_hash, models_hash, duckdb_version
        from meta.build"""
    ).fetchall()
    if len(found) != 1 or found[0][0] is not True:
        raise DataFailed("month close", "the last build is not complete", "run `kpi nightly` until it ends well")
    names = ("cut", "business_date", "definitions_hash", "config_hash", "models_hash", "duckdb_version")
    return dict(zip(names, found[0][1:], strict=True))


def _refuse_too_early(connection: duckdb.DuckDBPyConnection, month: date, business_date: date) -> None:
    refuse_unfinished(month, business_date)
    ((newest,),) = connection.execute(
        "select max(business_date) from snapshots.snapshot where month = ?", [month]
    ).fetchall()
    if newest is not None and newest > business_date:
        why = f"its newest version is of {newest}, and the build is of {business_date}"
        raise WrongUse(f"month {month:%Y-%m}", why, "set the clock right, or remove KPI_TODAY, and run `kpi nightly`")
