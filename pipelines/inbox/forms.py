"""How a file of a kind can be laid out: which headers stand for which columns. A vendor's dialect is another form.

Recognised by headers and by what stands above them, never by file name or line number. How cells are written is a
form's `notation`, what is made of several of them its `made`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.inbox.calculations import Calculation, Numbering
from pipelines.inbox.cells import ReadingRules
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.shapes import Kind

# the name of the form whose headers are those of the columns themselves
CANONICAL = "canonical"


@dataclass(frozen=True)
class Spread:
    """One line holds many rows: the cell under each header that `names` knows, or `pattern` fits, is one of them.

    The name of the header, or the header itself, becomes a value of `name_column`.
    """

    name_column: str
    value_column: str
    names: Mapping[str, str] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None

    def name_of(self, header: str) -> str | None:
        """What the rows under this header (in lower case) are called; None when its cells are no rows."""
        if self.pattern and self.pattern.fullmatch(header):
            return header
        return self.names.get(header)


@dataclass(frozen=True)
class Lines:
    """Which lines are meant: by how the first cell begins, by a column that is empty in them alone, or by both."""

    starts_with: tuple[str, ...] = ()
    empty: str | None = None

    def begin(self, cells: Sequence[str]) -> bool:
        """Whether the first of these cells tells such a line, which may then have as few as it likes."""
        return cells[0].strip().lower().startswith(self.starts_with)


@dataclass(frozen=True)
class Totals(Lines):
    """Rows of totals; those whose first cell begins with one of `control` are what the rows have to sum to.

    Of several such beginnings the first one that the file has counts. `ends_with` is what their last cell says, which
    may stand beyond the last header.
    """

    ends_with: tuple[str, ...] = ()
    control: tuple[str, ...] = ()

    def end(self, cells: Sequence[str]) -> bool:
        """Whether the last of these cells that says something tells a total."""
        return next((cell.strip().lower() for cell in reversed(cells) if cell.strip()), "") in self.ends_with


@dataclass(frozen=True)
class Notation:
    """How a vendor writes its cells.

    Numbers as in the language of the headers (empty for one that several share), days in these notations (strptime) by
    language, empty for all, or in ISO. `divisors` are what a number is divided by (a million for micros), `decimals`
    how many of them a number is rounded to, `values` the canonical word for a cell in lower case, `first_of` what
    separates several values of which the first one counts, `missing_in` cells of one column that mean nothing there.
    """

    languages: Mapping[str, str]
    days: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    divisors: Mapping[str, int] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    first_of: Mapping[str, str] = field(default_factory=dict)
    missing_in: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def days_of(self, language: str) -> tuple[str, ...]:
        """The notations of days in a file of this language."""
        return self.days.get(language, self.days.get("", ()))


@dataclass(frozen=True)
class Group:
    """Several lines are one row: these columns are summed, of these the first line counts, all others agree.

    `identical_once`: lines that are the same in every cell are one line.
    """

    summed: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    identical_once: bool = False


@dataclass(frozen=True)
class Form:
    """One layout: `columns` maps a header in lower case to a column of the kind, or to a name that `made` knows.

    `required` are the columns without which a file does not have this form. `missing` are cells that mean nothing. Of a
    dialect: `patterns` are headers that tell the currency, `preambles` lines above the header (all those of one
    language have to be there) that may tell a column too, `constants` what every row says, `unset` what somebody still
    has to say of every row, `also` the rows of other kinds in the same file. `is_exact`: no file with another header;
    with one of the `strange` ones a file never has this form. `ignored`: why nothing is made of such a file.
    """

    name: str
    kind: str
    columns: Mapping[str, str]
    required: tuple[str, ...]
    spread: Spread | None = None
    missing: frozenset[str] = field(default=frozenset())
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()
    strange: frozenset[str] = frozenset()
    preambles: tuple[tuple[re.Pattern[str], ...], ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    made: tuple[Calculation | Numbering, ...] = ()
    totals: Totals = Totals()
    notes: Lines = Lines()
    ends_at_blank_line: bool = False
    notation: Notation | None = None
    group: Group | None = None
    sheets: tuple[str, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    time_zone: str = ""
    is_full: bool = False
    when_missing: Mapping[str, str] = field(default_factory=dict)
    row: str = ""
    is_exact: bool = False
    ignored: str = ""
    also: tuple[Form, ...] = ()

    def column_of(self, header: str) -> str | None:
        """The column that a header (in lower case) stands for; None when it is not known, or its cells are rows."""
        patterns = (column for pattern, column in self.patterns if pattern.fullmatch(header))
        return self.columns.get(header) or next(patterns, None)

    def told_by(self, headers: Sequence[str]) -> dict[str, str]:
        """What the headers say of every row, besides the constants: the currency."""
        found = (pattern.fullmatch(header) for header in headers for pattern, _ in self.patterns)
        return {name: text.upper() for match in found if match for name, text in match.groupdict().items()}

    def told_above(self, lines: Iterable[str]) -> dict[str, frozenset[str]] | None:
        """What the lines above the header say of every row, each in all its wordings; None when lines are lacking."""
        if not self.preambles:
            return {}
        above = [line.strip().strip('\ufeff,;\t" ') for line in lines]
        for patterns in self.preambles:
            found = [[match for line in above if (match := pattern.fullmatch(line))] for pattern in patterns]
            if all(found):
                told: dict[str, frozenset[str]] = {}
                for name, text in (one for matches in found for match in matches for one in match.groupdict().items()):
                    told[name] = told.get(name, frozenset()) | {text}
                return told
        return None

    def recognised(self, headers: Sequence[str]) -> int:
        """How many of the headers (in lower case) this form knows."""
        return sum(self.column_of(header) is not None or self.is_spread(header) for header in headers)

    def lacking(self, headers: Sequence[str]) -> list[str]:
        """The required columns that no header stands for."""
        present = {self.column_of(header) for header in headers} - {None}
        if self.spread and any(self.is_spread(header) for header in headers):
            present |= {self.spread.name_column, self.spread.value_column}
        return [name for name in self.required if name not in present]

    def foreign(self, headers: Sequence[str]) -> list[str]:
        """The headers for which a file has another form: strange ones, and of an exact form those it does not know."""
        return [one for one in headers if one in self.strange or (self.is_exact and one and not self.recognised([one]))]

    def is_spread(self, header: str) -> bool:
        """Whether the cells under this header are rows of their own."""
        return bool(self.spread and self.column_of(header) is None and self.spread.name_of(header))


def canonical(kind: Kind, *, is_exact: bool = False) -> Form:
    """The form whose headers are the names of the columns."""
    columns = {column.name: column.name for column in kind.columns}
    return Form(CANONICAL, kind.name, columns, kind.required, is_exact=is_exact)


def forms_of(kind: Kind, dialects: Sequence[Form] = ()) -> tuple[Form, ...]:
    """The forms a file of this kind may have, the canonical one first."""
    every = (one for form in dialects for one in (form, *form.also))
    return (canonical(kind), *(form for form in every if form.kind == kind.name))


def rules_of(form: Form, rules: ReadingRules) -> ReadingRules:
    """The rules of reading a file of this form: its times are in the zone that the dialect says, if it says one."""
    return replace(rules, time_zone=form.time_zone) if form.time_zone else rules


def every_form(dialects: Sequence[Form] = ()) -> tuple[Form, ...]:
    """The forms a file of any kind may have; what else a file is besides its own kind is not among them.

    A file in no folder is of a kind only when that kind knows all of its headers: many a file has a column `date`.
    """
    return (*(canonical(kind, is_exact=True) for kind in KINDS.values()), *dialects)
