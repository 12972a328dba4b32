"""Summing the figures that gates guard, out of raw rows. What a figure may do is the rule of `gates`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.loads.arrivals import ROWS
from pipelines.loads.gates import Figures

# the content hash of a part without rows
EMPTY = "empty"


def with_rows(columns: Iterable[str]) -> tuple[str, ...]:
    """The columns once each, the number of rows before all."""
    return (ROWS, *sorted(set(columns) - {ROWS}))


def sums(columns: Sequence[str]) -> str:
    """The select list that gives one figure for each of the columns, named figure_0, figure_1 and so on."""
    return ", ".join(f"{summed(name)} as figure_{place}" for place, name in enumerate(columns))


def summed(column: str) -> str:
    """The expression of one figure; money is added up as sent."""
    return "count(*)" if column == ROWS else f'cast(coalesce(sum("{column}"), 0) as decimal(38,6))'


def arrived_figures(connection: duckdb.DuckDBPyConnection, columns: Iterable[str]) -> Iterator[tuple[str, Figures]]:
    """The figures of every changed part of the arrival that is being judged, so far as rows of it came."""
    names = with_rows(columns)
    found = connection.execute(
        f"""select a.part, {sums(names)} from arrived as a
        inner join judged_part as j on j.part = a.part and j.state = 'accepted'
        group by a.part order by a.part"""
    ).fetchall()
    for part, *values in found:
        yield part, figures_from(names, values)


def figures_from(columns: Sequence[str], values: Sequence[Any]) -> Figures:
    """The row that `sums` gave, by column; NULL where nothing came."""
    return {name: Decimal(value or 0) for name, value in zip(columns, values, strict=True)}
