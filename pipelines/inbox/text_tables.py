"""The rows of a file as text, whatever its format: columns under the names of the kind, with their lines.

How the rows come together stands in `gathering`; nothing is typed here, `typing_columns` does that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.inbox.forms import Form
from pipelines.inbox.text_columns import plain, without
from pipelines.inbox.whole_lines import WholeLines

# of formats in which a small file can stand for a large one: far more than a file of a million rows holds
MOST_CHARACTERS = 200_000_000


@dataclass(frozen=True)
class BrokenLine:
    """A line that does not fit the header."""

    line: int
    reason: str
    remedy: str


@dataclass(frozen=True)
class TextTable:
    """Rows as trimmed text, NULL where empty; a column may be one by dictionary. `wholes` tells lines apart.

    Rows of totals are no rows: `totals` holds their plain cells by column, `total_lines` where they stand. `told` is
    what stands above the header, `merged` the further lines of rows that have several, by their first. In formats with
    numbers of their own, where `are_cells_typed`, a dot stands before decimals.
    """

    form: Form
    columns: dict[str, pa.Array]
    lines: pa.Array
    wholes: WholeLines
    broken: list[BrokenLine]
    flags: dict[str, object]
    headers: tuple[str, ...] = ()
    totals: dict[str, pa.Array] = field(default_factory=dict)
    total_lines: pa.Array = field(default_factory=lambda: pa.array([], pa.int64()))
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)
    are_cells_typed: bool = False
    merged: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def rows_in(self) -> int:
        """Lines of the file that are rows, or part of one, broken ones too."""
        return len(self.lines) + len(self.broken) + sum(map(len, self.merged.values()))


def spread_out(table: TextTable, cells: Mapping[str, pa.Array]) -> TextTable:
    """One row per cell that holds something: the header of the cell becomes a value."""
    spread = table.form.spread
    assert spread is not None  # noqa: S101 - the caller has looked
    filled = {
        header: pc.indices_nonzero(pc.is_valid(without(one, table.form.missing))) for header, one in cells.items()
    }
    rows = pa.chunked_array(list(filled.values()), pa.uint64()).combine_chunks()
    columns = {name: plain(column).take(rows) for name, column in table.columns.items()}
    names = [pa.repeat(pa.scalar(spread.name_of(header)), len(rows_of)) for header, rows_of in filled.items()]
    columns[spread.name_column] = pa.chunked_array(names, pa.string()).combine_chunks()
    values = [plain(cells[header]).take(rows_of) for header, rows_of in filled.items()]
    columns[spread.value_column] = pa.chunked_array(values, pa.string()).combine_chunks()
    without_a_cell = len(table.lines) - len(rows.unique())
    flags = {**table.flags, **({"lines_without_a_cell": without_a_cell} if without_a_cell else {})}
    return replace(table, columns=columns, lines=table.lines.take(rows), flags=flags)
