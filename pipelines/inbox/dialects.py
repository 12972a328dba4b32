"""Export dialects: `config/exports/<vendor>_<report>.yaml` says how a vendor's file becomes rows of a kind.

Here texts become forms, checked against the kind; recognising a file belongs to `layouts`, its cells to `notations`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Literal

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from pipelines.configuration.located_yaml import LocatedYaml, read_yaml
from pipelines.configuration.problems import Problems, UnfitError, nearest
from pipelines.configuration.strict import Id, Listed, StrictModel, Text
from pipelines.inbox.forms import Form, Notation, Totals
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.shapes import Kind

FOLDER = "exports"
CURRENCY = "{currency}"
CODE = "(?P<currency>[a-z]{3})"


def _language(code: str) -> str:
    try:
        return str(Locale.parse(code).language)
    except (UnknownLocaleError, ValueError):
        raise UnfitError(f"{code!r} is no language", "write a code such as en, nl, de or fr") from None


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Headers = Annotated[Listed[Text], BeforeValidator(_several)]
Language = Annotated[str, AfterValidator(_language)]


class TotalRows(StrictModel):
    """How rows of totals are told: by how their first cell begins, or by a column that is empty in them alone."""

    starts_with: Listed[Text] = ()
    empty: Id | None = None


class Dialect(StrictModel):
    """One export of one vendor.

    `seen` says where its headers are known from; `columns` names the headers of each column of the kind by language,
    `{currency}` in one stands for the code that the header tells. `days` are notations of days (strptime) besides ISO.
    """

    kind: Id
    seen: Literal["in files", "in code", "nowhere"]
    columns: Mapping[Id, Mapping[Language, Headers]]
    constants: Mapping[Id, Text] = Field(default_factory=dict)
    totals: TotalRows = TotalRows()
    days: Listed[Text] = ()
    missing: Listed[Text] = ()


def read_dialects(texts: Mapping[str, str], place: str = "config") -> tuple[Form, ...]:
    """The forms in the texts of a configuration, by path below its folder; `place` is how errors call the folder.

    Raises:
        WrongUse: one is wrong; file, line and remedy are said.
    """
    files = sorted(name for name in texts if PurePosixPath(name).parent.name == FOLDER)
    return tuple(_form(PurePosixPath(name).stem, read_yaml(texts[name], f"{place}/{name}")) for name in files)


def _form(name: str, document: LocatedYaml) -> Form:
    problems = Problems(document.file)
    try:
        dialect = Dialect.model_validate(document.data)
    except ValidationError as error:
        problems.add_invalid(error, document, Dialect)
        raise problems.error() from None
    kind = KINDS.get(dialect.kind)
    if kind is None:
        problems.add(document.line_of(("kind",)), f"{dialect.kind!r} is no kind of file", nearest(dialect.kind, KINDS))
        raise problems.error()
    _check_columns(dialect, kind, document, problems)
    plain, patterns = {}, []
    languages: dict[str, str] = {}
    for column, by_language in dialect.columns.items():
        for language, headers in by_language.items():
            for header in (one.lower() for one in headers):
                languages.setdefault(header, language)
                if CURRENCY in header:
                    before, _, after = header.partition(CURRENCY)
                    patterns.append((re.compile(re.escape(before) + CODE + re.escape(after)), column))
                else:
                    plain[header] = column
    given = {*dialect.constants, *({"currency"} if patterns else ())}
    return Form(
        name,
        kind.name,
        plain,
        frozenset(column for column in kind.required if column not in given),
        missing=frozenset(dialect.missing),
        patterns=tuple(patterns),
        constants=dict(dialect.constants),
        totals=Totals(tuple(one.lower() for one in dialect.totals.starts_with), dialect.totals.empty),
        notation=Notation(languages, dialect.days),
    )


def _check_columns(dialect: Dialect, kind: Kind, document: LocatedYaml, problems: Problems) -> None:
    names = [column.name for column in kind.columns]
    for block in ("columns", "constants"):
        for column in getattr(dialect, block):
            if column not in names:
                why = f"{kind.name} has no column {column!r}"
                problems.add(document.line_of((block, column)), why, nearest(column, names))
    given = {*dialect.columns, *dialect.constants}
    if any(CURRENCY in header for by in dialect.columns.values() for headers in by.values() for header in headers):
        given.add("currency")
    lacking = [column for column in kind.required if column not in given]
    if lacking:
        why = f"nothing becomes the column {lacking[0]!r}, which {kind.name} needs"
        problems.add(document.line_of(("columns",)), why, "name its header under columns, or its value under constants")
    problems.raise_if_any()
