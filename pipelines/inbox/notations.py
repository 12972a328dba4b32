"""What a dialect's cells say, written in canonical notation: numbers, days, and what every row of the file says.

A notation is a property of the file, decided once from all of its cells; what does not fit stays as it is, and is
rejected with its line where columns are typed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
from babel import Locale
from babel.numbers import get_decimal_symbol

from pipelines.inbox.cells import MOMENT
from pipelines.inbox.forms import Notation
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.text_tables import TextTable
from pipelines.inbox.unreadable import Unreadable

MARKS = {".": "a dot", ",": "a comma"}
_SPACES = re.compile(r"[\s\u00a0\u202f'\u2019]+")
_UNIT = re.compile(r"^(?:[A-Za-z]{0,3}[$\u20ac\u00a3\u00a5]|[A-Z]{3})|(?:[$\u20ac\u00a3\u00a5%]|[A-Z]{3})$")
_SIGN = re.compile(r"^[-\u2212]|^\((.*)\)$")
_DIGITS = re.compile(r"[0-9][0-9.,]*|[.,][0-9]+")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")


def in_canonical_notation(table: TextTable, name: str) -> TextTable:
    """The table of the file `name` as a canonical file would say it; one of a canonical form stays as it is.

    Raises:
        Unreadable: its numbers or days are written in two ways, or in one that can be meant in two.
    """
    form = table.form
    if form.notation is None:
        return table
    columns = dict(table.columns)
    types = {column.name: column.type.arrow for column in KINDS[form.kind].columns}
    numbers = [one for one in columns if pa.types.is_decimal(types[one]) or pa.types.is_integer(types[one])]
    mark = _decimal_mark((columns[one] for one in numbers), _language(table.headers, form.notation), name)
    for column in numbers:
        columns[column] = _each(columns[column], lambda cell: _number(cell, mark))
    for column in [one for one in columns if types[one] in (pa.date32(), MOMENT)]:
        columns[column] = _days(columns[column], form.notation.days, column, name)
    for column, text in {**form.constants, **form.told_by(table.headers)}.items():
        columns[column] = pa.repeat(pa.scalar(text), len(table.lines))
    return replace(table, columns=columns)


def _each(cells: pa.Array, write: Callable[[str], str | None]) -> pa.Array:
    encoded = cells.dictionary_encode()
    written = [write(cell) for cell in encoded.dictionary.to_pylist()]
    return pa.array(written, pa.string()).take(encoded.indices)


def _language(headers: Iterable[str], notation: Notation) -> str:
    """The language that most of the headers are in."""
    found = Counter(notation.languages[header] for header in headers if header in notation.languages)
    return found.most_common(1)[0][0] if found else "en"


def _decimal_mark(columns: Iterable[pa.Array], language: str, name: str) -> str:
    """What stands before the decimals: as the cells say, else as the language of the header writes it."""
    told = {mark for cells in columns for cell in cells.unique().to_pylist() if cell for mark in _told_by(cell)}
    if len(told) > 1:
        why = "its numbers have a dot before the decimals in some cells and a comma in others"
        raise Unreadable(name, why, "export it again with one notation")
    return told.pop() if told else get_decimal_symbol(Locale.parse(language))


def _told_by(cell: str) -> set[str]:
    """The decimal mark that a cell cannot be meant without; none where it has only one group of three digits."""
    _, digits = _bare(cell)
    for mark, other in ((".", ","), (",", ".")):
        if digits.count(other) > 1 or (digits.count(other) == 1 and 0 < digits.find(other) < digits.find(mark)):
            return {mark}
        if digits.count(mark) == 1 and other not in digits and len(digits.partition(mark)[2]) != 3:
            return {mark}
    return set()


def _bare(cell: str) -> tuple[str, str]:
    """Sign and digits of a number, without unit and spaces; the digits are empty when it is none."""
    text = _UNIT.sub("", _UNIT.sub("", _SPACES.sub("", cell)))
    negative = _SIGN.match(text)
    digits = (negative[1] or text[1:]) if negative else text
    return "-" if negative else "", digits if _DIGITS.fullmatch(digits) else ""


def _number(cell: str | None, mark: str) -> str | None:
    sign, digits = _bare(cell or "")
    whole, _, decimals = digits.replace("," if mark == "." else ".", "").partition(mark)
    if not digits or mark in decimals:
        return cell
    return f"{sign}{whole or '0'}{'.' if decimals else ''}{decimals}"


def _days(cells: pa.Array, formats: Sequence[str], column: str, name: str) -> pa.Array:
    """Days and times in ISO; of notations that read the same cells otherwise none is guessed."""
    told = [cell for cell in cells.unique().to_pylist() if cell and not _ISO.fullmatch(cell)]
    if not told:
        return cells
    readings = [written for one in formats if (written := _all_read(told, one))]
    if any(one != readings[0] for one in readings):
        why = f"the column {column!r} can be read as day and month or as month and day"
        raise Unreadable(name, why, "keep one of the notations under `days` of its dialect")
    if not readings:
        return cells
    return _each(cells, lambda cell: readings[0].get(cell, cell))


def _all_read(told: Sequence[str], notation: str) -> dict[str, str]:
    """The cells in ISO by this notation; nothing when one of them does not fit it."""
    written = {}
    for cell in told:
        try:
            moment = datetime.strptime(cell, notation)  # noqa: DTZ007 - the zone of the company or the dialect counts
        except ValueError:
            return {}
        written[cell] = moment.isoformat(" ") if "%H" in notation or "%I" in notation else moment.date().isoformat()
    return written
