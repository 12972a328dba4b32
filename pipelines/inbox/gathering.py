"""Gathering the rows of a file, whatever its format: batch by batch, then as one table of text.

How a format's rows are found belongs to its own module. Blank rows and notes are counted, rows of totals kept apart;
columns that the form does not know are only counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from pipelines import privacy
from pipelines.inbox.forms import Lines
from pipelines.inbox.layouts import Layout
from pipelines.inbox.text_columns import chosen, joined, plain, trimmed, without
from pipelines.inbox.text_tables import BrokenLine, TextTable, spread_out
from pipelines.inbox.whole_lines import Cells, WholeLines

ROWS_AT_A_TIME = 20_000
LONGEST_NAME = 60
MOST_NAMES = 50
# the first cell of a row of totals, whatever column it stands in
LABEL = "(label)"


@dataclass
class Gathered:
    """What the lines of a file gave so far: of each batch the line numbers and the columns, by place in the header."""

    layout: Layout
    wholes: WholeLines = field(default_factory=WholeLines)
    broken: list[BrokenLine] = field(default_factory=list)
    blank_lines: int = 0
    has_ended: bool = False
    lines: list[pa.Array] = field(default_factory=list)
    columns: dict[int, list[pa.Array]] = field(default_factory=dict)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Where the known columns stand in the header."""
        known = self.layout.form.recognised
        return tuple(place for place, header in enumerate(self.layout.headers) if known([header]))

    @cached_property
    def places_needed(self) -> tuple[int, ...]:
        """Where the known columns stand, and the first one too where it tells which lines are no rows."""
        form = self.layout.form
        return tuple(sorted({*self.places, 0})) if form.totals.starts_with or form.notes.starts_with else self.places

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
        is_note = self._are(layout.form.notes, columns, len(lines))
        if layout.form.notes.empty and not layout.form.notes.starts_with:
            is_note = _up_to_the_first_other(is_note)
        columns, lines = _rows_where(pc.invert(is_note), columns, lines)
        is_total = self._are(layout.form.totals, columns, len(lines))
        totals, total_lines = _rows_where(is_total, columns, lines)
        columns, lines = _rows_where(pc.invert(is_total), columns, lines)
        table = TextTable(
            layout.form,
            self._known(columns),
            lines,
            self.wholes,
            self.broken,
            {**_flags(layout, self.blank_lines, len(total_lines), pc.sum(is_note).as_py() or 0), **flags},
            layout.headers,
            self._totals({place: plain(column) for place, column in totals.items()}),
            total_lines,
            layout.told,
            not layout.delimiter,
        )
        spread = {layout.headers[place]: column for place, column in columns.items()}
        spread = {header: column for header, column in spread.items() if layout.form.is_spread(header)}
        return spread_out(table, spread) if layout.form.spread else table

    def _filled(self, rows: Iterable[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
        """The rows that say something, as far as the table goes; the others are only counted."""
        has_rows = bool(self.lines)
        for line, cells in rows:
            if any(cells) and any(cell and cell.strip() for cell in cells):
                self.wholes.note(line, cells)
                yield line, cells
                has_rows = True
            else:
                self.blank_lines += 1
                self.has_ended = self.layout.form.ends_at_blank_line and has_rows
                if self.has_ended:
                    return

    def _known(self, columns: Mapping[int, pa.Array]) -> dict[str, pa.Array]:
        """The columns that become one of the kind, under its name."""
        form = self.layout.form
        named = {form.column_of(self.layout.headers[place]): column for place, column in columns.items()}
        return {name: without(column, form.missing) for name, column in named.items() if name}

    def _totals(self, columns: Mapping[int, pa.Array]) -> dict[str, pa.Array]:
        """The known columns of rows of totals, and how they call themselves."""
        label = {LABEL: columns[0]} if 0 in columns else {}
        return {**self._known(columns), **label}

    def _are(self, meant: Lines, columns: Mapping[int, pa.Array], rows: int) -> pa.Array:
        """Of every row whether it is one of these lines."""
        form, headers = self.layout.form, self.layout.headers
        if not meant.starts_with and meant.empty is None:
            return pa.repeat(pa.scalar(False), rows)
        is_meant = pa.repeat(pa.scalar(True), rows)
        if meant.starts_with:
            is_meant = _begin_with(columns[0], meant.starts_with) if 0 in columns else pa.repeat(pa.scalar(False), rows)
        empty = [place for place in columns if form.column_of(headers[place]) == meant.empty]
        # where the first column is the empty one, it holds how the line begins
        if meant.empty is not None and not (meant.starts_with and empty == [0]):
            cells = without(columns[empty[0]], form.missing) if empty else None
            is_meant = pc.and_(is_meant, pa.repeat(pa.scalar(False), rows) if cells is None else pc.is_null(cells))
        return is_meant


def _up_to_the_first_other(is_meant: pa.Array) -> pa.Array:
    """What explains the columns stands right below the header; further down an empty cell is a row that lacks one."""
    others = pc.index(is_meant, False).as_py()
    first = len(is_meant) if others < 0 else others
    return pa.array([place < first for place in range(len(is_meant))], pa.bool_())


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


def _flags(layout: Layout, blank_lines: int, total_lines: int, note_lines: int) -> dict[str, object]:
    """How the file was read, for the load row: published, so nothing that looks like an address and no cell."""
    return {
        "dialect": layout.form.name,
        "lines_before_header": layout.header_line - 1,
        "blank_lines": blank_lines,
        **({"total_lines": total_lines} if total_lines else {}),
        **({"note_lines": note_lines} if note_lines else {}),
        "ignored_columns": list(_shown(header for header in layout.headers if not layout.form.recognised([header]))),
    }


def _shown(headers: Iterable[str]) -> Iterator[str]:
    for header in islice(headers, MOST_NAMES):
        yield privacy.printable(privacy.masked_text((header or "(no name)")[:LONGEST_NAME]))
