"""The chain of all versions: each link holds the hash of the one before, so that nothing frozen changes unseen.

A version is a row of `snapshots.snapshot` and the rows that it froze; the hash of those is part of the row, and which
columns they have is said by the table texts of its day. A row that was changed, removed or put in by other hands breaks
the chain where it stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from pipelines.canonical import query_hash
from pipelines.failures import DataFailed
from pipelines.snapshots.approving import broken_approvals
from pipelines.snapshots.freezing import content_hash
from pipelines.snapshots.heads import missing_ends
from pipelines.snapshots.homes import OWN_TABLES, frozen_tables, has_snapshot_tables, home_of
from pipelines.snapshots.links import linked
from pipelines.stored_texts import recipe_hash, stored_recipe
from pipelines.tables import Table

# What a version says of itself, in the order in which it is hashed.
LINKED = (
    *("snapshot_id", "month", "version", "cut", "created_at", "definitions_hash", "config_hash", "models_hash"),
    *("content_sha256", "note", "business_date", "run_id", "duckdb_version"),
)
# What came to be said later: of a version from before it is empty, and its link was made without it.
LINKED_SINCE = ("besides_sha256",)
# What is kept with a version beside the rows it froze -> the columns in which it is hashed.
BESIDES = {
    "snapshots.check_result": ("table_name", "check_name", "severity", "passed", "figure"),
    "snapshots.restatement": (
        *("month", "from_version", "to_version", "kpi_id", "slice", "member", "cause", "part", "amount"),
    ),
}
AFTER_A_BREAK = "put the warehouse back from a backup with `kpi restore`; look at who writes to the file"


def append_link(connection: duckdb.DuckDBPyConnection, version: Mapping[str, Any]) -> None:
    """Writes the row of a new version as the next link."""
    last = connection.execute(
        "select link, chain_sha256 from snapshots.snapshot where link is not null order by link desc limit 1"
    ).fetchall()
    link, before = last[0] if last else (0, "")
    row = {**version, "link": link + 1, "chain_sha256": _link_hash(before, version)}
    names, marks = ", ".join(row), ", ".join("?" for _ in row)
    connection.execute(f"insert into snapshots.snapshot ({names}) values ({marks})", list(row.values()))


def besides_hash(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> str:
    """Sha256 over what is kept with a version beside the rows it froze."""
    digest = hashlib.sha256()
    for name, columns in BESIDES.items():
        query = f"select {', '.join(columns)} from {name} where snapshot_id = ?"
        digest.update(f"{name} {query_hash(connection, query, (), [snapshot_id])}\n".encode())
    return digest.hexdigest()


def breaks(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What was changed by other hands, one line each."""
    if not has_snapshot_tables(connection):
        return
    listed = ", ".join(("link", "chain_sha256", *LINKED, *LINKED_SINCE))
    found = connection.execute(f"select {listed} from snapshots.snapshot order by link nulls first").fetchall()
    before, expected = "", 1
    for link, chain_sha256, *values in found:
        version = dict(zip((*LINKED, *LINKED_SINCE), values, strict=True))
        name = version["snapshot_id"]
        if link is not None:
            if link != expected:
                yield f"{name}: {link - expected} versions before it are gone"
            elif _link_hash(before, version) != chain_sha256:
                yield f"{name}: what it says of itself was changed"
            before, expected = chain_sha256, link + 1
        # a version from before there was a chain: its table texts were kept with the models alone
        yield from _changed_rows(connection, version, recipe_of(version) if link else version["models_hash"])
    yield from _rows_of_nobody(connection)
    yield from missing_ends(connection)
    yield from broken_approvals(connection)


def _changed_rows(connection: duckdb.DuckDBPyConnection, version: Mapping[str, Any], kept_as: str) -> Iterator[str]:
    """Whether the rows of a version are those that it names."""
    name = version["snapshot_id"]
    try:
        tables = stored_recipe(connection, kept_as, name).tables
    except DataFailed as failure:
        yield f"{failure.what}: {failure.why}"
        return
    if content_hash(connection, tables, name) != version["content_sha256"]:
        yield f"{name}: rows that it froze were changed"
    for table in _added_to(connection, tables, name):
        yield f"{name}: rows or cells that it never had were put into {table}"
    if version["besides_sha256"] and besides_hash(connection, name) != version["besides_sha256"]:
        yield f"{name}: the checks or restatements kept with it were changed"


def _added_to(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], snapshot_id: str) -> Iterator[str]:
    """The tables that hold something under the name of a version that its own table texts do not know."""
    known = {home_of(table): {column.name for column in table.columns} for table in frozen_tables(tables)}
    homes = """select schema_name || '.' || table_name, list(column_name order by column_index) from duckdb_columns()
        where database_name = current_database() and schema_name = 'snapshots' group by all order by all"""
    for home, columns in connection.execute(homes).fetchall():
        unknown = [name for name in columns if name not in known.get(home, ()) and name != "snapshot_id"]
        if home in OWN_TABLES or not unknown:
            continue
        filled = " or ".join(f'"{name}" is not null' for name in unknown) if home in known else "true"
        query = f"select 1 from {home} where snapshot_id = ? and ({filled}) limit 1"
        if connection.execute(query, [snapshot_id]).fetchall():
            yield home


def _rows_of_nobody(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Rows whose version is gone, as when the newest was removed."""
    tables = """select table_name from duckdb_columns()
        where database_name = current_database() and schema_name = 'snapshots' and column_name = 'snapshot_id'
            and table_name <> 'snapshot' order by table_name"""
    for (table,) in connection.execute(tables).fetchall():
        gone = connection.execute(
            f"""select distinct snapshot_id from snapshots."{table}"
            where snapshot_id not in (select snapshot_id from snapshots.snapshot) order by snapshot_id"""
        ).fetchall()
        for (name,) in gone:
            yield f"{name}: it is gone, but rows of it are left in snapshots.{table}"


def refuse_broken_chain(connection: duckdb.DuckDBPyConnection) -> None:
    """Raises DataFailed when a closed month is not what was frozen."""
    for told in breaks(connection):
        raise DataFailed("closed months", told, AFTER_A_BREAK)


def recipe_of(version: Mapping[str, Any]) -> str:
    """The hash under which the texts of a version are kept."""
    return recipe_hash(version["models_hash"], version["config_hash"], version["definitions_hash"])


def _link_hash(before: str, version: Mapping[str, Any]) -> str:
    since = (name for name in LINKED_SINCE if version.get(name) is not None)
    return linked(before, [version.get(name) for name in (*LINKED, *since)])
