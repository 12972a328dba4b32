"""Numbers as a vendor writes them, as canonical text: one decimal mark per file, units and signs taken off.

A cell that is no number stays as it is, and is rejected with its line where columns are typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa

from pipelines.inbox.text_columns import each_distinct
from pipelines.inbox.unreadable import Unreadable

_SPACES = re.compile(r"[\s\u00a0\u202f'\u2019]+")
_UNIT = re.compile(r"^(?:[A-Za-z]{0,3}[$\u20ac\u00a3\u00a5]|[A-Z]{3})|(?:[$\u20ac\u00a3\u00a5%]|[A-Z]{3})$")
_SIGN = re.compile(r"^[-\u2212]|^\((.*)\)$")
_DIGITS = re.compile(r"[0-9][0-9.,]*|[.,][0-9]+")
_SCALES = {"K": 1_000, "M": 1_000_000}
LONGEST_NUMBER = 60


def decimal_mark(columns: Iterable[pa.Array], usual: str, name: str) -> str:
    """What stands before the decimals in the file `name`: as its cells say, else as is usual for such a file.

    Raises:
        Unreadable: some cells have a dot there and others a comma.
    """
    told = {mark for cells in columns for cell in cells.unique().to_pylist() if cell for mark in _told_by(cell)}
    if len(told) > 1:
        why = "its numbers have a dot before the decimals in some cells and a comma in others"
        raise Unreadable(name, why, "export it again with one notation")
    return told.pop() if told else usual


def canonical_numbers(cells: pa.Array, mark: str, divisor: int = 1, decimals: int | None = None) -> pa.Array:
    """Cells as canonical text; `divisor` is the unit of a cell (a million for micros), `decimals` rounds half up."""

    def written(cell: str) -> str:
        sign, digits, scale = _bare(cell)
        whole, _, after = digits.replace("," if mark == "." else ".", "").partition(mark)
        if not digits or mark in after:
            return cell
        text = f"{sign}{whole or '0'}{'.' if after else ''}{after}"
        if (scale, divisor, decimals) == (1, 1, None):
            return text
        value = Decimal(text) * scale / divisor
        return f"{value if decimals is None else value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"

    return each_distinct(cells, written)


def _told_by(cell: str) -> set[str]:
    """The decimal mark that a cell cannot be meant without; none where it has only one group of three digits."""
    _, digits, _ = _bare(cell)
    for mark, other in ((".", ","), (",", ".")):
        if digits.count(other) > 1 or (digits.count(other) == 1 and 0 < digits.find(other) < digits.find(mark)):
            return {mark}
        whole, found, after = digits.partition(mark)
        if found and mark not in after and other not in digits and not _may_be_thousands(whole, after):
            return {mark}
    return set()


def _may_be_thousands(whole: str, after: str) -> bool:
    return len(after) == 3 and 0 < len(whole) <= 3 and not whole.startswith("0")


def _bare(cell: str) -> tuple[str, str, int]:
    """Sign, digits and scale of a number, without currency and spaces; the digits are empty when it is none."""
    if len(cell) > LONGEST_NUMBER:
        return "", "", 1
    negative = _SIGN.match(text := _SPACES.sub("", cell))
    text = (negative[1] or text[1:]) if negative else text
    text = _UNIT.sub("", _UNIT.sub("", text))
    if not negative and (negative := _SIGN.match(text)):
        text = negative[1] or text[1:]
    scale = _SCALES.get(text[-1:].upper(), 1)
    digits = text[:-1] if scale > 1 else text
    return "-" if negative else "", digits if _DIGITS.fullmatch(digits) else "", scale
