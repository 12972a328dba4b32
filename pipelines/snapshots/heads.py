"""The last link of each chain, noted in a file beside the warehouse, so that what is taken from the end is told too.

A chain shows what was changed or taken from its middle; that its end is missing only another place can know. Written
after every link; the file may lag behind the warehouse, never the other way round.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

NAME = "closed-months.json"
# chain -> what its links are called
CHAINS = {"snapshots.snapshot": "versions of closed months", "snapshots.approval": "approvals"}


def note_heads(connection: duckdb.DuckDBPyConnection) -> None:
    """Notes the last link of each chain; a warehouse in memory has no place for it."""
    file = _beside(connection)
    if file is None:
        return
    heads = {chain: head for chain in CHAINS if (head := _head(connection, chain))}
    new = file.with_suffix(".new")
    new.write_text(json.dumps(heads, indent=1) + "\n", encoding="utf-8")
    new.chmod(0o600)
    new.replace(file)


def missing_ends(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What the warehouse no longer has although it was noted, one line for each chain."""
    file = _beside(connection)
    if file is None or not file.exists():
        return
    noted = json.loads(file.read_text(encoding="utf-8"))
    for chain, called in CHAINS.items():
        link, chain_sha256 = noted.get(chain, (0, ""))
        last, _ = _head(connection, chain) or (0, "")
        if last < link:
            yield f"{link - last} {called} that came last are gone"
        elif link and _hash_of(connection, chain, link) != chain_sha256:
            yield f"{called}: number {link} is another one than was noted in {NAME}"


def _beside(connection: duckdb.DuckDBPyConnection) -> Path | None:
    ((path,),) = connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchall()
    return Path(path).with_name(NAME) if path else None


def _head(connection: duckdb.DuckDBPyConnection, chain: str) -> tuple[int, str] | None:
    found = connection.execute(
        f"select link, chain_sha256 from {chain} where link is not null order by link desc limit 1"
    ).fetchall()
    return found[0] if found else None


def _hash_of(connection: duckdb.DuckDBPyConnection, chain: str, link: int) -> str | None:
    found = connection.execute(f"select chain_sha256 from {chain} where link = ?", [link]).fetchall()
    return found[0][0] if found else None
