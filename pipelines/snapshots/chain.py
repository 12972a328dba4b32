"""The chain of all versions: each link holds the hash of the one before, so that nothing frozen changes unseen.

A version is a row of `snapshots.snapshot` and the rows that it froze; the hash of those is part of the row, and which
columns they have is said by the table texts of its day. A row that was changed, removed or put in by other hands breaks
the chain where it stands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from pipelines.failures import DataFailed
from pipelines.snapshots.freezing import content_hash
from pipelines.snapshots.homes import has_snapshot_tables
from pipelines.stored_texts import recipe_hash, stored_recipe

# What a version says of itself, in the order in which it is hashed.
LINKED = (
    *("snapshot_id", "month", "version", "cut", "created_at", "definitions_hash", "config_hash", "models_hash"),
    *("content_sha256", "note", "business_date", "run_id", "duckdb_version"),
)
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


def breaks(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What was changed by other hands, one line each."""
    if not has_snapshot_tables(connection):
        return
    found = connection.execute(
        f"select link, chain_sha256, {', '.join(LINKED)} from snapshots.snapshot order by link nulls first"
    ).fetchall()
    before, expected = "", 1
    for link, chain_sha256, *values in found:
        version = dict(zip(LINKED, values, strict=True))
        name = version["snapshot_id"]
        if link is not None:
            if link != expected:
                yield f"{name}: {link - expected} versions before it are gone"
            elif _link_hash(before, version) != chain_sha256:
                yield f"{name}: what it says of itself was changed"
            before, expected = chain_sha256, link + 1
        # a version from before there was a chain: its table texts were kept with the models alone
        kept_as = recipe_of(version) if link is not None else version["models_hash"]
        try:
            tables = stored_recipe(connection, kept_as, name).tables
        except DataFailed as failure:
            yield str(failure)
            continue
        if content_hash(connection, tables, name) != version["content_sha256"]:
            yield f"{name}: rows that it froze were changed"


def refuse_broken_chain(connection: duckdb.DuckDBPyConnection) -> None:
    """Raises DataFailed when a closed month is not what was frozen."""
    for told in breaks(connection):
        raise DataFailed("closed months", told, AFTER_A_BREAK)


def recipe_of(version: Mapping[str, Any]) -> str:
    """The hash under which the texts of a version are kept."""
    return recipe_hash(version["models_hash"], version["config_hash"], version["definitions_hash"])


def _link_hash(before: str, version: Mapping[str, Any]) -> str:
    told = json.dumps([before, *(str(version.get(name)) for name in LINKED)], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()
