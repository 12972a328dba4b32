"""Export dialects: what `config/exports/<vendor>_<report>.yaml` may say of a vendor's file, as validated models.

How a dialect becomes the forms of files stands in `dialect_forms`, what each word does to a file in docs/exports.md.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipelines.configuration.loading import EXPORT_FOLDER
from pipelines.configuration.problems import UnfitError
from pipelines.configuration.strict import Id, Listed, StrictModel, Text

CURRENCY = "{currency}"
# every language
ALL = ""


def _language(code: str) -> str:
    try:
        return str(Locale.parse(code).language)
    except (UnknownLocaleError, ValueError):
        raise UnfitError(f"{code!r} is no language", "write a code such as en, nl, de or fr") from None


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise UnfitError(f"{name!r} is no time zone", "write one such as Europe/Amsterdam or UTC") from None


def _encoding(name: str) -> str:
    try:
        b"a".decode(name)
        return codecs.lookup(name).name
    except (LookupError, UnicodeError):
        raise UnfitError(f"{name!r} is no encoding", "write one such as utf-8, cp1252 or iso8859-2") from None


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Several = Annotated[Listed[Text], BeforeValidator(_several)]
Language = Annotated[str, AfterValidator(_language)]
Headers = Mapping[Language, Several]
"""The wordings of a header, or of a line, by language."""


def _by_language(value: object) -> object:
    return value if isinstance(value, dict) else {ALL: value}


def _notation(text: str) -> str:
    try:
        datetime.strptime(datetime(2026, 10, 31, 21, 45).strftime(text), text)  # noqa: DTZ001, DTZ007 - any moment
    except ValueError:
        raise UnfitError(f"{text!r} is no notation of days", "write one as in %d/%m/%Y") from None
    return text


def _language_or_all(code: str) -> str:
    return code if code == ALL else _language(code)


Notations = Annotated[Listed[Annotated[Text, AfterValidator(_notation)]], BeforeValidator(_several)]
Days = Annotated[Mapping[Annotated[str, AfterValidator(_language_or_all)], Notations], BeforeValidator(_by_language)]


class NamedLines(StrictModel):
    """Lines that are no rows, told by how their first cell begins and by a column that is empty; all has to hold."""

    starts_with: Several = ()
    empty: Id | None = None


class TotalRows(NamedLines):
    """Rows of totals; `control` begins those that the rows have to sum to, the best one first.

    `ends_with` is what their last cell says, which may stand beyond the last header.
    """

    ends_with: Several = ()
    control: Several = ()

    @model_validator(mode="after")
    def _is_told_by_its_columns(self) -> Self:
        if self.ends_with and not (self.starts_with or self.empty):
            raise UnfitError("ends_with tells no row by itself", "name the column that is empty in a total", "totals")
        return self


class SpreadHeaders(StrictModel):
    """Headers whose cells are rows of their own: `headers` by the name they get in `into`, or as a pattern."""

    into: Id
    value: Id
    headers: Mapping[Text, Headers] | Literal["{currency}"]


class GroupedLines(StrictModel):
    """Lines that are one row together: what is summed, what the first line says; the others have to agree."""

    sum: Listed[Id] = ()
    first: Listed[Id] = ()
    identical_lines: Literal["each", "once"] = "each"


class Rows(StrictModel):
    """What the lines of a file become: rows of one kind.

    `columns` names the headers of each column of the kind, `further` headers that only `formulas` and `texts` use.
    `recognised_by` are those of both without which a file is another one, besides what the kind needs.
    `parameters` are what the file does not say and somebody has to, for all of its rows.
    """

    kind: Id
    row: Text | None = None
    columns: Mapping[Id, Headers]
    recognised_by: Several = ()
    further: Mapping[Id, Headers] = Field(default_factory=dict)
    constants: Mapping[Id, Text] = Field(default_factory=dict)
    parameters: Mapping[Id, Text | None] = Field(default_factory=dict)
    formulas: Mapping[Id, Text] = Field(default_factory=dict)
    texts: Mapping[Id, Text] = Field(default_factory=dict)
    numbered: Mapping[Id, Id] = Field(default_factory=dict)
    spread: SpreadHeaders | None = None
    group: GroupedLines | None = None
    values: Mapping[Id, Mapping[Text, Several]] = Field(default_factory=dict)
    first_of: Mapping[Id, Text] = Field(default_factory=dict)
    units: Mapping[Id, Literal["micros", "cents", "percent"]] = Field(default_factory=dict)
    decimals: Mapping[Id, Annotated[int, Field(ge=0, le=6)]] = Field(default_factory=dict)
    missing_in: Mapping[Id, Several] = Field(default_factory=dict)
    when_missing: Mapping[Id, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.columns:
            raise UnfitError("no column has a header", "name at least one under columns")
        return self


class Dialect(Rows):
    """One export of one vendor: how its file is recognised and read, and what its lines become.

    `seen` says where its headers are known from; of one that nobody has seen, every header has to be there. `also`
    are the rows of other kinds that the same lines become, `unless` headers that only other exports have.
    `exact`: a file with any other header is another one; `ignored` is why nothing is made of such a file.
    """

    seen: Literal["in files", "in code", "nowhere"]
    unless: Several = ()
    preamble: Mapping[Language, Several] = Field(default_factory=dict)
    sheet: Several = ()
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    missing: Several = ()
    days: Days = Field(default_factory=dict)
    time_zone: Annotated[str, AfterValidator(_zone)] | None = None
    totals: TotalRows = TotalRows()
    notes: NamedLines = NamedLines()
    ends_at_blank_line: bool = False
    full: bool = False
    exact: bool = False
    ignored: Text | None = None
    also: Listed[Rows] = ()


def hash_of_dialects(texts: Mapping[str, str]) -> str:
    """What tells the dialects of a configuration from those before somebody changed one; `texts` are all its files."""
    of_exports = sorted(one for one in texts.items() if PurePosixPath(one[0]).parent.name == EXPORT_FOLDER)
    return hashlib.sha256(repr(of_exports).encode()).hexdigest()
