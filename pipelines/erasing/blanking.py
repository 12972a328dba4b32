"""The file rows of persons: every column that nothing reads becomes NULL; keys, surrogates and what is read stay.

Which rows are theirs is told by the surrogates in them, as the kinds of the inbox declare them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from pipelines.erasing.reading import Read
from pipelines.inbox import KINDS
from pipelines.loads import BESIDE_WHAT_CAME, stored_part_hashes

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
        if one.blanked:
            is_filled = " or ".join(f'"{name}" is not null' for name in one.blanked)
            nothing = ", ".join(f'"{name}" = null' for name in one.blanked)
            ((blanked,),) = connection.execute(
                f"update {one.table} set {nothing} where ({one.condition}) and ({is_filled})"
            ).fetchall()
            rows += blanked
        theirs = f"select load_id, part from {one.table} where {one.condition}"
        connection.execute(
            f"""insert into meta.erased_part (erasure_id, load_id, object, part, content_hash)
            select ?, load_id, ?, part, content_hash
            from ({stored_part_hashes(one.table, one.columns, theirs)}) order by load_id, part""",
            [erasure_id, one.object],
        )
    return rows


def _file_rows(connection: duckdb.DuckDBPyConnection, source: str, persons: str, read: Read) -> Iterator[FileRows]:
    for output in [output for kind in KINDS.values() for output in kind.outputs]:
        columns = [row[0] for row in connection.execute(f"describe {output.table}").fetchall()]
        naming = [name for name in columns if SURROGATES.get(name) == source]
        if not naming:
            continue
        came = tuple(name for name in columns if name not in BESIDE_WHAT_CAME)
        gate = output.gate.figures if output.gate else ()
        kept = {*output.key, *SURROGATES, *gate}
        yield FileRows(
            object=output.object,
            table=output.table,
            condition=" or ".join(f'"{name}" in ({persons})' for name in naming),
            columns=came,
            blanked=tuple(name for name in read.unread(output.table, came) if name not in kept),
        )
