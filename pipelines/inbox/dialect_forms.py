"""From the texts of dialects to the forms of files, checked against the kinds: every name has to mean something.

What a dialect may say stands in `dialects`; recognising a file belongs to `layouts`, its cells to `notations`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from pydantic import ValidationError

from pipelines.configuration.loading import EXPORT_FOLDER
from pipelines.configuration.located_yaml import LocatedYaml, read_yaml
from pipelines.configuration.problems import Place, Problems, nearest
from pipelines.inbox.calculations import OF_THE_FILE, Calculation, Numbering, formula, numbering, template
from pipelines.inbox.dialect_names import Names
from pipelines.inbox.dialects import Dialect, NamedLines, Rows
from pipelines.inbox.forms import Form, Group, Lines, Notation, Totals
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.shapes import Kind

DIVISORS = {"micros": 1_000_000, "cents": 100, "percent": 100}


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
    found = Names(rows, kind, document, problems, at)
    found.check_names()
    found.check_lines(dialect)
    problems.raise_if_any()
    plain, patterns, languages = found.headers()
    spread = found.spread(languages)
    made = (
        *found.made("formulas", formula),
        *found.made("texts", template),
        *found.made("numbered", numbering),
    )
    given = {*rows.constants, *rows.parameters, *_told_above(dialect), *(("currency",) if patterns else ())}
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
        totals=Totals(
            **vars(_lines(dialect.totals)),
            ends_with=_lower(dialect.totals.ends_with),
            control=_lower(dialect.totals.control),
        ),
        notes=_lines(dialect.notes),
        ends_at_blank_line=dialect.ends_at_blank_line,
        notation=_notation(rows, dialect, languages),
        group=Group(rows.group.sum, rows.group.first, rows.group.identical_lines == "once") if rows.group else None,
        sheets=_lower(dialect.sheet),
        delimiter=dialect.delimiter or "",
        encoding=dialect.encoding or "",
        time_zone=dialect.time_zone or "",
        is_full=dialect.full,
        is_exact=dialect.exact,
        ignored=dialect.ignored or "",
        when_missing=dict(rows.when_missing),
        row=rows.row or "",
    )


def _notation(rows: Rows, dialect: Dialect, languages: Mapping[str, str]) -> Notation:
    return Notation(
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
    )


def _required(
    rows: Rows, dialect: Dialect, kind: Kind, given: set[str], made: Iterable[Calculation | Numbering]
) -> tuple[str, ...]:  # fmt: skip
    """What a header has to hold: all that the kind needs, or that it is made of; of headers nobody saw, every one."""
    makes = {one.column: one.names for one in made}
    required = () if dialect.ignored else kind.required
    needed = [one for column in required for one in makes.get(column, (column,)) if one not in given]
    needed += rows.recognised_by
    if dialect.seen == "nowhere":
        needed += [*rows.columns, *rows.further]
    return tuple(dict.fromkeys(one for one in needed if one not in OF_THE_FILE))


def _told_above(dialect: Dialect) -> Iterable[str]:
    return (name for lines in dialect.preamble.values() for line in lines for name in re.findall(r"{([a-z_]+)}", line))


def _pattern(line: str) -> re.Pattern[str]:
    """A line above the header, in any case; `{column}` is what it tells, and it may go on after what is named."""
    parts = re.split(r"{([a-z_]+)}", line)
    told = (f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile("".join(told) + ("" if line.endswith("}") else ".*"), re.IGNORECASE)


def _lines(said: NamedLines) -> Lines:
    return Lines(_lower(said.starts_with), said.empty)


def _lower(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text.lower() for text in texts)
