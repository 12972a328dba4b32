"""Thirteen months of the headline KPIs: a line on each card, and the table behind the cards."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pipelines.review import charts
from pipelines.review.annotations import described, numbers_in, trend_marks
from pipelines.review.definitions_changed import by_other_definition
from pipelines.review.grids import Cell, Column, Grid, GridRow, Notes
from pipelines.review.month import ClosedMonth, Definition, KpiValue
from pipelines.review.svg import dressed
from pipelines.review.wording import Phrase, Wording


def trend_line(month: ClosedMonth, definition: Definition, wording: Wording) -> tuple[Markup | None, str]:
    """A line through the months that can be compared, without cohorts that still convert and other definitions."""
    trend, now = month.trend(definition.kpi_id), month.of_month(definition.kpi_id)
    of_another = {day for day, known in trend if known and by_other_definition(known, now, wording)}
    settled = [
        (day, known.value if known and not known.is_immature and day not in of_another else None)
        for day, known in trend
    ]
    drawn = [(day, value) for day, value in settled if value is not None]
    if len(drawn) < 2:
        is_cohort = any(known and known.is_immature for _, known in trend)
        is_new = "redefined.no_trend" if of_another else "trend.too_short"
        return None, wording("trend.immature" if is_cohort else is_new)
    values = [value for _, value in settled]
    (low_day, low), (high_day, high) = min(drawn, key=lambda at: at[1]), max(drawn, key=lambda at: at[1])
    description = wording(
        "trend.description",
        low=wording.figure(definition.kpi_id, definition.unit, low),
        low_month=wording.month(low_day),
        high=wording.figure(definition.kpi_id, definition.unit, high),
        high_month=wording.month(high_day),
    )
    is_cut_short = now is not None and now.is_immature
    span = wording(
        "trend.span_so_far" if is_cut_short else "trend.span",
        first=wording.month_short(drawn[0][0]),
        last=wording.month_short(drawn[-1][0] if is_cut_short else trend[-1][0]),
    )
    marks = trend_marks(month, definition.kpi_id)
    told = described(month, (number for numbers in marks.values() for number in numbers), wording)
    svg = charts.sparkline(
        tuple(values),
        is_last_settled=now is not None and now.status == "final",
        marks=tuple((place, f"{numbers[0]}+" if numbers[1:] else str(numbers[0])) for place, numbers in marks.items()),
    )
    dressed_svg = dressed(
        svg,
        name=f"trend-{definition.kpi_id}",
        title=f"{wording.kpi_name(definition)}, {span}",
        description=f"{description} {told}".strip(),
    )
    return dressed_svg, span


def trend_grid(month: ClosedMonth, pack: Sequence[str], wording: Wording) -> Grid:
    """Thirteen months of the headline KPIs, each month with the version it is taken from."""
    notes = Notes()
    versions = {earlier.snapshot.month: earlier.snapshot.version for earlier in month.earlier}
    versions[month.snapshot.month] = month.snapshot.version
    trends = {kpi_id: dict(month.trend(kpi_id)) for kpi_id in pack}
    rows = []
    for day in sorted(versions):
        cells = [_trend_cell(month, month.definitions[kpi_id], trends[kpi_id][day], notes, wording) for kpi_id in pack]
        remark = wording("trend.version", version=versions[day])
        if numbers := numbers_in(month, day):
            remark += f"; {wording('annotations.of_month', listed=', '.join(map(str, numbers)))}"
        rows.append(GridRow(wording.month_short(day), tuple(cells), remark=remark))
    columns = tuple(Column(_named(month, month.definitions[kpi_id], wording)) for kpi_id in pack)
    return Grid(wording("trend.caption"), wording("column.month"), columns, tuple(rows), notes.listed())


def _named(month: ClosedMonth, definition: Definition, wording: Wording) -> str:
    """The head of a column, with the definition of the month where earlier months have another."""
    now, name = month.of_month(definition.kpi_id), wording.kpi_name(definition)
    others = (known and by_other_definition(known, now, wording) for _, known in month.trend(definition.kpi_id))
    if now is None or not any(others):
        return name
    return wording("redefined.by_newest", name=name, version=now.definition_version)


def _trend_cell(
    month: ClosedMonth, definition: Definition, known: KpiValue | None, notes: Notes, wording: Wording
) -> Cell:
    if known is None:
        return notes.missing(Phrase(wording("value.absent")))
    if known.value is None:
        return notes.missing(wording.reason(known.status_reason or "unknown"))
    text = wording.figure(definition.kpi_id, definition.unit, known.value)
    letter = notes.letter(Phrase(wording("trend.so_far"))) if known.is_immature else ""
    return Cell(text, letter, remarks=(by_other_definition(known, month.of_month(definition.kpi_id), wording),))
