"""What a source hands over: typed rows in named parts, and the gate that guards what is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Gate:
    """Refuses a part whose control figure fell below `floor_share` of the stored one.

    `column` is summed ("" counts rows); parts whose stored figure is below `minimum` are never refused. Of a full
    export the whole object is one part.
    """

    column: str
    floor_share: float = 0.5
    minimum: float = 0


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
