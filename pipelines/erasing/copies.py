"""Where erased persons still are outside the warehouse: what nobody but the company can delete."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.backups import made_backups
from pipelines.inbox import KINDS
from pipelines.inbox.versions import IN_ARCHIVE
from pipelines.restoring import set_aside


@dataclass(frozen=True)
class Copies:
    """Files that may hold persons of a source as they were."""

    backups: tuple[Path, ...]
    replaced_warehouses: tuple[Path, ...]
    inbox_files: tuple[Path, ...]


def copies_left(connection: duckdb.DuckDBPyConnection, source: str, data: Path, warehouse: Path) -> Copies:
    """Backups, warehouses that a restore set aside, and files of the inbox of kinds that name persons of the source."""
    kinds = [kind.name for kind in KINDS.values() if any(column.person == source for column in kind.columns)]
    read = connection.execute(
        "select distinct path from meta.file where list_contains(?, kind) and load_id is not null order by path",
        [kinds],
    ).fetchall()
    # of an archive the archive
    files = dict.fromkeys(data / "inbox" / name.partition(IN_ARCHIVE)[0] for (name,) in read)
    return Copies(
        tuple(made_backups(data / "backup")), tuple(set_aside(warehouse)), tuple(one for one in files if one.exists())
    )
