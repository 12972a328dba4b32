"""Yesterday beside the day a week before, the last seven days beside the seven before them, and the month so far.

A week is the sum of its days where days add up, of a ratio that of its two sums; it is unknown when one day is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pipelines.review.certainty import status_badge
from pipelines.review.changes import SIGNS, counts_agree, verdict_of
from pipelines.review.grids import Cell, Column, Grid, GridRow, Notes
from pipelines.review.month import Definition, KpiValue
from pipelines.review.today.morning import Morning
from pipelines.review.wording import Phrase, Wording

WEEK = 7
ADD_UP = frozenset({"additive", "ratio"})


def days_grid(morning: Morning, wording: Wording) -> Grid | None:
    """A row per KPI that is watched; None without a figure on any of the days."""
    notes = Notes()
    rows = tuple(_row(morning, definition, notes, wording) for definition in morning.watched)
    columns = (
        Column(wording.day(morning.yesterday)),
        Column(wording("today.week_earlier")),
        Column(wording("today.last_week")),
        Column(wording("today.week_before")),
        Column(wording("today.change"), is_number=False),
        Column(wording("today.month_so_far", month=wording.month(morning.month))),
        Column(wording("column.state"), is_number=False),
    )
    caption = wording("today.days_caption", day=wording.day(morning.yesterday))
    return Grid(caption, wording("column.kpi"), columns, rows, notes.listed(), look="stacks") if rows else None


@dataclass(frozen=True)
class Week:
    """Seven days as one figure, or why there is none; `is_settled` says that no day of them may still change."""

    value: float | None
    why_not: str = ""
    is_settled: bool = True
    versions: frozenset[int] = frozenset()


def week_of(morning: Morning, definition: Definition, last: date) -> Week:
    """The seven days that end on this one; `why_not` is the key of a text."""
    if definition.additivity not in ADD_UP:
        return Week(None, "today.no_sum")
    found = [morning.days[definition.kpi_id].get(last - timedelta(days=back)) for back in range(WEEK)]
    known = [one for one in found if one is not None and one.numerator is not None]
    is_ratio = definition.additivity == "ratio"
    if len(known) < WEEK or (is_ratio and any(one.denominator is None for one in known)):
        return Week(None, "today.no_week")
    total, whole = _sum(one.numerator for one in known), _sum(one.denominator for one in known)
    if is_ratio and not whole:
        return Week(None, "today.nothing_to_divide_by")
    return Week(
        float(total / whole) if is_ratio else float(total),
        is_settled=all(one.status == "final" for one in known),
        versions=frozenset(one.definition_version for one in known),
    )


def _sum(parts: Iterable[Decimal | None]) -> Decimal:
    return sum((part for part in parts if part is not None), Decimal(0))


def _row(morning: Morning, definition: Definition, notes: Notes, wording: Wording) -> GridRow:
    days, yesterday = morning.days[definition.kpi_id], morning.yesterday
    week, before = (week_of(morning, definition, yesterday - timedelta(days=back)) for back in (0, WEEK))
    known = days.get(yesterday)
    return GridRow(
        wording.kpi_name(definition),
        (
            _value(definition, known, notes, wording),
            _value(definition, days.get(yesterday - timedelta(days=WEEK)), notes, wording),
            *(_week(definition, one, notes, wording) for one in (week, before)),
            _change(definition, week, before, notes, wording),
            _value(definition, morning.of_month.get(definition.kpi_id), notes, wording),
            _state(known, notes, wording),
        ),
    )


def _state(known: KpiValue | None, notes: Notes, wording: Wording) -> Cell:
    """Of yesterday; why it may still change stands in a note."""
    if known is None:
        return Cell("")
    badge = status_badge(known, wording)
    has_note = known.value is not None and badge.reason.text
    return Cell(f"{badge.sign}\u00a0{badge.label}", notes.letter(badge.reason) if has_note else "")


def _value(definition: Definition, known: KpiValue | None, notes: Notes, wording: Wording) -> Cell:
    if known is None:
        return notes.missing(Phrase(wording("today.absent")))
    if known.value is None:
        return notes.missing(wording.reason(known.status_reason or "unknown"))
    return Cell(wording.figure(definition.kpi_id, definition.unit, known.value))


def _week(definition: Definition, week: Week, notes: Notes, wording: Wording) -> Cell:
    if week.value is None:
        return notes.missing(Phrase(wording(week.why_not)))
    return Cell(wording.figure(definition.kpi_id, definition.unit, week.value))


def _change(definition: Definition, week: Week, before: Week, notes: Notes, wording: Wording) -> Cell:
    """As a share; a verdict only on counts that are final, and only where chance does not explain the difference."""
    if week.value is None or before.value is None:
        return Cell("")
    if len(week.versions | before.versions) > 1:
        return notes.missing(Phrase(wording("today.redefined")))
    if before.value <= 0:
        return notes.missing(Phrase(wording("today.nothing_before")))
    if week.value == before.value:
        return Cell(wording("change.same_short"))
    direction = "up" if week.value > before.value else "down"
    share = SIGNS[direction] + wording.percentage(abs(week.value - before.value) / before.value)
    if not definition.counts_events:
        return Cell(share)
    if counts_agree((week.value, before.value), (WEEK, WEEK)):
        return Cell(share, notes.letter(Phrase(wording("change.overlap"))))
    if not (week.is_settled and before.is_settled):
        return Cell(share, notes.letter(Phrase(wording("today.unsettled"))))
    verdict = verdict_of(definition.direction, direction)
    return Cell(share, remarks=(wording(f"change.{verdict}") if verdict else "",))
