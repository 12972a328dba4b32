"""Verified copies of the warehouse, and the way forward from an older warehouse; the way back is in `restoring`.

Raw is irreplaceable: a copy counts only when all of it was read again and equals the warehouse. Nothing
here knows a table by name, except the few by which a warehouse is recognised.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.engines.duckdb import MEMORY_LIMIT, Warehouse, attached, sync
from pipelines.failures import DataFailed, WrongUse
from pipelines.intake import create_raw_tables
from pipelines.loads import create_meta_tables
from pipelines.snapshots import create_snapshot_tables
from pipelines.tables import Table

# days of which the newest backup is kept
KEPT_BACKUPS = 7
STAMP = "%Y%m%dT%H%M%SZ"
BACKUPS = f"warehouse-{'?' * 8}T{'?' * 6}Z.duckdb"
UNFINISHED = ".unfinished-"
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": MEMORY_LIMIT,
}
# The published mart has the first two as well, but never the third.
RECOGNISED_BY = frozenset({"meta.load", "meta.build", "meta.identity"})

# table -> (columns with their types, rows, checksum)
Contents = Mapping[str, tuple[object, ...]]


def backup(connection: duckdb.DuckDBPyConnection, folder: Path, moment: datetime) -> Path:
    """A copy of the open warehouse that was read again and equals it; the newest of each of the last days is kept.

    Raises:
        DataFailed: the copy differs; it is not kept.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = folder / f"warehouse-{moment.astimezone(UTC):{STAMP}}.duckdb"
    _copy(connection, place)
    for old in _outdated(folder):
        if old != place:
            old.unlink()
    return place


def write_anew(connection: duckdb.DuckDBPyConnection, place: Path) -> None:
    """Puts a new file in the place of the open warehouse: what was deleted from it is in none of its bytes any more.

    The last thing that a connection does: what it wrote afterwards would be in the old file, which is gone.

    Raises:
        DataFailed: there is no room for a copy, or it differs; the warehouse is as it was.
    """
    connection.execute("checkpoint")
    try:
        _copy(connection, place)
    except (duckdb.Error, OSError) as error:
        why = f"it could not be written anew ({str(error).splitlines()[0]}), so deleted bytes may still be in it"
        raise DataFailed(f"warehouse {place.name}", why, "make room on the disk and run the command again") from error


def made_backups(folder: Path) -> list[Path]:
    """The backups in a folder, the oldest first."""
    return sorted(folder.glob(BACKUPS))


def newest_backup(folder: Path) -> tuple[Path, datetime] | None:
    """The newest backup and its moment, if there is one."""
    found = made_backups(folder)[-1:]
    return (found[0], datetime.strptime(found[0].stem, f"warehouse-{STAMP}").replace(tzinfo=UTC)) if found else None


def upgrade(
    warehouse: Warehouse, folder: Path, moment: datetime, tables: Mapping[str, Table] | None = None
) -> tuple[str, ...]:
    """Adds the tables and columns that an older warehouse lacks, after a backup; answers with their names.

    Bookkeeping, raw tables and the homes of closed months; what is built is made anew by the next run anyway.

    Raises:
        WrongUse: there is no warehouse.
        DataFailed: the backup failed; nothing was changed.
    """
    with warehouse.opened_for_reading(purpose="kpi upgrade") as connection:
        before = _columns(connection)
        connection.execute("begin")
        _create_tables(connection, tables or {})
        added = _added(before, _columns(connection))
        connection.execute("rollback")
        if added:
            backup(connection, folder, moment)
            _create_tables(connection, tables or {})
    return added


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """Where a copy is made that nobody else may see; what an earlier one left behind is removed first."""
    for left in parent.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left)
    with TemporaryDirectory(dir=parent, prefix=UNFINISHED) as private:
        yield Path(private)


def _copy(connection: duckdb.DuckDBPyConnection, place: Path) -> None:
    """A copy of the open warehouse in a place: read again and compared, then there as a whole or not at all."""
    ((warehouse,),) = connection.execute("select current_database()").fetchall()
    with private_folder(place.parent) as private:
        aside = private / place.name
        with attached(connection, aside, "backup"):
            connection.execute(f'copy from database "{warehouse}" to backup')
        with attached(connection, aside, "backup", "read_only"):
            refuse_difference(_contents(connection, warehouse), _contents(connection, "backup"), place.name)
        put_in_place(aside, place)


def _outdated(folder: Path) -> list[Path]:
    """Backups of a day that has a newer one, and of days that are long past."""
    made = made_backups(folder)
    newest_of_day = {path.name.partition("T")[0]: path for path in made}
    kept = [newest_of_day[day] for day in sorted(newest_of_day)[-KEPT_BACKUPS:]]
    return [path for path in made if path not in kept]


def _create_tables(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table]) -> None:
    create_meta_tables(connection)
    create_raw_tables(connection)
    create_snapshot_tables(connection, tables)


def _columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Table and column of everything there is."""
    return connection.execute(
        """select schema_name || '.' || table_name, column_name from duckdb_columns()
        where database_name = current_database() and not internal order by schema_name, table_name, column_index"""
    ).fetchall()


def _added(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> tuple[str, ...]:
    """Tables that are new, then the new columns of the others."""
    known = {table for table, _ in before}
    new_tables = dict.fromkeys(table for table, _ in after if table not in known)
    seen = set(before)
    return (*new_tables, *(f"{one[0]}.{one[1]}" for one in after if one[0] in known and one not in seen))


def _contents(connection: duckdb.DuckDBPyConnection, database: str) -> Contents:
    """What every table of a database holds; the order of the rows does not count."""
    listed = connection.execute(
        """select schema_name, table_name, list((column_name, data_type) order by column_index) from duckdb_columns()
        inner join duckdb_tables() using (database_name, schema_name, table_name)
        where database_name = ? group by all""",
        [database],
    ).fetchall()
    return {
        f"{schema}.{table}": (
            columns,
            *connection.execute(
                f'select count(*), sum(hash(whole_row)) from "{database}"."{schema}"."{table}" as whole_row'
            ).fetchall(),
        )
        for schema, table, columns in listed
    }


def contents_of_backup(file: Path, *, read_only: bool = True) -> Contents:
    """What a backup holds; raises WrongUse when the file is none."""
    remedy = "name a file that `kpi backup` made"
    if not file.is_file():
        raise WrongUse(str(file), "there is no such file", remedy)
    try:
        with duckdb.connect(str(file), read_only=read_only, config=CONFIG) as connection:
            ((database,),) = connection.execute("select current_database()").fetchall()
            contents = _contents(connection, database)
    except duckdb.Error as error:
        raise WrongUse(str(file), f"it cannot be read ({str(error).splitlines()[0]})", remedy) from error
    if not contents.keys() >= RECOGNISED_BY:
        raise WrongUse(str(file), "it is no backup of a warehouse", remedy)
    return contents


def refuse_difference(expected: Contents, found: Contents, what: str) -> None:
    """Raises DataFailed when a copy does not hold what it was copied from."""
    different = [name for name in sorted(expected.keys() | found.keys()) if expected.get(name) != found.get(name)]
    if different:
        raise DataFailed(what, f"it differs in {', '.join(different)}", "check the disk and try again; it was not kept")


def put_in_place(aside: Path, place: Path) -> None:
    """Private, on disk, and there as a whole or not at all."""
    aside.chmod(0o600)
    sync(aside)
    aside.replace(place)
    sync(place.parent)


def log_of(database: Path) -> Path:
    """The write-ahead log of a database file."""
    return Path(f"{database}.wal")
