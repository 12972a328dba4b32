"""How a file of a kind can be laid out: which headers stand for which columns. A vendor's dialect is another form.

Recognised by headers only, never by file name or line number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.inbox.kinds import KINDS
from pipelines.inbox.shapes import Kind


@dataclass(frozen=True)
class Spread:
    """One line holds many rows: every header that matches `headers` is a value of `name_column`."""

    headers: re.Pattern[str]
    name_column: str
    value_column: str


@dataclass(frozen=True)
class Totals:
    """How rows of totals are told: by how their first cell begins, or by a column that is empty in them alone."""

    starts_with: tuple[str, ...] = ()
    empty: str | None = None


@dataclass(frozen=True)
class Notation:
    """How a vendor writes: numbers as in the language of its headers, days in these notations (strptime) or in ISO."""

    languages: Mapping[str, str]
    days: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """One layout: `columns` maps a header in lower case to a column of the kind.

    `missing` are cells that mean nothing, `day_formats` further notations of days (strptime) in the column `date`. Of a
    dialect, `patterns` are headers that tell the currency, `constants` what every row says, `notation` how cells are
    written.
    """

    name: str
    kind: str
    columns: Mapping[str, str]
    required: frozenset[str]
    spread: Spread | None = None
    missing: frozenset[str] = field(default=frozenset())
    day_formats: tuple[str, ...] = ()
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    totals: Totals = Totals()
    notation: Notation | None = None

    def column_of(self, header: str) -> str | None:
        """The column that a header (in lower case) stands for; None when it is not known, or its cells are rows."""
        patterns = (column for pattern, column in self.patterns if pattern.fullmatch(header))
        return self.columns.get(header) or next(patterns, None)

    def told_by(self, headers: Sequence[str]) -> dict[str, str]:
        """What the headers say of every row, besides the constants: the currency."""
        found = (pattern.fullmatch(header) for header in headers for pattern, _ in self.patterns)
        return {name: text.upper() for match in found if match for name, text in match.groupdict().items()}

    def recognised(self, headers: Sequence[str]) -> int:
        """How many of the headers (in lower case) this form knows."""
        return sum(self.column_of(header) is not None or self.is_spread(header) for header in headers)

    def lacking(self, headers: Sequence[str]) -> list[str]:
        """The required columns that no header stands for, in the order of the kind."""
        present = {self.column_of(header) for header in headers} - {None}
        if self.spread and any(self.is_spread(header) for header in headers):
            present |= {self.spread.name_column, self.spread.value_column}
        return [name for name in KINDS[self.kind].required if name in self.required and name not in present]

    def is_spread(self, header: str) -> bool:
        """Whether the cells under this header are rows of their own."""
        return bool(self.spread and self.column_of(header) is None and self.spread.headers.fullmatch(header))


def canonical(kind: Kind) -> Form:
    """The form whose headers are the names of the columns."""
    return Form("canonical", kind.name, {column.name: column.name for column in kind.columns}, frozenset(kind.required))


# the European Central Bank: one line per day, one column per currency, N/A where none was published
ECB_WIDE = Form(
    name="ecb_wide",
    kind="exchange_rates",
    columns={"date": "date"},
    required=frozenset({"date", "currency", "rate"}),
    spread=Spread(re.compile(r"[a-z]{3}"), "currency", "rate"),
    missing=frozenset({"N/A"}),
    day_formats=("%d %B %Y",),
)


def forms_of(kind: Kind, dialects: Sequence[Form] = ()) -> tuple[Form, ...]:
    """The forms a file of this kind may have, the canonical one first."""
    return (canonical(kind), *(form for form in (ECB_WIDE, *dialects) if form.kind == kind.name))
