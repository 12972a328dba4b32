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

ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?")
_WORD = re.compile(r"[^\W\d_]+\.?")
_HOURS = ("%H", "%I")
DAY_FIRST, MONTH_FIRST = "the day first", "the month first"


def days_in_iso(
    columns: Mapping[str, pa.Array], notations: Sequence[str], language: str, name: str
) -> dict[str, pa.Array]:  # fmt: skip
    """The columns of days and times of the file `name` in ISO; a cell that fits no notation stays, to be rejected.

    Whether the day or the month comes first is a property of the file: any cell with a part above 12 decides it for
    all, in every column, and also against a notation that the dialect does not know.

    Raises:
        Unreadable: some cells have the day first and others the month, all of them have what the dialect does not
            know, or nothing decides between two notations.
    """
    every = {cell for cells in columns.values() for cell in cells.unique().to_pylist() if cell}
    read = {
        cell: {one: day for one in notations if (day := read_day(cell, one, language))}
        for cell in every
        if not ISO.fullmatch(cell)
    }
    orders = {cell: _orders(cell, readings, notations, language) for cell, readings in read.items()}
    decided = {order for of_cell in orders.values() if len(of_cell) == 1 for order in of_cell}
    if len(decided) > 1:
        why = "some of its days are written with the day first and others with the month first"
        raise Unreadable(name, why, "export it again with one notation of days")
    in_iso: dict[str, str] = {}
    for cell, readings in read.items():
        days = {day for one, day in readings.items() if not decided or _order(one) in {None, *decided}}
        if len(days) > 1:
            column = next(column for column, cells in columns.items() if cell in cells.unique().to_pylist())
            why = f"the column {column!r} can be read as day and month or as month and day"
            raise Unreadable(name, why, "keep one of the notations under `days` of its dialect")
        if not days and orders[cell]:
            why = f"its days are written with {next(iter(decided))}, which its dialect does not know"
            raise Unreadable(name, why, "add the notation under `days` of its dialect")
        in_iso.update((cell, day) for day in days)
    return {
        column: each_distinct(cells, lambda cell: in_iso.get(cell, cell)) if in_iso else cells
        for column, cells in columns.items()
    }


def _orders(cell: str, readings: Mapping[str, str], notations: Sequence[str], language: str) -> set[str]:
    """Which part may come first in a cell, by the notations of the dialect and by what they are the mirrors of."""
    known = {order for one in readings if (order := _order(one))}
    mirrors = [mirror for one in notations if (mirror := _mirror(one))]
    return known | {order for one in mirrors if (order := _order(one)) and read_day(cell, one, language)}


def _order(notation: str) -> str | None:
    """Which part comes first; None where the month is a word, or the year decides what follows."""
    places = [notation.find(part) for part in ("%d", "%m", "%Y")]
    if -1 in places[:2] or -1 < places[2] < min(places[:2]):
        return None
    return DAY_FIRST if places[0] < places[1] else MONTH_FIRST


def _mirror(notation: str) -> str | None:
    """The notation with day and month the other way round; None where that is no notation of anybody."""
    if _order(notation) is None:
        return None
    return re.sub("%[dm]", lambda part: "%m" if part[0] == "%d" else "%d", notation)


def spelled_alike(cells: pa.Array) -> pa.Array:
    """Times in ISO as texts are made of them: one time has one text, whatever file or format it comes from."""

    def spelled(cell: str) -> str:
        told = _MOMENT.fullmatch(cell)
        return f"{told[1]} {told[2]}{told[3] or ':00'}" if told else cell

    return each_distinct(cells, spelled)


def read_day(cell: str, notation: str, language: str) -> str | None:
    """A cell in ISO, None where it does not fit the notation."""
    try:
        moment = datetime.strptime(_in_english(cell, language), notation)  # noqa: DTZ007 - the zone is not the cell's
    except ValueError:
        return None
    return moment.isoformat(" ") if any(hours in notation for hours in _HOURS) else moment.date().isoformat()


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
