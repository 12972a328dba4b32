"""A table whose rows stand in its text: how configuration becomes a table that is built, hashed and replayed as any."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

Cell = str | int | bool | Decimal | None


def listed_rows(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """A query that yields exactly these rows; every text is quoted, so that nothing in it is read as SQL."""
    selected = ", ".join(columns)
    if not rows:
        return f"select {', '.join(f'null as {name}' for name in columns)} where false"
    listed = ",\n  ".join(f"({', '.join(_literal(cell) for cell in row)})" for row in rows)
    return f"select {selected}\nfrom (values\n  {listed}\n) as listed ({selected})"


def _literal(cell: Cell) -> str:
    if cell is None:
        return "null"
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return f"cast('{cell}' as decimal(18, 12))"
    if isinstance(cell, int):
        return str(cell)
    return "'" + cell.replace("'", "''") + "'"
