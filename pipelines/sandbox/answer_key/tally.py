"""Adding up: contributions of single records by measure, day and member, and the sums of periods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from pipelines.sandbox.answer_key.periods import period_start

Cell = tuple[date, str, str]
TOTAL = ("total", "")


class Tally:
    """Exact sums per (measure, slice, member, day); asked for by period."""

    def __init__(self) -> None:
        self._days: dict[str, dict[Cell, Fraction]] = {}
        self._untold: dict[str, set[Cell]] = {}

    def add(self, measure: str, day: date, value: Fraction | int, **members: str) -> None:
        """One contribution: to the total and to the member of each named slice."""
        cells = self._days.setdefault(measure, {})
        for slice_, member in (TOTAL, *members.items()):
            cell = (day, slice_, member)
            cells[cell] = cells.get(cell, Fraction(0)) + value

    def note_untold(self, measure: str, day: date, **members: str) -> None:
        """A record whose source does not tell the figure."""
        cells = self._untold.setdefault(measure, set())
        cells |= {(day, slice_, member) for slice_, member in (TOTAL, *members.items())}

    def untold(self, measure: str | None, grain: str) -> set[Cell]:
        """The (period start, slice, member) of which there are records, and none tells the figure."""
        name = measure or ""
        cells = {(period_start(grain, day), slice_, member) for day, slice_, member in self._untold.get(name, ())}
        return cells - self.sums(name, grain).keys()

    def sums(self, measure: str, grain: str) -> Mapping[Cell, Fraction]:
        """Sums by (period start, slice, member)."""
        sums: dict[Cell, Fraction] = {}
        for (day, slice_, member), value in self._days.get(measure, {}).items():
            cell = (period_start(grain, day), slice_, member)
            sums[cell] = sums.get(cell, Fraction(0)) + value
        return sums
