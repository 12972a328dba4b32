"""Rows as texts: what arrived, laid out so that rows can be told apart, and held against what is current.

Every row is written as text and hashed once; judging and appending go by what is laid out here.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.loads.arrivals import Arrival

CANONICAL_NULL = "chr(0)"
CELL_END = "chr(31)"
# columns of every raw table that are no content
BESIDE_CONTENT = ("load_id", "is_new_key", "part")


def lay_out_arrived(connection: duckdb.DuckDBPyConnection, arrival: Arrival, columns: Sequence[str]) -> None:
    """Writes `arrived`: the rows, each with its `key_text`, and the `row_hash` and `quick_hash` of what it holds."""
    connection.register("arrived_rows", arrival.rows)
    connection.execute(
        f"""create or replace temp table arrived as
        select a.*, {_row_text(arrival.key, "a")} as key_text, {row_hash(columns, "a")} as row_hash,
            {quick_hash(columns, "a")} as quick_hash
        from arrived_rows as a"""
    )
    connection.unregister("arrived_rows")


def compare_rows(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, columns: Sequence[str]
) -> tuple[int, int, int, int]:
    """Counts the new, changed, unchanged and withdrawn rows of the parts that arrived.

    Leaves in `held_row` what was current of these parts: the `key_text` and `row_hash` of every row.
    """
    connection.execute(
        f"""create or replace temp table held_row as
        select {_row_text(arrival.key, "r")} as key_text, {row_hash(columns, "r")} as row_hash
        from {arrival.table} as r
        inner join current_part_now as c on c.part = r.part and c.load_id = r.load_id
        inner join judged_part as j on j.part = r.part"""
    )
    ((new, changed, unchanged, withdrawn),) = connection.execute(
        """select count(*) filter (h.key_text is null), count(*) filter (a.row_hash <> h.row_hash),
            count(*) filter (a.row_hash = h.row_hash), count(*) filter (a.key_text is null)
        from arrived as a full outer join held_row as h on h.key_text = a.key_text"""
    ).fetchall()
    return new, changed, unchanged, withdrawn


def row_hash(columns: Sequence[str], alias: str) -> str:
    """The expression that hashes what a row holds, in whatever order the columns came."""
    return f"sha256({_row_text(sorted(columns), alias)})"


def content_hash(hashed: str) -> str:
    """The expression that hashes the rows of a part, in whatever order they came, from the hash of each."""
    return f"sha256(array_to_string(list_sort(list({hashed})), ''))"


def stored_hashes(table: str, columns: Sequence[str], chosen: str) -> str:
    """The statement that gives load_id, part and content_hash of stored parts as their rows lie in a raw table now.

    `columns` are those that the hashes of their loads are over, `chosen` is a query for load_id and part.
    """
    return f"""select load_id, part, {content_hash("hashed")} as content_hash
        from (
            select r.load_id, r.part, {row_hash(columns, "r")} as hashed from {table} as r
            where (r.load_id, r.part) in ({chosen})
        )
        group by load_id, part"""


def quick_hash(columns: Sequence[str], alias: str) -> str:
    """The expression of the engine's own hash of a row: 20 times as fast, and another one in another release."""
    cells = ", ".join(f'{alias}."{name}"' for name in sorted(columns))
    return f"hash({cells})" if cells else "0"


def checksum(hashed: str) -> str:
    """The expression that adds up the quick hashes of a part; like them it can confirm rows, never refute them."""
    return f"cast(sum({hashed}) as hugeint)"


def _row_text(columns: Sequence[str], alias: str) -> str:
    """The expression that writes columns of a row as one text; equal texts are equal rows."""
    cells = [f'coalesce(cast({alias}."{name}" as varchar), {CANONICAL_NULL})' for name in columns]
    return f"concat_ws({CELL_END}, {', '.join(cells)})" if cells else "''"
