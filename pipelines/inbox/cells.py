"""How the text of one cell becomes a value: one type per meaning, canonical notation only.

A parser sees one trimmed, non-empty text and returns its value or raises `Wrong`. Reasons and remedies never repeat the
cell, because they are published. Numbers stand in `number_cells`; which column has which
type stands in `kinds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from babel.numbers import list_currencies

from pipelines import privacy
from pipelines.configuration.problems import nearest

if TYPE_CHECKING:
    from pipelines.inbox.forms import Form

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOMENT = pa.timestamp("us")
LONGEST_PLAIN_TEXT = 1_000
# the codes of ISO 4217 for tests and for "no currency"
NO_CURRENCIES = frozenset({"XTS", 3 * "X"})

# the first character is none that an error of a spreadsheet begins with
_PLAIN_TEXT = r"^[^#\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_ROUNDED_ID = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)? ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?",
    re.IGNORECASE,
)
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


class Wrong(ValueError):
    """A cell that cannot be taken, with what to do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason, self.remedy = reason, remedy


@dataclass(frozen=True)
class ReadingRules:
    """What reading depends on besides the file.

    `time_zone` is the zone of timestamps without offset, `pepper` the key of pseudonyms; `platform_aliases` maps other
    names of an ad platform to its one name; `dialects` are how vendors lay out their exports, and `dialects_hash` tells
    when one of them was changed.
    """

    time_zone: str
    pepper: bytes
    platform_aliases: Mapping[str, str] = field(default_factory=dict)
    dialects: Sequence[Form] = ()
    dialects_hash: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The company's zone."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def platforms(self) -> dict[str, str]:
        """The aliases as cells write them: in lower case with underscores."""
        return {_underscored(alias): platform for alias, platform in self.platform_aliases.items()}


@dataclass(frozen=True)
class CellType:
    """How text becomes a value of an Arrow type; `afterwards` is applied to all distinct values at once.

    `unclear` names those of the distinct texts of a column that could mean two things beside the others. `at_once`
    gives what `parse` would for all texts of a column that it is sure of, and NULL for the others, which are parsed one
    by one: whether these are unclear must not depend on the texts it was sure of.
    """

    arrow: pa.DataType
    parse: Callable[[str, ReadingRules], object]
    afterwards: Callable[[pa.Array], pa.Array] | None = None
    unclear: Callable[[Sequence[str]], frozenset[str]] = field(default=lambda cells: frozenset())
    at_once: Callable[[pa.Array], pa.Array] | None = None


def _text(cell: str, rules: ReadingRules) -> str:
    return _CONTROL.sub(" ", cell)


def _identifier(cell: str, rules: ReadingRules) -> str:
    if _ROUNDED_ID.fullmatch(cell):
        raise Wrong("a spreadsheet turned this id into a rounded number", "export it again with the column as text")
    return privacy.safe_id(_CONTROL.sub(" ", cell), rules.pepper)


def _url(cell: str, rules: ReadingRules) -> str | None:
    return privacy.clean_url(_CONTROL.sub(" ", cell))


def _platform(cell: str, rules: ReadingRules) -> str:
    """One name per platform before anything is stored: the platform is part of what a later file replaces."""
    name = _underscored(_text(cell, rules))
    return rules.platforms.get(name, name)


def _network(cell: str, rules: ReadingRules) -> str:
    """A social network: what ad platforms share one name for stays apart here."""
    return _underscored(_text(cell, rules))


def _underscored(text: str) -> str:
    return re.sub(r"[\s\-]+", "_", text.lower())


def _lower(cell: str, rules: ReadingRules) -> str:
    return _text(cell, rules).lower()


def _day(cell: str, rules: ReadingRules) -> date:
    remedy = "write the day as 2026-01-31"
    if not _DAY.fullmatch(cell):
        raise Wrong("not a day", remedy)
    try:
        value = date.fromisoformat(cell)
    except ValueError:
        raise Wrong("a day that the calendar does not have", remedy) from None
    _refuse_implausible(value)
    return value


def _moment(cell: str, rules: ReadingRules) -> datetime:
    remedy = "write the time as 2026-01-31T09:30:00+01:00, or as 2026-01-31 09:30 in the company's time zone"
    if not _MOMENT.fullmatch(cell):
        raise Wrong("not a time", remedy)
    try:
        value = datetime.fromisoformat(cell.upper().replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        raise Wrong("a time that the calendar does not have", remedy) from None
    _refuse_implausible(value)
    if value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    # an hour that occurs twice is its first occurrence (fold 0); a day without time is the first moment of that day
    utc = value.replace(tzinfo=rules.zone).astimezone(UTC)
    if len(cell) > len("2026-01-31") and utc.astimezone(rules.zone).replace(tzinfo=None) != value:
        raise Wrong(
            "a local time that the change to summer time skips", "give the offset, as in 2026-03-29T03:30:00+02:00"
        )
    return utc.replace(tzinfo=None)


def _refuse_implausible(value: date) -> None:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Wrong(f"a year outside {FIRST_YEAR} to {LAST_YEAR}", "correct the year, or leave the cell empty")


def _yes_no(cell: str, rules: ReadingRules) -> bool:
    word = cell.lower()
    if word not in _TRUE | _FALSE:
        raise Wrong("neither true nor false", "write true or false (1, 0, yes and no will do)")
    return word in _TRUE


def _currency(cell: str, rules: ReadingRules) -> str:
    code = cell.upper()
    if code not in iso_currencies():
        raise Wrong("not an ISO 4217 currency code", "write three letters such as EUR, USD or GBP")
    return code


@cache
def iso_currencies() -> frozenset[str]:
    """The codes of ISO 4217 that stand for money."""
    return frozenset(list_currencies()) - NO_CURRENCIES


def choice(*words: str) -> CellType:
    """One of these words, in any case; spaces and hyphens count as underscores."""

    def parse(cell: str, rules: ReadingRules) -> str:
        word = _underscored(cell)
        if word not in words:
            raise Wrong("not one of the words this column can hold", nearest(word, words))
        return word

    return CellType(pa.string(), parse)


def _texts(cells: pa.Array) -> pa.Array:
    """Texts as they are, where nothing in them acts on a terminal, is an error of a spreadsheet or very long."""
    is_sure = pc.and_(
        pc.match_substring_regex(cells, _PLAIN_TEXT), pc.less(pc.binary_length(cells), LONGEST_PLAIN_TEXT)
    )
    return cells if pc.all(is_sure).as_py() else pc.if_else(is_sure, cells, pa.scalar(None, pa.string()))


def _identifiers(cells: pa.Array) -> pa.Array:
    """Ids as they are, where nothing in them can be an address or a rounded number."""
    is_odd = pc.match_substring_regex(cells, rf"{privacy.SUSPICIOUS}|(?i:E\+)")
    return _texts(pc.if_else(is_odd, pa.scalar(None, pa.string()), cells) if pc.any(is_odd).as_py() else cells)


TEXT = CellType(pa.string(), _text, privacy.masked, at_once=_texts)
LOWER_TEXT = CellType(pa.string(), _lower, privacy.masked)
PLATFORM = CellType(pa.string(), _platform, privacy.masked)
NETWORK = CellType(pa.string(), _network, privacy.masked)
IDENTIFIER = CellType(pa.string(), _identifier, at_once=_identifiers)
URL = CellType(pa.string(), _url)
DAY = CellType(pa.date32(), _day)
TIME = CellType(MOMENT, _moment)
YES_NO = CellType(pa.bool_(), _yes_no)
CURRENCY = CellType(pa.string(), _currency)
