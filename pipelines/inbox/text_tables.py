"""The rows of a file as text, whatever its format: gathered a batch at a time, then columns under the form's names.

How a format's rows are found belongs to its own module; nothing is typed here, `typing_columns` does that. Columns that
the form does not know are counted, never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from pipelines import privacy
from pipelines.inbox.forms import Form
from pipelines.inbox.layouts import Layout

ROWS_AT_A_TIME = 20_000
# of formats in which a small file can stand for a large one: far more than a file of a million rows holds
MOST_CHARACTERS = 200_000_000
STRING = pa.string()
LONGEST_NAME = 60
MOST_NAMES = 50


@dataclass(frozen=True)
class BrokenLine:
    """A line that does not fit the header."""

    line: int
    reason: str
    remedy: str


@dataclass(frozen=True)
class TextTable:
    """Rows as trimmed text, NULL where empty. `wholes` tells lines apart by all their cells, known or not.

    Where not all of them were read, no two lines are taken for the same. `told` is what stands above the header,
    `merged` the further lines of rows that have several, by their first.
    """

    form: Form
    columns: dict[str, pa.Array]
    lines: pa.Array
    wholes: pa.Array
    broken: list[BrokenLine]
    flags: dict[str, object]
    headers: tuple[str, ...] = ()
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)
    merged: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def rows_in(self) -> int:
        """Lines of the file that are rows, or part of one, broken ones too."""
        return len(self.lines) + len(self.broken) + sum(map(len, self.merged.values()))


@dataclass
class Gathered:
    """What the lines of a file gave so far: of each batch the columns that its form knows, in the header's order."""

    layout: Layout
    chunks: list[list[pa.Array]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    wholes: list[int] = field(default_factory=list)
    broken: list[BrokenLine] = field(default_factory=list)
    blank_lines: int = 0
    total_lines: int = 0

    @property
    def places(self) -> list[int]:
        """Where the known columns stand in the header."""
        known = self.layout.form.recognised
        return [place for place, header in enumerate(self.layout.headers) if known([header])]

    def counts(self, line: int, cells: Sequence[str | None]) -> bool:
        """Notes a row of the file; a blank one and one of totals are only counted."""
        if not any(cells) or not any(cell and cell.strip() for cell in cells):
            self.blank_lines += 1
            return False
        if self._is_total(cells):
            self.total_lines += 1
            return False
        self.lines.append(line)
        self.wholes.append(hash(tuple(cells)))
        return True

    def _is_total(self, cells: Sequence[str | None]) -> bool:
        totals, first = self.layout.form.totals, (cells[0] or "").strip().lower()
        if first and first.startswith(totals.starts_with):
            return True
        headers = self.layout.headers
        places = [place for place, header in enumerate(headers) if self.layout.form.column_of(header) == totals.empty]
        return totals.empty is not None and not any((cells[place] or "").strip() for place in places)

    def take(self, records: Iterable[Sequence[str | None]]) -> None:
        """Keeps the known columns of rows that count, which have at least as many cells as the header."""
        places, rest = self.places, iter(records)
        while batch := list(islice(rest, ROWS_AT_A_TIME)):
            self.chunks.append([pa.array([cells[place] for cells in batch], pa.string()) for place in places])

    def table(self, **flags: object) -> TextTable:
        """All rows as one table; `flags` say more on how the file was read."""
        layout = self.layout
        texts = {
            layout.headers[place]: _trimmed([chunk[number] for chunk in self.chunks])
            for number, place in enumerate(self.places)
        }
        known = {column: text for header, text in texts.items() if (column := layout.form.column_of(header))}
        table = TextTable(
            layout.form,
            {name: _without_missing(text, layout.form) for name, text in known.items()},
            pa.array(self.lines, pa.int64()),
            pa.array(self.wholes, pa.int64()),
            self.broken,
            {**_flags(layout, self.blank_lines, self.total_lines), **flags},
            layout.headers,
            layout.told,
        )
        spread = {header: text for header, text in texts.items() if layout.form.is_spread(header)}
        return _spread_out(table, spread) if layout.form.spread else table


def each_distinct(cells: pa.Array, write: Callable[[str], object], of: pa.DataType = STRING) -> pa.Array:
    """What `write` makes of each cell, asked once for cells that say the same; NULL stays NULL."""
    encoded = cells.dictionary_encode()
    written = [write(cell) for cell in encoded.dictionary.to_pylist()]
    return pa.array(written, of).take(encoded.indices)


def _trimmed(chunks: list[pa.Array]) -> pa.Array:
    text = pc.utf8_trim_whitespace(pa.chunked_array(chunks, pa.string()).combine_chunks())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _without_missing(text: pa.Array, form: Form) -> pa.Array:
    means_nothing = pc.is_in(text, value_set=pa.array(sorted(form.missing), pa.string()))
    return pc.if_else(means_nothing, pa.scalar(None, pa.string()), text)


def _spread_out(table: TextTable, cells: dict[str, pa.Array]) -> TextTable:
    """One row per cell that holds something: the header of the cell becomes a value."""
    spread = table.form.spread
    assert spread is not None  # noqa: S101 - the caller has looked
    chosen = {
        header: pc.indices_nonzero(pc.is_valid(_without_missing(text, table.form))) for header, text in cells.items()
    }
    rows = pa.chunked_array(list(chosen.values()), pa.uint64()).combine_chunks()
    columns = {name: text.take(rows) for name, text in table.columns.items()}
    names = [pa.repeat(pa.scalar(spread.name_of(header)), len(rows_of)) for header, rows_of in chosen.items()]
    columns[spread.name_column] = pa.chunked_array(names, pa.string()).combine_chunks()
    values = [cells[header].take(rows_of) for header, rows_of in chosen.items()]
    columns[spread.value_column] = pa.chunked_array(values, pa.string()).combine_chunks()
    return replace(table, columns=columns, lines=table.lines.take(rows), wholes=table.wholes.take(rows))


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
