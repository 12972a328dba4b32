"""The chart of the days of a month: a panel per series, and above them the annotations as numbers on a strip.

Words come in ready-made; the numbers are all that is drawn of an annotation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import altair as alt

from pipelines.review.charts import CHART_WIDTH, LIGHT, TEXT_SIZE, NumberLocale, Width, inline, svg_of, unchecked

ROOM = 48
LANE_HEIGHT = 22
# of the circle behind a number
RADIUS = 9
NOTHING: dict[str, Any] = {"title": None, "labels": False, "ticks": False, "domain": False, "grid": False}


@dataclass(frozen=True)
class Panel:
    """One series over the days; `marked` are the days at which a dashed line is drawn."""

    title: str
    series: Mapping[date, float | None]
    marked: tuple[float, ...] = ()


@dataclass(frozen=True)
class NumberedDays:
    """A number and the first and last day that it stands for."""

    number: int
    first: int
    last: int


@unchecked
def days(
    panels: Sequence[Panel],
    numbered: Sequence[NumberedDays],
    day_title: str,
    width: Width,
    number_locale: NumberLocale,
) -> str:
    """One panel per series over the days of a month: a line first, columns below; weekends are shaded."""
    last_day = max((day.day for panel in panels for day in panel.series), default=31)
    drawn: list[alt.LayerChart | alt.FacetChart] = [_strip(numbered, last_day, width)] if numbered else []
    drawn += [
        _day_panel(panel, width, mark="line" if place == 0 else "bar", axis_title=day_title)
        for place, panel in enumerate(panels)
    ]
    return svg_of(alt.vconcat(*drawn, spacing=14), number_locale)


def _strip(numbered: Sequence[NumberedDays], last_day: int, width: Width) -> alt.LayerChart | alt.FacetChart:
    """The numbers at their first days, with a bar as long as the period; what would overlap stands below."""
    rows = _in_lanes(numbered, reach=RADIUS * last_day / (CHART_WIDTH[width] - ROOM))
    height = LANE_HEIGHT * (1 + max(row["lane"] for row in rows))
    base = alt.Chart(inline(rows)).encode(
        x=alt.X("first:Q", scale=_span(last_day), axis=None),
        # an axis without anything, so that the days stand above those of the panels
        y=alt.Y(
            "lane:Q",
            scale=alt.Scale(domain=[-0.5, height / LANE_HEIGHT - 0.5], reverse=True, nice=False),
            axis=alt.Axis(**NOTHING, minExtent=ROOM, maxExtent=ROOM),
        ),
    )
    period = base.mark_rule(strokeWidth=4, strokeCap="round", color=LIGHT["muted"]).encode(x2="last:Q")
    circle = base.mark_point(filled=True, opacity=1, size=3.14159 * RADIUS * RADIUS, shape="circle", color=LIGHT["ink"])
    number = base.mark_text(fontSize=TEXT_SIZE - 1, fontWeight=600, color=LIGHT["surface"]).encode(text="number:N")
    return alt.layer(period, circle, number).properties(width=CHART_WIDTH[width] - ROOM, height=height)


def _in_lanes(numbered: Sequence[NumberedDays], reach: float) -> list[dict[str, Any]]:
    """Each on the first line where nothing else stands; `reach` is half a circle in days."""
    ends: list[float] = []
    rows = []
    for one in sorted(numbered, key=lambda one: (one.first, one.number)):
        begin, end = one.first - reach, max(one.last + 0.5, one.first + reach) + 0.2
        lane = next((place for place, taken in enumerate(ends) if taken <= begin), len(ends))
        ends[lane : lane + 1] = [end]
        last = one.last + 0.4 if one.last > one.first else one.first
        rows.append({"number": one.number, "first": one.first, "last": last, "lane": lane})
    return rows


def _span(last_day: int) -> alt.Scale:
    return alt.Scale(domain=[0.4, last_day + 0.6], nice=False, padding=0)


def _day_panel(
    panel: Panel, width: Width, *, mark: Literal["line", "bar"], axis_title: str
) -> alt.LayerChart | alt.FacetChart:
    series = panel.series
    last_day = max((day.day for day in series), default=31)
    ticks = [day for day in (1, 5, 10, 15, 20, 25, 30) if day <= last_day]
    axis = alt.Axis(
        title=axis_title if mark == "bar" else None, values=ticks, format="d", grid=False, labels=mark == "bar",
        minExtent=16 if mark == "bar" else 0, maxExtent=16 if mark == "bar" else 0,
    )  # fmt: skip
    span = _span(last_day)
    highest = max((value for value in series.values() if value is not None), default=0)
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(
            title=None, format=",d", tickCount=4, tickMinStep=1, minExtent=ROOM, maxExtent=ROOM, domain=False
        ),
        scale=alt.Scale(domain=[0, max(highest, 1) * 1.1], nice=False),
    )
    rows = [{"day": day.day, "value": value} for day, value in sorted(series.items())]
    shade = alt.Chart(inline(_weekends(series))).mark_rect(color=LIGHT["shade"])
    shade = shade.encode(x=alt.X("from:Q", scale=span, axis=axis), x2="to:Q")
    base = alt.Chart(inline(rows)).encode(x=alt.X("day:Q", scale=span, axis=axis), y=y)
    if mark == "line":
        drawn = base.mark_line(color=LIGHT["accent"], strokeWidth=2, invalid="break-paths-show-path-domains")
    else:
        drawn = base.mark_bar(color=LIGHT["warm"], width=(CHART_WIDTH[width] - ROOM) / 31 * 0.62)
    heading = alt.TitleParams(panel.title, anchor="start", frame="group", offset=8)
    size = {"width": CHART_WIDTH[width] - ROOM, "height": 130 if mark == "line" else 90}
    marked = alt.Chart(inline([{"day": day} for day in panel.marked]))
    rules = marked.mark_rule(color=LIGHT["muted"], strokeDash=[3, 3]).encode(x=alt.X("day:Q", scale=span, axis=axis))
    return alt.layer(shade, *([rules] if panel.marked else []), drawn).properties(title=heading, **size)


def _weekends(days_of_month: Iterable[date]) -> list[dict[str, Any]]:
    """One rectangle per weekend: two that touch would show a seam."""
    saturdays = {day.day - (day.weekday() - 5): day for day in sorted(days_of_month) if day.weekday() >= 5}
    return [{"from": max(saturday, 1) - 0.5, "to": last.day + 0.5} for saturday, last in sorted(saturdays.items())]
