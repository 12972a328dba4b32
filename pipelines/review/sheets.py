"""A sheet of a workbook as plain data: its columns, and rows of texts, figures and days.

What stands on a sheet is decided by whoever makes it, how it looks in Excel by `workbook`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pipelines.review.wording import SHOWN_AS_FACTOR, SHOWN_AS_POINTS, Number, Wording

Look = Literal["euro", "percent", "factor", "count", "decimal"]


@dataclass(frozen=True)
class Figure:
    """A number as it was frozen, and what it is a number of; it is rounded only where it is shown."""

    value: Number
    look: Look


@dataclass(frozen=True)
class Month:
    """The first day of a month that is shown without its day."""

    first_day: date


# None is an empty cell
Cell = str | Figure | Month | date | None


@dataclass(frozen=True)
class Column:
    """The head of a column, and how many characters wide it is."""

    label: str
    width: int = 14


@dataclass(frozen=True)
class Sheet:
    """A table with a title; `empty` is said where it has no rows."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""


def figure(value: Number | None, look: Look) -> Figure | None:
    """A number, or the empty cell of one that is not known."""
    return None if value is None else Figure(value, look)


def look_of(kpi_id: str, unit: str) -> Look:
    """What a KPI's value, its interval and its earlier values are numbers of."""
    if unit == "EUR":
        return "euro"
    if unit == "ratio":
        return "factor" if kpi_id in SHOWN_AS_FACTOR else "percent"
    return "count" if unit == "count" else "decimal"


def unit_name(kpi_id: str, unit: str, wording: Wording) -> str:
    """The unit beside a number whose cell holds the bare figure."""
    if kpi_id in SHOWN_AS_POINTS:
        return wording("workbook.points")
    named = {"euro": "EUR", "percent": "%", "factor": "\u00d7", "count": wording("workbook.count")}
    return named.get(look_of(kpi_id, unit)) or wording.known(f"unit.{unit}") or unit


def columns(wording: Wording, named: Sequence[tuple[str, int]]) -> tuple[Column, ...]:
    """Columns by the keys of their labels."""
    return tuple(Column(wording(f"workbook.column.{key}"), width) for key, width in named)


def exact_look(part: Decimal | None) -> Look:
    """A numerator or denominator is shown with the decimals that it has."""
    return "count" if part is None or part == part.to_integral_value() else "decimal"
