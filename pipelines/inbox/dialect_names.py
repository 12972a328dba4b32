"""The names that a dialect uses, held against the columns of its kind: each has to mean something.

What becomes of them stands in `dialect_forms`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from pipelines.configuration.located_yaml import LocatedYaml
from pipelines.configuration.problems import Place, Problems, UnfitError, nearest
from pipelines.inbox.calculations import OF_THE_FILE, Calculation, Numbering
from pipelines.inbox.cells import iso_currencies
from pipelines.inbox.dialects import CURRENCY, Dialect, Headers, Rows
from pipelines.inbox.forms import Spread
from pipelines.inbox.number_cells import is_number
from pipelines.inbox.shapes import Kind

# what rates are per unit of
BASE = "EUR"
CODE = "(?P<currency>[a-z]{3})"
# the blocks of a dialect whose keys are columns of the kind
BY_COLUMN = ("columns", "formulas", "texts", "numbered", "values", "first_of")
# those whose keys may be names that only formulas know
BY_NAME = ("constants", "parameters", "units", "decimals", "missing_in")


class Names:
    """The names that one block of rows uses, held against the columns of its kind."""

    def __init__(self, rows: Rows, kind: Kind, document: LocatedYaml, problems: Problems, at: Place) -> None:
        self.rows, self.kind, self.problems = rows, kind, problems
        self.line_of: Callable[[Place], int] = lambda place: document.line_of((*at, *place))
        self.names = [column.name for column in kind.columns]

    def check_names(self) -> None:
        """Every key is a column of the kind, or a further name where that will do."""
        listed: list[tuple[Place, str, list[str]]] = [
            ((block, key), key, self.names) for block in BY_COLUMN for key in getattr(self.rows, block)
        ]
        named = [*self.names, *self.rows.further, *_names_in(self.rows.formulas.values())]
        listed += [((block, key), key, named) for block in BY_NAME for key in getattr(self.rows, block)]
        headed = [*self.rows.columns, *self.rows.further]
        listed += [(("recognised_by",), key, headed) for key in self.rows.recognised_by]
        if self.rows.group:
            places = [*self.rows.group.sum, *self.rows.group.first]
            listed += [(("group",), key, self.names) for key in places]
        if self.rows.spread:
            listed += [(("spread",), key, self.names) for key in (self.rows.spread.into, self.rows.spread.value)]
        for place, key, known in listed:
            if key not in known:
                why = f"{self.kind.name} has no column {key!r}" if known is not headed else f"{key!r} has no header"
                self.problems.add(self.line_of(place), why, nearest(key, known))
        for key in {*self.rows.constants, *self.rows.parameters} & {*self.rows.columns}:
            why = f"{key!r} has a header and is said for every row"
            self.problems.add(self.line_of(("columns", key)), why, "keep one of them")
        numbers = [one.name for one in self.kind.columns if is_number(one.type.arrow)]
        for key in self.rows.group.sum if self.rows.group else ():
            if key in self.names and (key not in numbers or key in self.kind.key):
                self.problems.add(self.line_of(("group",)), f"{key!r} is no number that can be summed", "leave it out")
        for key in self.rows.further:
            if key in self.names or key in OF_THE_FILE:
                why = f"{key!r} is a name already"
                self.problems.add(self.line_of(("further", key)), why, "give the header another name")

    def check_lines(self, dialect: Dialect) -> None:
        """What tells lines apart has a header, and what stands above one tells a column, once."""
        for block in ("totals", "notes"):
            empty = getattr(dialect, block).empty
            if empty is not None and empty not in {*self.rows.columns, *self.rows.further} and self.rows is dialect:
                self.problems.add(self.line_of((block,)), f"{empty!r} has no header", nearest(empty, self.rows.columns))
        for line in (line for lines in dialect.preamble.values() for line in lines):
            told = re.findall(r"{(.*?)}", line)
            for name in told:
                if name not in self.names or told.count(name) > 1:
                    why = f"{line!r} does not tell a column of {self.kind.name}, once"
                    self.problems.add(self.line_of(("preamble",)), why, nearest(name, self.names))

    def headers(self) -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...], dict[str, str]]:
        """The columns by header, the headers that tell the currency, and the language of each header."""
        plain: dict[str, str] = {}
        patterns: list[tuple[re.Pattern[str], str]] = []
        languages: dict[str, str] = {}
        for block in ("columns", "further"):
            for column, header, language in _wordings(getattr(self.rows, block)):
                _note_language(languages, header, language)
                if CURRENCY in header:
                    before, _, after = header.partition(CURRENCY)
                    patterns.append((re.compile(re.escape(before) + CODE + re.escape(after)), column))
                elif plain.setdefault(header, column) != column:
                    why = f"the header {header!r} stands for two columns"
                    self.problems.add(self.line_of((block, column)), why, "take it off one of them")
        return plain, tuple(patterns), languages

    def spread(self, languages: dict[str, str]) -> Spread | None:
        """The headers whose cells are rows, their languages noted."""
        said = self.rows.spread
        if said is None:
            return None
        if isinstance(said.headers, str):
            return Spread(
                said.into, said.value, pattern=re.compile("|".join(sorted(map(str.lower, iso_currencies() - {BASE}))))
            )
        names = {}
        for name, header, language in _wordings(said.headers):
            names[header] = name
            _note_language(languages, header, language)
            if self.rows.columns and any(header == one for _, one, _ in _wordings(self.rows.columns)):
                why = f"the header {header!r} is a column and a row of its own"
                self.problems.add(self.line_of(("spread",)), why, "take it off one of them")
        return Spread(said.into, said.value, names)

    def made(self, block: str, reading: Callable[[str, str], Calculation | Numbering]) -> list[Calculation | Numbering]:
        """What a block makes of other columns; each of their names is one that has a header, or a further one."""
        found: list[Calculation | Numbering] = []
        said = (self.rows.columns, self.rows.further, self.rows.constants, self.rows.parameters)
        known = [*(name for names in said for name in names), *OF_THE_FILE]
        for column, text in getattr(self.rows, block).items():
            try:
                one = reading(column, text)
            except UnfitError as problem:
                self.problems.add(self.line_of((block, column)), problem.why, problem.remedy)
                continue
            for name in one.names:
                if name not in known:
                    why = f"no header is called {name!r}"
                    self.problems.add(self.line_of((block, column)), why, nearest(name, known))
            found.append(one)
        return found

    def check_required(self, given: set[str], made: Iterable[Calculation | Numbering]) -> None:
        """Something becomes each column that the kind needs."""
        said = self.rows.spread
        have = {*given, *self.rows.columns, *(one.column for one in made)}
        have |= {said.into, said.value} if said else set()
        lacking = [column for column in self.kind.required if column not in have]
        if lacking:
            why = f"nothing becomes the column {lacking[0]!r}, which {self.kind.name} needs"
            remedy = "name its header under columns, or its value under constants"
            self.problems.add(self.line_of(("columns",)), why, remedy)


def _wordings(headers: Mapping[str, Headers]) -> Iterable[tuple[str, str, str]]:
    """Each name with each of its headers in lower case, and the language of that."""
    for name, by_language in headers.items():
        for language, several in by_language.items():
            yield from ((name, header.lower(), language) for header in several)


def _note_language(languages: dict[str, str], header: str, language: str) -> None:
    """A header that two languages share tells neither."""
    languages[header] = language if languages.get(header, language) == language else ""


def _names_in(formulas: Iterable[str]) -> set[str]:
    return {name for text in formulas for name in re.findall(r"[a-z][a-z0-9_]*", text)}
