"""The chart of the last five weeks: a panel per series, and what the targets of the running month ask of a day.

Words come in ready-made; no chart knows a KPI.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt

from pipelines.review.charts import CHART_WIDTH, LIGHT, NumberLocale, Width, inline, svg_of, unchecked

ROOM = 56
PANEL_HEIGHT = 96
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Series:
    """A figure by day; `needed` is what each day of the running month has to bring, if anything asks for it."""

    title: str
    days: Mapping[date, float | None]
    needed: float | None = None


@dataclass(frozen=True)
class Span:
    """The first and last day that all panels show, and the first of the running month."""

    first: date
    last: date
    month: date


@unchecked
def recent_days(series: Sequence[Series], span: Span, width: Width, number_locale: NumberLocale) -> str:
    """Columns by day, weekends shaded, with a dashed line over the days of the running month at what is needed."""
    last = len(series) - 1
    panels = [_panel(one, span, width, has_axis=place == last) for place, one in enumerate(series)]
    return svg_of(alt.vconcat(*panels, spacing=14), number_locale)


def _panel(series: Series, span: Span, width: Width, *, has_axis: bool) -> alt.LayerChart | alt.FacetChart:
    first, last = span.first, span.last
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    scale = alt.Scale(type="utc", domain=[_moment(first), _moment(last + ONE_DAY)], nice=False, padding=0)
    axis = alt.Axis(
        title=None, format="%-d %b", tickCount={"interval": "week", "step": 1}, grid=False, labels=has_axis,
        ticks=has_axis, minExtent=16 if has_axis else 0, maxExtent=16 if has_axis else 0, labelFlush=True,
    )  # fmt: skip
    x = alt.X("from:T", scale=scale, axis=axis)
    highest = max([value for value in series.days.values() if value is not None] + [series.needed or 0], default=0)
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(title=None, format="~s" if highest >= 10_000 else ",d", tickCount=3, tickMinStep=1,
                      minExtent=ROOM, maxExtent=ROOM, domain=False),
        scale=alt.Scale(domain=[0, max(highest, 1) * 1.1], nice=False),
    )  # fmt: skip
    shade = alt.Chart(inline(_weekends(days))).mark_rect(color=LIGHT["shade"]).encode(x=x, x2="to:T")
    columns = alt.Chart(inline([_column(day, series.days.get(day)) for day in days]))
    drawn = [shade, columns.mark_rect(color=LIGHT["accent"]).encode(x=x, x2="to:T", y=y, y2=alt.datum(0))]
    if series.needed is not None:
        line = {"from": _moment(max(span.month, first)), "to": _moment(last + ONE_DAY), "value": series.needed}
        rule = alt.Chart(inline([line])).mark_rule(color=LIGHT["warm"], strokeWidth=2, strokeDash=[5, 3])
        drawn.append(rule.encode(x=x, x2="to:T", y=y))
    heading = alt.TitleParams(series.title, anchor="start", frame="group", offset=8)
    size = {"width": CHART_WIDTH[width] - ROOM, "height": PANEL_HEIGHT}
    return alt.layer(*drawn).properties(title=heading, **size)


def _column(day: date, value: float | None) -> dict[str, Any]:
    """The middle of a day, so that columns do not touch."""
    return {"from": f"{day}T04:00:00Z", "to": f"{day}T20:00:00Z", "value": value}


def _weekends(days: Sequence[date]) -> list[dict[str, str]]:
    """One rectangle per weekend: two that touch would show a seam."""
    saturdays = {day - timedelta(days=day.weekday() - 5): day for day in days if day.weekday() >= 5}
    return [{"from": _moment(max(first, days[0])), "to": _moment(last + ONE_DAY)} for first, last in saturdays.items()]


def _moment(day: date) -> str:
    return f"{day}T00:00:00Z"
