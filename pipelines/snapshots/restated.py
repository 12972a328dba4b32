"""What a new version of a month differs by: told apart when it is frozen, kept with it for readers.

It is held against the version before, and against the newest that was approved, which stays the reported one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.engines.duckdb import scratch_beside
from pipelines.snapshots.replaying import version_of
from pipelines.snapshots.restating import Restatement, restate
from pipelines.snapshots.sides import side_of_build, side_of_version

ROWS = pa.schema(
    [
        *(("snapshot_id", pa.string()), ("month", pa.date32())),
        *(("from_version", pa.int32()), ("to_version", pa.int32())),
        *((name, pa.string()) for name in ("kpi_id", "slice", "member", "cause", "part")),
        ("amount", pa.decimal128(38, 12)),
    ]
)


def restated_by_build(connection: duckdb.DuckDBPyConnection, month: date, folder: Path) -> Iterator[Restatement]:
    """How the present build differs from the versions of a month that readers know; `folder` holds a scratch file.

    Raises:
        DataFailed: a version cannot be made again.
    """
    for number in _known_to_readers(connection, month):
        before = side_of_version(connection, version_of(connection, month, number))
        after = side_of_build(connection, month)
        with scratch_beside(connection, folder) as kept:
            restatement = restate(connection, before, after, kept)
        yield restatement


def keep_restatements(
    connection: duckdb.DuckDBPyConnection, restated: Sequence[Restatement], snapshot_id: str, version: int
) -> None:
    """Appends the amounts that lead to a version."""
    named = {"snapshot_id": snapshot_id, "to_version": version}
    rows = [
        {**named, "month": one.month, "from_version": one.before.number, **vars(amount)}
        for one in restated
        for amount in one.amounts
    ]
    connection.register("restated_rows", pa.Table.from_pylist(rows, ROWS))
    connection.execute("insert into snapshots.restatement by name select * from restated_rows")
    connection.unregister("restated_rows")


def reported_version(connection: duckdb.DuckDBPyConnection, month: date, before: int | None = None) -> int | None:
    """The newest approved version of a month, else its newest, of those before a version; None when there is none."""
    newest, approved = _newest(connection, month, before)
    return approved or newest


def _known_to_readers(connection: duckdb.DuckDBPyConnection, month: date) -> list[int]:
    """The newest version of a month, and the newest that was approved."""
    return sorted({number for number in _newest(connection, month) if number is not None})


def _newest(connection: duckdb.DuckDBPyConnection, month: date, before: int | None = None) -> tuple[int | None, ...]:
    ((newest, approved),) = connection.execute(
        """select max(s.version), max(case when a.snapshot_id is not null then s.version end)
        from snapshots.snapshot as s left join snapshots.approval as a on a.snapshot_id = s.snapshot_id
        where s.month = ? and s.version < coalesce(?, s.version + 1)""",
        [month, before],
    ).fetchall()
    return newest, approved
