"""Days and times as a vendor writes them, in ISO: one notation per file, and none is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

import pyarrow as pa
from babel.dates import get_day_names, get_month_names

from pipelines.inbox.text_columns import each_distinct
from pipelines.inbox.unreadable import Unreadable

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?")
_WORD = re.compile(r"[^\W\d_]+\.?")
_HOURS = ("%H", "%I")


def days_in_iso(
    cells: pa.Array, notations: Sequence[str], language: str, column: str, name: str, others: Sequence[pa.Array] = ()
) -> pa.Array:
    """The days or times of a column of the file `name`; what fits no notation stays as it is, to be rejected.

    Where a column leaves it open whether the day or the month comes first, `others` of the file may decide.

    Raises:
        Unreadable: two notations read the same cells as different days.
    """
    fitting = _fitting(cells, notations, language)
    if _differ(fitting):
        decided = {order for one in others for order in _orders(_fitting(one, notations, language))}
        alike = {notation: read for notation, read in fitting.items() if decided == {_is_day_first(notation)}}
        fitting = alike or fitting
    if _differ(fitting):
        why = f"the column {column!r} can be read as day and month or as month and day"
        raise Unreadable(name, why, "keep one of the notations under `days` of its dialect")
    told = next(iter(fitting.values()), {})
    return each_distinct(cells, lambda cell: told.get(cell, cell)) if told else cells


def _fitting(cells: pa.Array, notations: Sequence[str], language: str) -> dict[str, dict[str, str]]:
    """The notations that read most of the cells, each with what it reads: a cell that none fits is a rejected row."""
    told = [cell for cell in cells.unique().to_pylist() if cell and not _ISO.fullmatch(cell)]
    readings = {one: _read(told, one, language) for one in notations} if told else {}
    most = max(map(len, readings.values()), default=0)
    return {notation: read for notation, read in readings.items() if most and len(read) == most}


def _differ(fitting: Mapping[str, Mapping[str, str]]) -> bool:
    readings = list(fitting.values())
    return any(one != readings[0] for one in readings)


def _orders(fitting: Mapping[str, Mapping[str, str]]) -> set[bool | None]:
    """Whether the day comes first, as far as a column decides it."""
    orders = {_is_day_first(notation) for notation in fitting}
    return orders if len(orders) == 1 and None not in orders else set()


def _is_day_first(notation: str) -> bool | None:
    """None where the month is a word, or not there."""
    return notation.find("%d") < notation.find("%m") if "%d" in notation and "%m" in notation else None


def spelled_alike(cells: pa.Array) -> pa.Array:
    """Times in ISO as texts are made of them: one time has one text, whatever file or format it comes from."""

    def spelled(cell: str) -> str:
        told = _MOMENT.fullmatch(cell)
        return f"{told[1]} {told[2]}{told[3] or ':00'}" if told else cell

    return each_distinct(cells, spelled)


def _read(told: Sequence[str], notation: str, language: str) -> dict[str, str]:
    """The cells that fit a notation, in ISO."""
    written = {}
    has_hours = any(hours in notation for hours in _HOURS)
    for cell in told:
        try:
            moment = datetime.strptime(_in_english(cell, language), notation)  # noqa: DTZ007 - the zone is not the cell's
        except ValueError:
            continue
        written[cell] = moment.isoformat(" ") if has_hours else moment.date().isoformat()
    return written


def _in_english(cell: str, language: str) -> str:
    """Names of months and weekdays in English, as strptime knows them."""
    names = _english_names(language)
    return _WORD.sub(lambda word: names.get(word[0].lower(), word[0]), cell)


@cache
def _english_names(language: str) -> Mapping[str, str]:
    """The English name, as short as the other, of each name of a month or a weekday."""
    if language == "en":
        return {}
    found: dict[str, str] = {}
    for names in (get_month_names, get_day_names):
        for width in ("wide", "abbreviated"):
            english = names(width, locale="en")
            for context in ("format", "stand-alone"):
                found |= {
                    spelled: english[place]
                    for place, own in names(width, context, language).items()
                    for spelled in (own.lower(), own.lower().rstrip("."), f"{own.lower().rstrip('.')}.")
                }
    return found
