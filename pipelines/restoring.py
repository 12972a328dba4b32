"""Putting a backup in the place of the warehouse: nothing is lost by it, and no closed month is taken back.

What a backup is and how it is compared is in `backups`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.backups import (
    CONFIG,
    STAMP,
    contents_of_backup,
    log_of,
    private_folder,
    put_in_place,
    refuse_difference,
)
from pipelines.engines.duckdb import LOCK_WAIT_SECONDS, Warehouse, all_or_nothing, attached
from pipelines.failures import WrongUse
from pipelines.snapshots.heads import missing_ends, note_heads
from pipelines.snapshots.homes import has_snapshot_tables

# stands in the name of a warehouse that was replaced
BEFORE_RESTORE = ".before-restore-"
# What closed months rest on besides their own rows, by what tells that a row is there already: the texts that they were
# made from, and approvals of versions that the backup has.
BESIDES = {
    "meta.text": "here.sha256 = theirs.sha256",
    "meta.text_set": "here.set_hash = theirs.set_hash",
    "snapshots.approval": "here.snapshot_id = theirs.snapshot_id and here.approved_by = theirs.approved_by",
}
# approvals are of figures: a version of the same name with others was never approved
FITTING = {
    "snapshots.approval": """theirs.content_sha256 in (
        select s.content_sha256 from snapshots.snapshot as s where s.snapshot_id = theirs.snapshot_id
    )"""
}


def restore(file: Path, warehouse: Warehouse, *, wait_seconds: float = LOCK_WAIT_SECONDS) -> Path | None:
    """Puts a backup in the place of the warehouse; answers with where the replaced one is kept, if there was one.

    Raises:
        WrongUse: the file is no backup of a warehouse, or of another company's.
        DataFailed: the copy of it differs; the warehouse was not touched.
        SourceUnavailable: another process works with the warehouse.
    """
    expected = contents_of_backup(file)
    _refuse_other_company(file, warehouse.path)
    with (
        warehouse.held(purpose="kpi restore", wait_seconds=wait_seconds),
        private_folder(warehouse.path.parent) as private,
    ):
        aside = private / file.name
        shutil.copyfile(file, aside)
        if log_of(file).exists():
            shutil.copyfile(log_of(file), log_of(aside))
        # opened for writing, it takes in the log
        refuse_difference(expected, contents_of_backup(aside, read_only=False), f"copy of {file.name}")
        kept = _set_aside(warehouse.path)
        put_in_place(aside, warehouse.path)
    return kept


@dataclass(frozen=True)
class ClosedMonths:
    """What became of the closed months of a replaced warehouse: versions that were kept, and what is lost, in words."""

    kept: tuple[str, ...]
    lost: tuple[str, ...]


def carry_over_closed_months(replaced: Path | None, warehouse: Warehouse) -> ClosedMonths:
    """Takes over the versions of closed months that the backup lacks; what cannot be taken over is lost, and told.

    From here on the warehouse as it is counts: the ends of its chains are noted anew.
    """
    with warehouse.opened(purpose="kpi restore") as connection:
        kept: tuple[str, ...] = ()
        lost: tuple[str, ...] = ()
        if replaced is not None:
            try:
                with attached(connection, replaced, "kept", "read_only"):
                    kept = _carry_over(connection)
            except duckdb.Error:
                lost = ("versions closed since that backup, for the replaced warehouse cannot be read",)
        if has_snapshot_tables(connection):
            lost = (*lost, *missing_ends(connection))
            note_heads(connection)
        return ClosedMonths(kept, lost)


def _carry_over(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    tables = "select table_name from duckdb_tables() where database_name = ? and schema_name = 'snapshots'"
    theirs = {row[0] for row in connection.execute(tables, ["kept"]).fetchall()}
    if "snapshot" not in theirs:
        return ()
    connection.execute("create schema if not exists snapshots")
    for table in theirs:
        connection.execute(
            f"create table if not exists snapshots.{table} as select * from kept.snapshots.{table} limit 0"
        )
        # the backup may be of an earlier release
        for column, kind, *_ in connection.execute(f"describe kept.snapshots.{table}").fetchall():
            connection.execute(f'alter table snapshots.{table} add column if not exists "{column}" {kind}')
    lacking = "select snapshot_id from kept.snapshots.snapshot except select snapshot_id from snapshots.snapshot"
    carried = tuple(sorted(row[0] for row in connection.execute(lacking).fetchall()))
    with all_or_nothing(connection):
        for table in theirs:
            connection.execute(
                f"""insert into snapshots.{table} by name
                select * from kept.snapshots.{table} where list_contains(?, snapshot_id)""",
                [list(carried)],
            )
        for name, is_there in BESIDES.items():
            if (kept := f"kept.{name}") in _tables(connection):
                connection.execute(
                    f"""insert into {name} by name select theirs.* from {kept} as theirs
                    where not exists (select 1 from {name} as here where {is_there})
                        and {FITTING.get(name, "true")}"""
                )
    return carried


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Every table, by database, schema and name."""
    named = "select database_name || '.' || schema_name || '.' || table_name from duckdb_tables()"
    return {row[0] for row in connection.execute(named).fetchall()}


def _refuse_other_company(file: Path, path: Path) -> None:
    """A backup of the demo, or of a warehouse with another secret, would not fit what comes after it."""
    here, there = _identity(path), _identity(file)
    differing = [name for name in here.keys() & there.keys() if here[name] != there[name]]
    if differing:
        why = f"it belongs to another warehouse (they differ in {', '.join(sorted(differing))})"
        raise WrongUse(str(file), why, "set KPI_DATA to the folder it was made in, or to an empty one")


def _identity(database: Path) -> dict[str, str]:
    """What a warehouse belongs to; nothing when there is none or it cannot be read."""
    if not database.exists():
        return {}
    try:
        with duckdb.connect(str(database), read_only=True, config=CONFIG) as connection:
            return dict(connection.execute("select name, value from meta.identity").fetchall())
    except duckdb.Error:
        return {}


def set_aside(path: Path) -> list[Path]:
    """The warehouses that a restore replaced, the oldest first."""
    return sorted(path.parent.glob(f"{path.stem}{BEFORE_RESTORE}*{path.suffix}"))


def _set_aside(path: Path) -> Path | None:
    """The file under a second name, with the write-ahead log that belongs to it: the next one must not replay it."""
    moment = datetime.now(UTC)
    while (kept := path.with_name(f"{path.stem}{BEFORE_RESTORE}{moment:{STAMP}}.duckdb")).exists():
        moment += timedelta(seconds=1)
    if log_of(path).exists():
        log_of(path).rename(log_of(kept))
    if not path.exists():
        return None
    kept.hardlink_to(path)
    return kept
