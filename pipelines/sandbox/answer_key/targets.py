"""How each target stood at the end of each month: stepping stone, actual and pace, from the expected KPIs.

The verdict is not here: it rests on intervals and trust, and has cases of its own.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.formulas import Key, Parts

Figures = Mapping[Key, Parts]
Standing = dict[str, Fraction | None]
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class AskedTarget:
    """A target with one version. `baseline` is a number, a period as (grain, first day), or a word for a moving one."""

    target_id: str
    kpi_id: str
    change: str
    value: Decimal
    start: date
    deadline: date
    period: str = "month"
    baseline: Decimal | tuple[str, date] | str | None = None
    member: tuple[str, str] = ("total", "")
    adds_up: bool = True
    settles_after: int = 0
    """Days after a period until its figure is final."""

    @property
    def months(self) -> list[date]:
        """The whole months from start to deadline."""
        first = self.start if self.start.day == 1 else _later(self.start.replace(day=1), 1)
        found = [first]
        while _last_day(_later(first, len(found))) <= self.deadline:
            found.append(_later(first, len(found)))
        return found

    def together(self, month: date) -> list[date]:
        """The months that are summed with a month."""
        if self.period == "term":
            return self.months
        if self.period == "quarter":
            return [
                one for one in self.months if (one.year, (one.month - 1) // 3) == (month.year, (month.month - 1) // 3)
            ]
        return [one for one in self.months if one.year == month.year] if self.period == "year" else [month]


def expected_standings(
    targets: Iterable[AskedTarget], figures: Figures, first_day: date, today: date
) -> dict[tuple[str, date], Standing]:
    """(target_id, month) -> baseline, target_value, expected_by_now, actual and pace, for every month that began.

    A period measured as a baseline counts whole or not at all: it begins no earlier than the records of `first_day`.
    """
    found = {}
    for target in targets:
        for month in target.months:
            if month < today:
                found[target.target_id, month] = _standing(target, month, figures, first_day, today)
    return found


def _standing(target: AskedTarget, month: date, figures: Figures, first_day: date, today: date) -> Standing:
    baseline = _baseline(target, month, figures, first_day, today)
    aim = _aim(target, baseline)
    expected = _expected(target, month, baseline, aim, figures, today)
    months = [one for one in target.together(month) if one <= month]
    actuals = [_figure(figures, target, "month", one) for one in months]
    actual = None if None in actuals else sum((one for one in actuals if one is not None), Fraction(0))
    pace = None if actual is None or not expected else actual / expected
    return {
        "baseline": baseline, "target_value": aim, "expected_by_now": expected, "actual": actual, "pace": pace
    }  # fmt: skip


def _baseline(target: AskedTarget, month: date, figures: Figures, first_known: date, today: date) -> Fraction | None:
    given = target.baseline
    if isinstance(given, Decimal):
        return Fraction(given)
    if isinstance(given, tuple):
        grain, first_day = given
        settled = _later(first_day, MONTHS[grain]) + timedelta(days=target.settles_after)
        if first_day < first_known or today < settled:
            return None
        measured = _figure(figures, target, grain, first_day)
        if measured is None or not target.adds_up:
            return measured
        if target.period == "week":
            days = (_later(first_day, MONTHS[grain]) - first_day).days
            return measured * 7 / days
        wanted = MONTHS.get(target.period, len(target.months))
        return measured * wanted / MONTHS[grain]
    if given is None:
        return None
    back = 1 if given == "previous_period" else 12
    befores = [_figure(figures, target, "month", _later(one, -back)) for one in target.together(month)]
    return None if None in befores else sum((one for one in befores if one is not None), Fraction(0))


def _aim(target: AskedTarget, baseline: Fraction | None) -> Fraction | None:
    value = Fraction(target.value)
    if target.change in ("level", "level_min"):
        return value
    if baseline is None or (target.change == "relative_pct" and not baseline):
        return None
    return baseline * (1 + value) if target.change == "relative_pct" else baseline + value


def _expected(
    target: AskedTarget, month: date, baseline: Fraction | None, aim: Fraction | None, figures: Figures, today: date
) -> Fraction | None:
    if aim is None:
        return None
    elapsed = Fraction(min((today - month).days, _days(month)), _days(month))
    if target.period in ("quarter", "year", "term"):
        weights = {one: _weight(target, one, figures) for one in target.together(month)}
        before = sum((weight for one, weight in weights.items() if one < month), Fraction(0))
        return aim * (before + weights[month] * elapsed) / sum(weights.values(), Fraction(0))
    is_on_the_way = target.change != "level_min" and isinstance(target.baseline, Decimal | tuple)
    if is_on_the_way and baseline is None:
        return None
    step, steps = target.months.index(month) + 1, len(target.months)
    level = baseline + (aim - baseline) * step / steps if is_on_the_way and baseline is not None else aim
    if not target.adds_up:
        return level
    of_month = level * _days(month) / 7 if target.period == "week" else level
    return of_month * elapsed


def _weight(target: AskedTarget, month: date, figures: Figures) -> Fraction:
    """The part of a month in a sum: its days, or what it was a year ago."""
    if target.baseline == "same_period_last_year":
        return _figure(figures, target, "month", _later(month, -12)) or Fraction(0)
    return Fraction(_days(month))


def _figure(figures: Figures, target: AskedTarget, grain: str, first_day: date) -> Fraction | None:
    """A value; a member without one had nothing where the total is known."""
    if (target.kpi_id, grain, first_day, *target.member) in figures:
        above, below = figures[target.kpi_id, grain, first_day, *target.member]
        if above is None:
            return None
        if below is None:
            return Fraction(above)
        return Fraction(above) / Fraction(below) if below else None
    whole = figures.get((target.kpi_id, grain, first_day, "total", ""), (None, None))
    return Fraction(0) if target.adds_up and whole[0] is not None else None


def _later(month: date, months: int) -> date:
    index = month.year * 12 + month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _last_day(month: date) -> date:
    return _later(month, 1) - timedelta(days=1)


def _days(month: date) -> int:
    return monthrange(month.year, month.month)[1]
