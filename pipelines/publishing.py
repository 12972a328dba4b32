"""The way from the warehouse to the BI tools: versions of a read-only mart, and the link that names the current one.

A version is built aside, verified against the warehouse, frozen and only then given its name; readers follow the
relative link `current`, which is turned in one step. The file behind it is never opened here: closing it would drop the
locks of its readers in this process. What to publish is said by the tables; nothing here knows one by name.

Every build makes a version, also when no figure changed: its business date and its age are news to readers. Nothing is
made only when readers see this very build already, bookkeeping and closed months included. What is kept to go back to
counts figures instead: of versions in a row that differ in bookkeeping alone, the newest stands for all.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.canonical import table_hash
from pipelines.engines.duckdb import attached, locked, quoted, sync
from pipelines.failures import DataFailed, WrongUse
from pipelines.loads.schema import PUBLISHED_META
from pipelines.published_parquet import PARQUET, write_parquet, write_schema
from pipelines.published_tables import PublishedTable, published_tables
from pipelines.tables import Table

DATABASE = "kpi_mart.duckdb"
MANIFEST = "manifest.json"
CURRENT = "current"
# DuckDB 1.4 and 1.5 clients can read it.
STORAGE = "storage_version 'v1.4.0'"
KEPT_VERSIONS = 7
STAMP = "%Y%m%dT%H%M%SZ"
VERSIONS = "v-????????T??????Z-*"
UNFINISHED = ".unfinished-"
STILL_SEEN = "readers still see the version before"


@dataclass(frozen=True)
class Publication:
    """A version that became the current one; `rewritten` are the tables whose Parquet file is new."""

    version: str
    folder: Path
    rows: Mapping[str, int]
    rewritten: tuple[str, ...]


def publish(
    connection: duckdb.DuckDBPyConnection, project_tables: Mapping[str, Table], *, published_dir: Path, run_id: str
) -> Publication:
    """Makes the present build the version that readers see; until the very last step they see the one before.

    When they see this very build already, nothing is made.

    Raises:
        DataFailed: the build is not complete, or the copy does not hold what the warehouse holds.
    """
    build = _complete_build(connection)
    tables = published_tables(connection, project_tables)
    published_dir.mkdir(parents=True, exist_ok=True)
    with locked(published_dir.with_suffix(".lock"), "kpi publish"):
        _collect(published_dir)
        held = {table.name: _contents(connection, table, table.name) for table in tables}
        current = current_manifest(published_dir)
        if current is not None and {**current, **build, "tables": held} == current:
            return Publication(current["version"], published_dir / current["version"], _rows(held), ())
        now = datetime.now(UTC)
        version = _next_version(published_dir, now, run_id)
        aside = published_dir / f"{UNFINISHED}{version}"
        aside.mkdir()
        with attached(connection, aside / DATABASE, "aside", STORAGE):
            for table in tables:
                _copy(connection, table)
        with attached(connection, aside / DATABASE, "aside", "read_only"):
            for table in tables:
                _verify(connection, table, held[table.name])
            rewritten = _write_parquet(connection, held, aside, published_dir / CURRENT)
        write_schema(tables, _rows(held), version, aside / PARQUET)
        manifest = {"version": version, "run_id": run_id, "published_at": now.isoformat(), **build, "tables": held}
        (aside / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        _freeze(aside)
        folder = aside.rename(published_dir / version)
        _turn_link(published_dir, version)
        _collect(published_dir)
    return Publication(version, folder, _rows(held), rewritten)


def versions(published_dir: Path) -> tuple[str, ...]:
    """The versions that can be read, oldest first."""
    return tuple(sorted(manifest.parent.name for manifest in published_dir.glob(f"{VERSIONS}/{MANIFEST}")))


def current_version(published_dir: Path) -> str | None:
    """The version that readers see; None before the first one."""
    link = published_dir / CURRENT
    return link.readlink().name if link.is_symlink() else None


def current_manifest(published_dir: Path) -> dict[str, Any] | None:
    """What is said of the version that readers see; None before the first one."""
    return _manifest(published_dir / CURRENT) if (published_dir / CURRENT / MANIFEST).exists() else None


def rollback(published_dir: Path, to: str | None = None) -> str:
    """Shows readers the last version with other figures than the current one again, or the named one.

    Answers with its name.

    Raises:
        WrongUse: there is no such version.
    """
    if not versions(published_dir):
        raise WrongUse("kpi rollback", "nothing was published yet", "publish with `kpi publish`")
    with locked(published_dir.with_suffix(".lock"), "kpi rollback"):
        there, current = versions(published_dir), current_version(published_dir)
        shown = _figures(published_dir / CURRENT) if current in there else {}
        before = [version for version in there if current is None or version < current]
        earlier = [version for version in before if _figures(published_dir / version) != shown]
        if to is not None and to not in there:
            raise WrongUse("kpi rollback", f"there is no version {to!r}", f"name one of {', '.join(there)}")
        if to is None and not earlier:
            raise WrongUse("kpi rollback", f"none is older than {current}", f"name one of {', '.join(there)} with --to")
        version = to or earlier[-1]
        _turn_link(published_dir, version)
    return version


def _complete_build(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What the manifest says of the build."""
    builds = connection.execute("select is_complete, business_date, is_demo from meta.build").fetchall()
    if len(builds) != 1 or builds[0][0] is not True:
        raise DataFailed("kpi publish", "the last build is not complete", f"run `kpi nightly`; {STILL_SEEN}")
    return {"business_date": str(builds[0][1]), "is_demo": builds[0][2]}


def _next_version(published_dir: Path, now: datetime, run_id: str) -> str:
    """A name that sorts behind every other: within one second, or on a clock that was set back, the next second."""
    taken = [datetime.strptime(version[2:18], STAMP).replace(tzinfo=UTC) for version in versions(published_dir)[-1:]]
    return f"v-{max([now, *(moment + timedelta(seconds=1) for moment in taken)]):{STAMP}}-{run_id[:8]}"


def _copy(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> None:
    copy, listed = f"aside.{table.name}", _listed(table.columns)
    declared = ", ".join(f'"{column}" {kind}' for column, (kind, _) in table.columns.items())
    connection.execute(f"create schema if not exists {copy.rpartition('.')[0]}")
    connection.execute(f"create table {copy} ({declared})")
    connection.execute(f"insert into {copy} select {listed} from {table.name} order by {_listed(table.key) or listed}")
    connection.execute(f"comment on table {copy} is {quoted(table.comment)}")
    for column, (_, comment) in table.columns.items():
        connection.execute(f'comment on column {copy}."{column}" is {quoted(comment)}')


def _contents(connection: duckdb.DuckDBPyConnection, table: PublishedTable, place: str) -> dict[str, Any]:
    """What the manifest says of a table, here or in the copy; every cell is read."""
    return {
        "rows": connection.execute(f"select count(*) from {place}").fetchall()[0][0],
        "sha256": table_hash(connection, place, tuple(table.columns), table.key),
        "columns": [{"name": column, "type": kind} for column, (kind, _) in table.columns.items()],
    }


def _verify(connection: duckdb.DuckDBPyConnection, table: PublishedTable, held: dict[str, Any]) -> None:
    if _contents(connection, table, f"aside.{table.name}") != held:
        raise DataFailed(f"copy of {table.name}", "it differs from the warehouse", f"check the disk; {STILL_SEEN}")


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, held: Mapping[str, dict[str, Any]], aside: Path, before: Path
) -> tuple[str, ...]:
    known = _manifest(before)["tables"] if (before / MANIFEST).exists() else {}
    return write_parquet(connection, held, known, folder=aside / PARQUET, before=before / PARQUET)


def _rows(held: Mapping[str, dict[str, Any]]) -> dict[str, int]:
    return {name: contents["rows"] for name, contents in held.items()}


def _manifest(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return told


def _figures(folder: Path) -> dict[str, Any]:
    """What a version holds besides bookkeeping, which names its run and so always differs."""
    return {name: held for name, held in _manifest(folder)["tables"].items() if name not in PUBLISHED_META}


def _freeze(folder: Path) -> None:
    """On disk and read-only: the files first, then the folders they lie in."""
    for path in [*sorted(folder.rglob("*"), reverse=True), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
        sync(path)


def _turn_link(published_dir: Path, version: str) -> None:
    """One step: a reader finds the version before or this one, never nothing."""
    aside = published_dir / f".next-{CURRENT}"
    aside.unlink(missing_ok=True)
    aside.symlink_to(version, target_is_directory=True)
    aside.replace(published_dir / CURRENT)
    sync(published_dir)


def _collect(published_dir: Path) -> None:
    """Removes old versions, and what a publish or a removal that broke off has left."""
    for version in sorted({*versions(published_dir)} - _kept(published_dir)):
        # renamed first: a version that lost a file must not pass for one
        (published_dir / version).rename(published_dir / f"{UNFINISHED}{version}")
    half = [path for path in published_dir.glob(f"{VERSIONS}/") if not (path / MANIFEST).exists()]
    for path in [*published_dir.glob(f"{UNFINISHED}*"), *half]:
        _remove(path)


def _kept(published_dir: Path) -> set[str]:
    """The last few versions with figures of their own, the newest of each of the last few days, and the current one.

    The one before the newest stays too: a reader may have followed the link a moment ago.
    """
    there = versions(published_dir)
    figures = [_figures(published_dir / version) for version in there]
    followed_by = [*figures[1:], None][: len(there)]
    distinct = [one for one, mine, after in zip(there, figures, followed_by, strict=True) if mine != after]
    newest_of_day = {version[2:10]: version for version in there}
    of_days = [newest_of_day[day] for day in sorted(newest_of_day)[-KEPT_VERSIONS:]]
    current = current_version(published_dir)
    return {*distinct[-KEPT_VERSIONS:], *of_days, *there[-2:], *([current] if current else [])}


def _remove(path: Path) -> None:
    """Files stay read-only to the end: a version that is kept may share them."""
    for folder in [path, *(inner for inner in path.rglob("*") if inner.is_dir())]:
        folder.chmod(0o755)
    shutil.rmtree(path)


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
