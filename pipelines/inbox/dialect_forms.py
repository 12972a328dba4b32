"""From the texts of dialects to the forms of files, checked against the kinds: every name has to mean something.

What a dialect may say stands in `dialects`; recognising a file belongs to `layouts`, its cells to `notations`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from pydantic import ValidationError

from pipelines.configuration.loading import EXPORT_FOLDER
from pipelines.configuration.located_yaml import LocatedYaml, read_yaml
from pipelines.configuration.problems import Place, Problems, UnfitError, nearest
from pipelines.inbox.calculations import LINE, Calculation, formula, template
from pipelines.inbox.cells import iso_currencies
from pipelines.inbox.dialects import CURRENCY, Dialect, Headers, NamedLines, Rows
from pipelines.inbox.forms import Form, Group, Lines, Notation, Spread, Totals
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.shapes import Kind

CODE = "(?P<currency>[a-z]{3})"
DIVISORS = {"micros": 1_000_000, "cents": 100, "percent": 100}
# the blocks of a dialect whose keys are columns of the kind
BY_COLUMN = ("columns", "formulas", "texts", "values", "first_of")
# those whose keys may be names that only formulas know
BY_NAME = ("constants", "parameters", "units", "decimals", "missing_in")


def read_dialects(texts: Mapping[str, str], place: str = "config") -> tuple[Form, ...]:
    """The forms in the texts of a configuration, by path below its folder; `place` is how errors call the folder.

    Raises:
        WrongUse: one is wrong; file, line and remedy are said.
    """
    files = sorted(name for name in texts if PurePosixPath(name).parent.name == EXPORT_FOLDER)
    return tuple(form_of(PurePosixPath(name).stem, texts[name], f"{place}/{name}") for name in files)


def form_of(name: str, text: str, file: str) -> Form:
    """The form that one dialect describes.

    Raises:
        WrongUse: it is wrong; file, line and remedy are said.
    """
    document = read_yaml(text, file)
    problems = Problems(file)
    try:
        dialect = Dialect.model_validate(document.data)
    except ValidationError as error:
        problems.add_invalid(error, document, Dialect)
        raise problems.error() from None
    form = _form(name, dialect, dialect, document, problems, ())
    also = tuple(
        _form(name, rows, dialect, document, problems, ("also", place)) for place, rows in enumerate(dialect.also)
    )
    problems.raise_if_any()
    return replace(form, also=also)


def _form(
    name: str, rows: Rows, dialect: Dialect, document: LocatedYaml, problems: Problems, at: Place
) -> Form:  # fmt: skip
    kind = KINDS.get(rows.kind)
    if kind is None:
        problems.add(document.line_of((*at, "kind")), f"{rows.kind!r} is no kind of file", nearest(rows.kind, KINDS))
        raise problems.error()
    found = _Reader(rows, kind, document, problems, at)
    found.check_names()
    plain, patterns, languages = found.headers()
    spread = found.spread(languages)
    made = (*found.made("formulas", formula), *found.made("texts", template))
    given = {*rows.constants, *rows.parameters, *(name for name in _told_above(dialect)), *_currency_of(patterns)}
    required = _required(rows, dialect, kind, given, made)
    if not dialect.ignored:
        found.check_required(given, made)
    return Form(
        name,
        kind.name,
        plain,
        required,
        spread=spread,
        missing=frozenset(dialect.missing),
        patterns=patterns,
        strange=frozenset(_lower(dialect.unless)),
        preambles=tuple(tuple(_pattern(line) for line in lines) for lines in dialect.preamble.values()),
        constants={**rows.constants, **{key: text for key, text in rows.parameters.items() if text is not None}},
        unset=tuple(key for key, text in rows.parameters.items() if text is None),
        made=made,
        totals=Totals(**vars(_lines(dialect.totals)), control=_lower(dialect.totals.control)),
        notes=_lines(dialect.notes),
        ends_at_blank_line=dialect.ends_at_blank_line,
        notation=Notation(
            languages,
            dialect.days,
            {column: DIVISORS[unit] for column, unit in rows.units.items()},
            dict(rows.decimals),
            {
                column: {cell.lower(): word for word, cells in words.items() for cell in cells}
                for column, words in rows.values.items()
            },
            dict(rows.first_of),
            {column: frozenset(cells) for column, cells in rows.missing_in.items()},
        ),
        group=Group(rows.group.sum, rows.group.first, rows.group.identical_lines == "once") if rows.group else None,
        sheets=_lower(dialect.sheet),
        delimiter=dialect.delimiter or "",
        encoding=dialect.encoding or "",
        time_zone=dialect.time_zone or "",
        is_full=dialect.full,
        ignored=dialect.ignored or "",
        when_missing=dict(rows.when_missing),
        row=rows.row or "",
    )


def _required(
    rows: Rows, dialect: Dialect, kind: Kind, given: set[str], made: Iterable[Calculation]
) -> tuple[str, ...]:  # fmt: skip
    """What a header has to hold: all that the kind needs, or that it is made of; of headers nobody saw, every one."""
    makes = {one.column: one.names for one in made}
    required = () if dialect.ignored else kind.required
    needed = [one for column in required for one in makes.get(column, (column,)) if one not in given]
    needed += rows.recognised_by
    if dialect.seen == "nowhere":
        needed += [*rows.columns, *rows.further]
    return tuple(dict.fromkeys(one for one in needed if one != LINE))


class _Reader:
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
        for key in self.rows.further:
            if key in self.names or key == LINE:
                why = f"{key!r} is a name already"
                self.problems.add(self.line_of(("further", key)), why, "give the header another name")

    def headers(self) -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...], dict[str, str]]:
        """The columns by header, the headers that tell the currency, and the language of each header."""
        plain: dict[str, str] = {}
        patterns: list[tuple[re.Pattern[str], str]] = []
        languages: dict[str, str] = {}
        for block in ("columns", "further"):
            for column, header, language in _wordings(getattr(self.rows, block)):
                languages.setdefault(header, language)
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
            return Spread(said.into, said.value, pattern=re.compile("|".join(sorted(map(str.lower, iso_currencies())))))
        names = {}
        for name, header, language in _wordings(said.headers):
            names[header] = name
            languages.setdefault(header, language)
        return Spread(said.into, said.value, names)

    def made(self, block: str, reading: Callable[[str, str], Calculation]) -> list[Calculation]:
        """What formulas or templates make; each of their names is a column that has a header, or a further one."""
        found = []
        known = [*self.rows.columns, *self.rows.further, *self.rows.constants, *self.rows.parameters, LINE]
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

    def check_required(self, given: set[str], made: Iterable[Calculation]) -> None:
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


def _names_in(formulas: Iterable[str]) -> set[str]:
    return {name for text in formulas for name in re.findall(r"[a-z][a-z0-9_]*", text)}


def _currency_of(patterns: Iterable[tuple[re.Pattern[str], str]]) -> set[str]:
    return {"currency"} if any(True for _ in patterns) else set()


def _told_above(dialect: Dialect) -> Iterable[str]:
    return (name for lines in dialect.preamble.values() for line in lines for name in re.findall(r"{([a-z_]+)}", line))


def _pattern(line: str) -> re.Pattern[str]:
    """A line above the header, in any case; `{column}` is what it tells, and it may go on after what is named."""
    parts = re.split(r"{([a-z_]+)}", line)
    told = (f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile("".join(told) + ("" if line.endswith("}") else ".*"), re.IGNORECASE)


def _lines(said: NamedLines) -> Lines:
    return Lines(_lower(said.starts_with), _lower(said.ends_with), said.empty)


def _lower(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text.lower() for text in texts)
