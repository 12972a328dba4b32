"""Sessions and new leads by day, as one chart with two panels and the annotations of the month above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup

from pipelines.review import charts
from pipelines.review.annotations import DayMark, day_marks, described
from pipelines.review.day_chart import NumberedDays, Panel, days
from pipelines.review.month import ClosedMonth
from pipelines.review.reading import DAILY_KPIS
from pipelines.review.svg import dressed
from pipelines.review.wording import NUMBER_LOCALES, Wording


def daily_charts(month: ClosedMonth, wording: Wording) -> tuple[tuple[str, Markup], ...]:
    """The chart at each width; empty when the snapshot has no day rows."""
    marks = day_marks(month)
    panels = [
        Panel(wording.kpi_name(month.definitions[kpi_id]), month.days[kpi_id], _edges(marks, kpi_id))
        for kpi_id in DAILY_KPIS
        if month.days[kpi_id] and kpi_id in month.definitions
    ]
    if not panels:
        return ()
    name = wording.month(month.snapshot.month)
    title = wording("daily.chart_title", month=name)
    told = [_described(panel.title, panel.series, wording) for panel in panels]
    told.append(described(month, (mark.number for mark in marks), wording))
    numbered = [NumberedDays(mark.number, mark.first, mark.last) for mark in marks]
    language, day = NUMBER_LOCALES[wording.language], wording("daily.day", month=name)
    return tuple(
        (
            width,
            dressed(
                days(panels, numbered, day, width, language),
                name=f"daily-{width}",
                title=title,
                description=" ".join(sentence for sentence in told if sentence),
            ),
        )
        for width in charts.FULL_WIDTH
    )


def _edges(marks: Sequence[DayMark], kpi_id: str) -> tuple[float, ...]:
    """Where lines are drawn for the annotations that are about a KPI."""
    return tuple(sorted({edge for mark in marks if mark.kpi_id in (None, kpi_id) for edge in mark.edges}))


def _described(label: str, series: Mapping[date, float | None], wording: Wording) -> str:
    known = [value for value in series.values() if value is not None]
    if not known:
        return wording("daily.unknown", name=label)
    return wording("daily.described", name=label, low=wording.count(min(known)), high=wording.count(max(known)))
