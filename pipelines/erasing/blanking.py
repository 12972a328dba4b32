"""The file rows of persons: every column that nothing reads becomes NULL; keys, surrogates and what is read stay.

Which rows are theirs is told by the surrogates in them, as the kinds of the inbox declare them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from pipelines.erasing.reading import Read
from pipelines.inbox import KINDS
from pipelines.loads import BESIDE_CONTENT, stored_hashes

SURROGATES = {column.surrogate: column.person for kind in KINDS.values() for column in kind.columns if column.person}


@dataclass(frozen=True)
class FileRows:
    """The rows of one raw table that name persons: a condition over it, the columns that came, those to blank."""

    object: str
    table: str
    condition: str
    columns: tuple[str, ...]
    blanked: tuple[str, ...]


def blank_file_rows(
    connection: duckdb.DuckDBPyConnection, erasure_id: int, source: str, persons: str, read: Read
) -> int:
    """Blanks the rows that name persons of a source and notes what their parts hold now; answers with how many rows.

    `persons` is a query for the surrogates. Parts of which nothing is blanked are noted too: they are not withdrawn.
    """
    rows = 0
    for one in _file_rows(connection, source, persons, read):
        _hash_parts(connection, one, "hash_before")
        if one.blanked:
            is_filled = " or ".join(f'"{name}" is not null' for name in one.blanked)
            nothing = ", ".join(f'"{name}" = null' for name in one.blanked)
            ((blanked,),) = connection.execute(
                f"update {one.table} set {nothing} where ({one.condition}) and ({is_filled})"
            ).fetchall()
            rows += blanked
        _hash_parts(connection, one, "hash_after")
        _note_parts(connection, erasure_id, one.object)
    return rows


def _hash_parts(connection: duckdb.DuckDBPyConnection, rows: FileRows, name: str) -> None:
    """Writes a temporary table with the hash of every part that holds one of the rows, as it lies there now."""
    connection.execute(f"create or replace temp table {name} (load_id bigint, part varchar, content_hash varchar)")
    theirs = f"select load_id, part from {rows.table} where {rows.condition}"
    sets = f"select distinct columns from meta.load where load_id in (select load_id from ({theirs}))"
    for (columns,) in connection.execute(sets).fetchall():
        chosen = f"""{theirs} intersect
            select r.load_id, r.part from {rows.table} as r
            inner join meta.load as l on l.load_id = r.load_id and l.columns is not distinct from $columns"""
        connection.execute(
            f"insert into {name} {stored_hashes(rows.table, columns or rows.columns, chosen)}", {"columns": columns}
        )


def _note_parts(connection: duckdb.DuckDBPyConnection, erasure_id: int, name: str) -> None:
    """Notes what the parts of an object hold now; of rows that other hands had changed, no hash makes them right."""
    connection.execute(
        """insert into meta.erased_part (erasure_id, load_id, object, part, content_hash)
        select $erasure, a.load_id, $object, a.part,
            case when l.columns is null or b.content_hash = coalesce(e.content_hash, p.content_hash)
                then a.content_hash end
        from hash_after as a
        inner join hash_before as b on b.load_id = a.load_id and b.part = a.part
        inner join meta.load as l on l.load_id = a.load_id
        left join meta.load_part as p on p.load_id = a.load_id and p.part = a.part and p.object = $object
        left join (
            select load_id, part, arg_max(content_hash, erasure_id) as content_hash
            from meta.erased_part where object = $object group by load_id, part
        ) as e on e.load_id = a.load_id and e.part = a.part
        order by a.load_id, a.part""",
        {"erasure": erasure_id, "object": name},
    )
    connection.execute("drop table hash_before")
    connection.execute("drop table hash_after")


def _file_rows(connection: duckdb.DuckDBPyConnection, source: str, persons: str, read: Read) -> Iterator[FileRows]:
    for output in [output for kind in KINDS.values() for output in kind.outputs]:
        columns = [row[0] for row in connection.execute(f"describe {output.table}").fetchall()]
        naming = [name for name in columns if SURROGATES.get(name) == source]
        if not naming:
            continue
        came = tuple(name for name in columns if name not in BESIDE_CONTENT)
        gate = output.gate.figures if output.gate else ()
        kept = {*output.key, *SURROGATES, *gate}
        yield FileRows(
            object=output.object,
            table=output.table,
            condition=" or ".join(f'"{name}" in ({persons})' for name in naming),
            columns=came,
            blanked=tuple(name for name in read.unread(output.table, came) if name not in kept),
        )
