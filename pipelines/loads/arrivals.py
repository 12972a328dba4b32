"""What a source hands over: typed rows in named parts, and the gate that guards what is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

# the figure of a gate that counts rows instead of summing a column
ROWS = ""


@dataclass(frozen=True)
class Control:
    """Another object that holds the figure `column` too, in a part of the same name: what a part is held against.

    A part whose figure lies more than `tolerance` below that of the control is refused, or `tolerance_if_withheld` when
    the source says that it withheld rows. A control of less than `minimum`, or that was not read yet, refuses nothing.
    """

    object: str
    table: str
    column: str
    tolerance: float = 0.03
    tolerance_if_withheld: float = 0.5
    minimum: float = 100


@dataclass(frozen=True)
class NeverFree:
    """Units that always have a price: a part with `minimum` of them or more and no money at all is refused."""

    column: str
    minimum: float


@dataclass(frozen=True)
class Gate:
    """Refuses a part of which a control figure fell below `floor_share` of what is stored.

    `column` is summed (`ROWS` counts rows) and noted with the part; the columns in `also` are guarded in the same way.
    Never refused: a part of which fewer than `minimum_rows` rows are stored, nor for `column` when the stored figure is
    below `minimum`. Of a full export the whole object is one part. Money is added up as sent, whatever its currency.

    `never_free` are units of which `column` is the price; they are looked at also when a part comes first, but not in
    a full export.
    """

    column: str
    floor_share: float = 0.5
    minimum: float = 0
    minimum_rows: int = 0
    also: tuple[str, ...] = ()
    control: Control | None = None
    never_free: NeverFree | None = None

    @property
    def guarded(self) -> tuple[str, ...]:
        """Every column that must not fall."""
        return (self.column, *self.also)

    @property
    def figures(self) -> tuple[str, ...]:
        """Every column that is summed to judge a part."""
        return self.guarded if self.never_free is None else (*self.guarded, self.never_free.column)


@dataclass(frozen=True)
class Arrival:
    """What one read of one object brought: typed rows with a `part` column, never load ids.

    `key` names the columns that identify a row within the object. `parts_read` are parts that were read although no row
    came: they now hold none. `full` withdraws every part that did not arrive, except `parts_kept`. `keep_unchanged`
    records unchanged parts too. `flags` is what the source said about its own answer.
    """

    object: str
    table: str
    key: tuple[str, ...]
    rows: pa.Table
    parts_read: frozenset[str] = frozenset()
    full: bool = False
    parts_kept: frozenset[str] = frozenset()
    keep_unchanged: bool = False
    gate: Gate | None = None
    window: tuple[date, date] | None = None
    rows_read: int = 0
    flags: dict[str, Any] = field(default_factory=dict)
