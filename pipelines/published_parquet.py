"""The Parquet side of a published version: a file for every table, and `schema.json`, which says what they hold.

For tools that read no DuckDB. When a version is made and shown is said in `publishing`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines.engines.duckdb import quoted
from pipelines.published_tables import PublishedTable

PARQUET = "parquet"
SCHEMA = "schema.json"


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    contents: Mapping[str, dict[str, Any]],
    known: Mapping[str, dict[str, Any]],
    *,
    folder: Path,
    before: Path,
) -> tuple[str, ...]:
    """One file per table of the copy `aside`; answers with the tables whose file is new.

    `contents` say what each table holds, `known` what it held in the version of the folder `before`: a table that is
    the same shares its file.
    """
    folder.mkdir()
    written = []
    for name, held in contents.items():
        file, same = folder / _file(name), before / _file(name)
        if held == known.get(name) and same.exists():
            os.link(same, file)
            continue
        connection.execute(f"copy aside.{name} to {quoted(str(file))} (format parquet, compression zstd)")
        written.append(name)
    return tuple(written)


def write_schema(tables: Iterable[PublishedTable], rows: Mapping[str, int], version: str, folder: Path) -> None:
    """Tables, columns, types and comments as the DuckDB file has them, with each table's key, file and rows."""
    told = {table.name: _described(table, rows[table.name]) for table in tables}
    text = json.dumps({"version": version, "tables": told}, indent=2, ensure_ascii=False)
    (folder / SCHEMA).write_text(text + "\n", encoding="utf-8")


def _described(table: PublishedTable, rows: int) -> dict[str, Any]:
    """A key that is empty was declared nowhere."""
    return {
        "file": _file(table.name),
        "comment": table.comment,
        "key": list(table.key),
        "rows": rows,
        "columns": [
            {"name": column, "type": kind, "comment": comment} for column, (kind, comment) in table.columns.items()
        ],
    }


def _file(table: str) -> str:
    return f"{table}.parquet"
