"""Numbers as a vendor writes them, as canonical text: one decimal mark per file, units and signs taken off.

A cell that is no number stays as it is, and is rejected with its line where columns are typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa

from pipelines.inbox.cells import iso_currencies
from pipelines.inbox.text_columns import each_distinct
from pipelines.inbox.unreadable import Unreadable

MARKS = (".", ",")
PERCENT = 100
LONGEST_NUMBER = 60
_SPACE = " \u00a0\u202f\u2009"
_UNIT = r"[A-Za-z]{0,3}[$\u20ac\u00a3\u00a5]|[A-Z]{3}"
_NUMBER = re.compile(
    rf"(?P<open>\()?[{_SPACE}]*(?P<sign>[-+\u2212])?[{_SPACE}]*(?P<before>{_UNIT})?[{_SPACE}]*(?P<inner>[-\u2212])?"
    rf"(?P<digits>[0-9.,](?:[0-9.,'\u2019{_SPACE}]*[0-9])?)"
    rf"(?P<scale>[KM])?[{_SPACE}]*(?P<after>%|{_UNIT})?[{_SPACE}]*(?P<close>\))?"
)
_TYPED = re.compile(r"-?[0-9]+\.[0-9]+")
_SCALES = {"": 1, "K": 1_000, "M": 1_000_000}
# thousands in groups of three (the last one of Indian numbers, whose others are of two), then decimals
_GROUPED = {
    mark: re.compile(
        rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:(?P<group>[{other}'\u2019{_SPACE}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*)?"
        rf"{'|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}' if mark == '.' else ''}|)(?:\{mark}[0-9]+)?"
    )
    for mark, other in ((".", ","), (",", "."))
}


@dataclass(frozen=True)
class Meant:
    """What a cell says: `units` are the currencies or the percent sign that stand beside its digits."""

    sign: str
    digits: str
    scale: int
    units: frozenset[str]


def decimal_mark(columns: Iterable[pa.Array], usual: str, name: str, *, are_cells_typed: bool) -> str:
    """What stands before the decimals in the file `name`: as its cells say, else as is usual for such a file.

    Where a format has numbers of its own (`are_cells_typed`), a dot between digits stands before decimals.

    Raises:
        Unreadable: some cells have a dot there and others a comma.
    """
    every = {cell for cells in columns for cell in cells.unique().to_pylist() if cell}
    told = {mark for cell in every for mark in _told_by(cell)}
    if are_cells_typed and any(_TYPED.fullmatch(cell) for cell in every):
        told.add(".")
    if len(told) > 1:
        why = "its numbers have a dot before the decimals in some cells and a comma in others"
        raise Unreadable(name, why, "export it again with one notation")
    return told.pop() if told else usual


def canonical_numbers(
    cells: pa.Array, mark: str, divisor: int = 1, decimals: int | None = None, *, is_count: bool = False
) -> pa.Array:
    """Cells as canonical text; `divisor` is the unit of a cell (a million for micros), `decimals` rounds half up.

    What is no number in this notation stays as it is; a count has no unit.
    """

    def written(cell: str) -> str:
        meant = meant_by(cell)
        if meant is None or not _GROUPED[mark].fullmatch(meant.digits):
            return cell
        if ("%" in meant.units and divisor != PERCENT) or (is_count and meant.units):
            return cell
        whole, _, after = re.sub(rf"[^0-9\{mark}]", "", meant.digits).partition(mark)
        text = f"{meant.sign}{whole or '0'}{'.' if after else ''}{after}"
        if (meant.scale, divisor, decimals) == (1, 1, None):
            return text
        value = Decimal(text) * meant.scale / divisor
        return f"{value if decimals is None else value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"

    return each_distinct(cells, written)


def meant_by(cell: str) -> Meant | None:
    """Sign, digits, scale and units of a number in any notation; None when it is none."""
    found = _NUMBER.fullmatch(cell) if len(cell) <= LONGEST_NUMBER else None
    if found is None or bool(found["open"]) is not bool(found["close"]):
        return None
    signs = [one for one in (found["sign"], found["inner"], found["open"]) if one]
    if len(signs) > 1:
        return None
    units = frozenset(unit for unit in (found["before"], found["after"]) if unit)
    if any(unit.isalpha() and unit not in iso_currencies() for unit in units):
        return None
    sign = "-" if signs and signs[0] != "+" else ""
    return Meant(sign, found["digits"], _SCALES[found["scale"] or ""], units)


def _told_by(cell: str) -> set[str]:
    """The decimal mark that a cell cannot be meant without; none where both will do, or it has none."""
    meant = meant_by(cell)
    if meant is None or not {*meant.digits} & {*MARKS}:
        return set()
    fitting = {mark for mark in MARKS if _GROUPED[mark].fullmatch(meant.digits)}
    return fitting if len(fitting) == 1 else set()
