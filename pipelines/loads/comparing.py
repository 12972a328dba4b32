"""Comparing what arrived with what is current, row by row: what is new, changed, unchanged or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.loads.arrivals import Arrival

CANONICAL_NULL = "chr(0)"
CELL_END = "chr(31)"


def row_text(columns: Sequence[str], alias: str) -> str:
    """The expression that writes columns of a row as one text; equal texts are equal rows."""
    cells = [f'coalesce(cast({alias}."{name}" as varchar), {CANONICAL_NULL})' for name in columns]
    return f" || {CELL_END} || ".join(cells) if cells else "''"


def compare_rows(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, columns: Sequence[str]
) -> tuple[int, int, int, int]:
    """Counts the new, changed, unchanged and withdrawn rows of the parts that arrived.

    Leaves every key in `compared_row`, with whether it arrived and whether it was known.
    """
    stored = {row[0] for row in connection.execute(f"describe {arrival.table}").fetchall()}
    compared = [name for name in sorted(columns) if name in stored]
    connection.execute(
        f"""create or replace temp table compared_row as
        with now as (
            select {row_text(arrival.key, "r")} as key_text, sha256({row_text(compared, "r")}) as row_hash
            from {arrival.table} as r
            inner join current_part_now as c on c.part = r.part and c.load_id = r.load_id
            inner join judged_part as j on j.part = r.part
        ), then_ as (
            select {row_text(arrival.key, "a")} as key_text, sha256({row_text(compared, "a")}) as row_hash
            from arrived as a
        )
        select coalesce(t.key_text, n.key_text) as key_text, t.key_text is not null as arrived,
            n.key_text is not null as known, t.row_hash is not distinct from n.row_hash as same
        from then_ as t full outer join now as n on n.key_text = t.key_text"""
    )
    ((new, changed, unchanged, withdrawn),) = connection.execute(
        """select count(*) filter (arrived and not known), count(*) filter (arrived and known and not same),
            count(*) filter (arrived and known and same), count(*) filter (not arrived) from compared_row"""
    ).fetchall()
    return new, changed, unchanged, withdrawn
