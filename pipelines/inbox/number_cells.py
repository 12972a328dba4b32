"""How the text of one cell becomes a number: a dot before the decimals, nothing else, and never by guessing.

Which numbers of a column could be read in two ways depends on the other cells of the column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.inbox.cells import CellType, ReadingRules, Wrong

MONEY = pa.decimal128(18, 6)
LARGEST_WHOLE = 2**63 - 1
LONGEST_WHOLE = 20
# the digits of a number that a program computed, at most
LONGEST_COMPUTED = 25

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_WHOLE = re.compile(r"([+-]?[0-9]+)(?:\.0*)?")
_LOCAL_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' \u00a0\u202f]*")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+(?:\.[0-9]{3})*,[0-9]+")
# a dot that may separate thousands as well as decimals
_ONE_GROUP = re.compile(r"[+-]?[0-9]{1,3}\.[0-9]{3}")
# three zeros that separate no thousands
_ONLY_DECIMALS = re.compile(r"[+-]?(?:0+|[0-9]{4,})\.000")


def decimal(minimum: int | None = None, scale: int = 6, above: bool = False, rounds: bool = False) -> CellType:
    """An exact number that fits DECIMAL(18, scale); `rounds`: one that was computed, whose last digits say nothing."""
    floor = None if minimum is None else Decimal(minimum)
    return CellType(
        pa.decimal128(18, scale),
        _decimal(scale, floor, above, rounds),
        unclear=_unclear_numbers,
        at_once=partial(_plain_decimals, scale=scale, minimum=floor, above=above),
    )


def is_number(of: pa.DataType) -> bool:
    """Whether the values of a type are numbers."""
    return bool(pa.types.is_decimal(of) or pa.types.is_integer(of))


def looks_like_a_number(cell: str) -> bool:
    """Whether a cell is a number in this or another notation."""
    return bool(NUMBER.fullmatch(cell) or _LOCAL_NUMBER.fullmatch(cell))


def _decimal(scale: int, minimum: Decimal | None, above: bool, rounds: bool) -> Callable[[str, ReadingRules], Decimal]:
    """A parser of numbers with a dot; `above`: the minimum itself is too small."""

    def parse(cell: str, rules: ReadingRules) -> Decimal:
        if not NUMBER.fullmatch(cell):
            raise _not_a_number(cell)
        value = Decimal(cell)
        if rounds and len(cell) <= LONGEST_COMPUTED:
            value = value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
        elif len(cell.partition(".")[2].rstrip("0")) > scale:
            raise Wrong(f"more than {scale} decimals", f"round it to at most {scale} decimals")
        if abs(value) >= Decimal(10) ** (18 - scale):
            raise Wrong("a number too large to be true", f"it must be below 1 followed by {18 - scale} zeros")
        _at_least(value, minimum, above)
        return value

    return parse


def _not_a_number(cell: str) -> Wrong:
    if _LOCAL_NUMBER.fullmatch(cell):
        return Wrong("a number in local notation", "write it as 1234.56: a dot before the decimals, nothing else")
    if cell.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return Wrong("not a finite number", "leave the cell empty when there is no value")
    return Wrong("not a number", "write it as 1234.56, without currency, percent sign or exponent")


def _at_least(value: Decimal | int, minimum: Decimal | int | None, above: bool = False) -> None:
    if minimum is not None and (value < minimum or (above and value == minimum)):
        floor = f"above {minimum}" if above else f"{minimum} or more"
        raise Wrong("a number below what is possible", f"it must be {floor}")


def _whole(minimum: int) -> Callable[[str, ReadingRules], int]:
    def parse(cell: str, rules: ReadingRules) -> int:
        match = _WHOLE.fullmatch(cell)
        if not match:
            if NUMBER.fullmatch(cell):
                raise Wrong("not a whole number", "write it without decimals")
            raise _not_a_number(cell)
        # Python refuses to read a whole number of thousands of digits
        value = int(match[1]) if len(match[1]) <= LONGEST_WHOLE else LARGEST_WHOLE + 1
        if abs(value) > LARGEST_WHOLE:
            raise Wrong("a number too large to be true", "correct it")
        _at_least(value, minimum)
        return value

    return parse


def _unclear_numbers(cells: Sequence[str]) -> frozenset[str]:
    """Beside a decimal comma a dot separates thousands: 1.234 is then no number below two."""
    if not any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells):
        return frozenset()
    return frozenset(cell for cell in cells if _ONE_GROUP.fullmatch(cell))


def _unclear_counts(cells: Sequence[str]) -> frozenset[str]:
    """Three zeros after a dot are decimals only where a cell of the column cannot be meant otherwise."""
    if any(_ONLY_DECIMALS.fullmatch(cell) for cell in cells):
        return frozenset()
    return frozenset(cell for cell in cells if _ONE_GROUP.fullmatch(cell))


def _plain_decimals(cells: pa.Array, scale: int, minimum: Decimal | None, above: bool) -> pa.Array:
    """Numbers such as 1234.56 and -0.5 that fit; none beside a comma, where a dot may separate thousands."""
    of = pa.decimal128(18, scale)
    if pc.any(pc.match_substring(cells, ",")).as_py():
        return pa.nulls(len(cells), of)
    values = _where_matching(cells, rf"^-?[0-9]{{1,{18 - scale}}}(\.[0-9]{{1,{scale}}})?$", of)
    if minimum is None:
        return values
    is_possible = (pc.greater if above else pc.greater_equal)(values, pa.scalar(minimum, of))
    return _where(is_possible, values)


def _plain_counts(cells: pa.Array) -> pa.Array:
    """Whole numbers of digits only."""
    return _where_matching(cells, r"^[0-9]{1,18}$", pa.int64())


def _where_matching(cells: pa.Array, pattern: str, of: pa.DataType) -> pa.Array:
    return _where(pc.match_substring_regex(cells, pattern), cells).cast(of)


def _where(is_sure: pa.Array, values: pa.Array) -> pa.Array:
    """The values that are sure, NULL for the others."""
    return values if pc.all(is_sure).as_py() else pc.if_else(is_sure, values, pa.scalar(None, values.type))


COUNT = CellType(pa.int64(), _whole(0), unclear=_unclear_counts, at_once=_plain_counts)
