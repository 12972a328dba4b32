"""Gathering the rows of a file, whatever its format: batch by batch, then as one table of text.

How a format's rows are found belongs to its own module. Blank rows are counted, rows of totals are kept apart; columns
that the form does not know are only counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from pipelines import privacy
from pipelines.inbox.layouts import Layout
from pipelines.inbox.text_columns import chosen, joined, plain, trimmed, without
from pipelines.inbox.text_tables import BrokenLine, TextTable, days_in_iso, spread_out
from pipelines.inbox.whole_lines import Cells, WholeLines

ROWS_AT_A_TIME = 20_000
LONGEST_NAME = 60
MOST_NAMES = 50


@dataclass
class Gathered:
    """What the lines of a file gave so far: of each batch the line numbers and the columns, by place in the header."""

    layout: Layout
    wholes: WholeLines = field(default_factory=WholeLines)
    broken: list[BrokenLine] = field(default_factory=list)
    blank_lines: int = 0
    lines: list[pa.Array] = field(default_factory=list)
    columns: dict[int, list[pa.Array]] = field(default_factory=dict)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Where the known columns stand in the header."""
        known = self.layout.form.recognised
        return tuple(place for place, header in enumerate(self.layout.headers) if known([header]))

    @cached_property
    def places_needed(self) -> tuple[int, ...]:
        """Where the known columns stand, and the first one too where it tells a row of totals."""
        return tuple(sorted({*self.places, 0})) if self.layout.form.totals.starts_with else self.places

    def take(self, rows: Iterable[tuple[int, Cells]], places: Sequence[int] = ()) -> None:
        """Adds rows that were read cell by cell, each with its line.

        Their cells stand at these places of the header and need not be there for all of them; at all unless said.
        """
        filled = self._filled(rows)
        numbers = {place: number for number, place in enumerate(places or range(len(self.layout.headers)))}
        kept = {place: numbers[place] for place in self.places_needed if place in numbers}
        while batch := list(islice(filled, ROWS_AT_A_TIME)):
            lines = pa.array([line for line, _ in batch], pa.int64())
            cells = {at: pa.array([of[number] for _, of in batch], pa.string()) for at, number in kept.items()}
            self.add(lines, {at: trimmed(column) for at, column in cells.items()})

    def add(self, lines: pa.Array, columns: Mapping[int, pa.Array]) -> None:
        """Adds trimmed columns of rows of which none is blank."""
        self.lines.append(lines)
        for place, column in columns.items():
            self.columns.setdefault(place, []).append(column)

    def table(self, **flags: object) -> TextTable:
        """All rows as one table; `flags` say more on how the file was read."""
        layout = self.layout
        lines = pa.chunked_array(self.lines, pa.int64()).combine_chunks()
        columns = {place: joined(self.columns.get(place, [])) for place in self.columns or self.places}
        is_total = self._are_totals(columns, len(lines))
        totals, total_lines = _rows_where(is_total, columns, lines)
        columns, lines = _rows_where(pc.invert(is_total), columns, lines)
        table = TextTable(
            layout.form,
            self._known(columns),
            lines,
            self.wholes,
            self.broken,
            {**_flags(layout, self.blank_lines, len(total_lines)), **flags},
            layout.headers,
            self._known({place: plain(column) for place, column in totals.items()}),
            total_lines,
        )
        spread = {layout.headers[place]: column for place, column in columns.items()}
        spread = {header: column for header, column in spread.items() if layout.form.is_spread(header)}
        return days_in_iso(spread_out(table, spread) if layout.form.spread else table)

    def _filled(self, rows: Iterable[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
        """The rows that say something; the others are only counted."""
        for line, cells in rows:
            if any(cells) and any(cell and cell.strip() for cell in cells):
                self.wholes.note(line, cells)
                yield line, cells
            else:
                self.blank_lines += 1

    def _known(self, columns: Mapping[int, pa.Array]) -> dict[str, pa.Array]:
        """The columns that become one of the kind, under its name."""
        form = self.layout.form
        named = {form.column_of(self.layout.headers[place]): column for place, column in columns.items()}
        return {name: without(column, form.missing) for name, column in named.items() if name}

    def _are_totals(self, columns: Mapping[int, pa.Array], rows: int) -> pa.Array:
        """Of every row whether it is one of totals: by its first cell, or by the column that is empty in them alone."""
        totals, headers = self.layout.form.totals, self.layout.headers
        is_total = pa.repeat(pa.scalar(False), rows)
        if totals.starts_with and columns:
            is_total = _begin_with(columns[min(columns)], totals.starts_with)
        for place, column in columns.items():
            if totals.empty is not None and self.layout.form.column_of(headers[place]) == totals.empty:
                is_total = pc.or_(is_total, pc.is_null(column))
        return is_total


def _rows_where(
    is_chosen: pa.Array, columns: dict[int, pa.Array], lines: pa.Array
) -> tuple[dict[int, pa.Array], pa.Array]:
    """The columns and lines of the rows for which `is_chosen` is true."""
    if pc.all(is_chosen).as_py():
        return columns, lines
    return {place: chosen(column, is_chosen) for place, column in columns.items()}, lines.filter(is_chosen)


def _begin_with(cells: pa.Array, words: Sequence[str]) -> pa.Array:
    encoded = cells.dictionary_encode()
    told = [text.lower().startswith(tuple(words)) for text in encoded.dictionary.to_pylist()]
    return pc.fill_null(pa.array(told, pa.bool_()).take(encoded.indices), False)


def _flags(layout: Layout, blank_lines: int, total_lines: int) -> dict[str, object]:
    """How the file was read, for the load row: published, so nothing that looks like an address and no cell."""
    return {
        "dialect": layout.form.name,
        "lines_before_header": layout.header_line - 1,
        "blank_lines": blank_lines,
        **({"total_lines": total_lines} if total_lines else {}),
        "ignored_columns": list(_shown(header for header in layout.headers if not layout.form.recognised([header]))),
    }


def _shown(headers: Iterable[str]) -> Iterator[str]:
    for header in islice(headers, MOST_NAMES):
        yield privacy.printable(privacy.masked_text((header or "(no name)")[:LONGEST_NAME]))
