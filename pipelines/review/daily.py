"""Sessions and new leads by day, as one chart with two panels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup

from pipelines.review import charts
from pipelines.review.month import ClosedMonth
from pipelines.review.reading import DAILY_KPIS
from pipelines.review.svg import dressed
from pipelines.review.wording import NUMBER_LOCALES, Wording


def daily_charts(month: ClosedMonth, wording: Wording) -> tuple[tuple[str, Markup], ...]:
    """The chart at each width; empty when the snapshot has no day rows."""
    panels = [
        (wording.kpi_name(month.definitions[kpi_id]), month.days[kpi_id])
        for kpi_id in DAILY_KPIS
        if month.days[kpi_id] and kpi_id in month.definitions
    ]
    if not panels:
        return ()
    name = wording.month(month.snapshot.month)
    title = wording("daily.chart_title", month=name)
    description = " ".join(_described(label, series, wording) for label, series in panels)
    return tuple(
        (
            width,
            dressed(
                charts.days(panels, wording("daily.day", month=name), width, NUMBER_LOCALES[wording.language]),
                name=f"daily-{width}",
                title=title,
                description=description,
            ),
        )
        for width in charts.FULL_WIDTH
    )


def _described(label: str, series: Mapping[date, float | None], wording: Wording) -> str:
    known = [value for value in series.values() if value is not None]
    if not known:
        return wording("daily.unknown", name=label)
    return wording("daily.described", name=label, low=wording.count(min(known)), high=wording.count(max(known)))
