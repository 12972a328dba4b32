"""What a kind of file is made of: columns, rules that rows keep, and the objects its rows become.

Only the shapes; the kinds themselves stand in `kinds`, how a file lays them out in `forms`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa

from pipelines.inbox.cells import CellType
from pipelines.loads import ROWS, Gate

# A scope of fewer rows than this never counts as collapsed.
SMALLEST_GUARDED_SCOPE = 20
ROWS_HALVED = Gate(ROWS, floor_share=0.5, minimum_rows=SMALLEST_GUARDED_SCOPE)


def rows_or_money_halved(column: str) -> Gate:
    """The gate of a kind with money: its rows are guarded, and the sum of its money."""
    return Gate(column, floor_share=0.5, minimum_rows=SMALLEST_GUARDED_SCOPE, also=(ROWS,))


@dataclass(frozen=True)
class Column:
    """One column of a kind. `person`: its ids stand for persons of that source and become the surrogate `surrogate`.

    `required`: no file without it; `may_be_empty`: rows may leave it empty all the same.
    """

    name: str
    type: CellType
    required: bool = False
    person: str = ""
    surrogate: str = ""
    may_be_empty: bool = False


@dataclass(frozen=True)
class RowRule:
    """Something no row may say: `broken` tells it of every row of a typed table; `column` is named in the rejection."""

    column: str
    reason: str
    remedy: str
    broken: Callable[[pa.Table], pa.Array]


@dataclass(frozen=True)
class Output:
    """One object that rows of a kind become.

    `select` picks and computes its rows from the prepared table (typed columns, surrogates, `part`); the result holds
    `part` and the columns of the raw table, nothing else.
    """

    object: str
    table: str
    key: tuple[str, ...]
    select: Callable[[pa.Table], pa.Table]
    gate: Gate | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of file as data: the folder is its name.

    `key` tells rows of one file apart; `scope` names the columns whose values make up the part that a later file
    replaces, and `scope_is_personal` writes it as a pseudonym. `complete` fills columns from others after typing. The
    first output takes every accepted row; the others hold what is split off.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    scope: tuple[str, ...]
    outputs: tuple[Output, ...]
    scope_is_personal: bool = False
    rules: tuple[RowRule, ...] = ()
    complete: Callable[[pa.Table], pa.Table] = field(default=lambda table: table)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns without which a file cannot be read."""
        return tuple(column.name for column in self.columns if column.required)
