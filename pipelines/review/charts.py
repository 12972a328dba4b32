"""Altair charts as SVG text: what is drawn and how. Words come in ready-made; no chart knows a KPI or a snapshot.

Colours are the light palette; the style sheet swaps them for dark pages by value. Axis room is fixed, so that the
drawing does not depend on the fonts of the machine that makes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode

from pipelines.review.svg import drawable

VEGA_LITE = "6.4"
LIGHT = {
    "ink": "#1c2127",
    "muted": "#59626d",
    "rule": "#d9dde2",
    "accent": "#1f5a96",
    "pale": "#c3d6ea",
    "warm": "#a9551f",
    "shade": "#e8ebee",
    "surface": "#ffffff",
}
DARK = {
    "ink": "#e9ecef",
    "muted": "#a8b2bd",
    "rule": "#3a424c",
    "accent": "#82b8ee",
    "pale": "#33506f",
    "warm": "#eba66f",
    "shade": "#242a31",
    "surface": "#1b2026",
}
NumberLocale = Literal["nl-NL", "en-GB"]
Width = Literal["wide", "half", "narrow"]
CHART_WIDTH: Mapping[Width, int] = {"wide": 700, "half": 520, "narrow": 316}
# a page shows the first of these, on a narrow screen the second
FULL_WIDTH: tuple[Width, Width] = ("wide", "narrow")
HALF_WIDTH: tuple[Width, Width] = ("half", "narrow")
SPARK_HEIGHT = 40
TEXT_SIZE = 12
# wider than any figure drawn at TEXT_SIZE, whatever the font
CHARACTER_WIDTH = 7.6


# whether a drawing is right is seen when it is drawn; to check each of its parts against the schema takes longer
unchecked = debug_mode(False)


@dataclass(frozen=True)
class Bar:
    """One horizontal bar, its label and the text behind it; `part` is drawn darker inside it."""

    label: str
    value: float
    text: str
    part: float | None = None


@lru_cache(maxsize=64)
@unchecked
def sparkline(
    values: tuple[float | None, ...], *, is_last_settled: bool, marks: tuple[tuple[int, str], ...] = ()
) -> str:
    """A line without axes; gaps stay gaps, the last point is hollow while it may still change.

    `marks` are places with a label: a dashed line through the drawing, the label below it. It has no words of a
    language, so that the pages in all languages share it.
    """
    rows = [{"x": place, "y": value} for place, value in enumerate(values)]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, max(len(values) - 1, 1)], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False, nice=False, padding=4))
    base = alt.Chart(inline(rows)).encode(x=x, y=y)
    line = base.mark_line(color=LIGHT["accent"], strokeWidth=1.75, invalid="break-paths-show-path-domains")
    last = base.transform_filter(alt.datum.x == len(values) - 1).mark_point(
        size=34, filled=True, opacity=1, stroke=LIGHT["accent"], strokeWidth=1.75,
        fill=LIGHT["accent"] if is_last_settled else LIGHT["surface"],
    )  # fmt: skip
    layers = [line, last]
    if marks:
        marked = alt.Chart(inline([{"x": place, "label": label} for place, label in sorted(marks)])).encode(x=x)
        layers.insert(0, marked.mark_rule(color=LIGHT["muted"], strokeDash=[2, 2]))
        label = marked.mark_text(fontSize=10, fontWeight=600, color=LIGHT["ink"])
        layers.append(label.encode(text="label:N", y=alt.value(SPARK_HEIGHT + 9)))
    return svg_of(alt.layer(*layers).properties(width=220, height=SPARK_HEIGHT), "en-GB")


@unchecked
def bars(rows: Sequence[Bar], width: Width, number_locale: NumberLocale) -> str:
    """Horizontal bars in the given order; on narrow pages the label stands above its bar."""
    is_narrow = width == "narrow"
    step = 44 if is_narrow else 34
    label_room = 4 if is_narrow else 190
    data = [
        {"label": row.label, "place": place, "value": row.value, "text": row.text, "part": row.part or 0}
        for place, row in enumerate(rows)
    ]
    axis = alt.Axis(
        title=None, labels=not is_narrow, ticks=False, domain=False, labelLimit=label_room - 36, labelPadding=10,
        labelFontSize=TEXT_SIZE + 1, labelColor=LIGHT["ink"], minExtent=label_room, maxExtent=label_room,
        labelExpr="datum.value == null ? '' : names[datum.value]",
    )  # fmt: skip
    y = alt.Y("place:O", axis=axis, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    x = alt.X(
        "value:Q", axis=None, scale=alt.Scale(domain=[0, _reach(rows, CHART_WIDTH[width] - label_room)], nice=False)
    )
    base = alt.Chart(inline(data)).encode(y=y, x=x)
    offset = 8 if is_narrow else 0
    layers = [
        base.mark_bar(height=18, yOffset=offset, color=LIGHT["pale" if _has_parts(rows) else "accent"]),
        base.mark_text(align="left", dx=7, dy=offset, fontSize=TEXT_SIZE, color=LIGHT["ink"]).encode(text="text:N"),
    ]
    if _has_parts(rows):
        inner = base.mark_bar(height=8, yOffset=offset, color=LIGHT["accent"])
        layers.insert(1, inner.encode(x=alt.X("part:Q", axis=None)))
    if is_narrow:
        above = base.mark_text(align="left", dy=-11, fontSize=TEXT_SIZE, color=LIGHT["muted"], limit=250)
        layers.append(above.encode(x=alt.value(0), text="label:N"))
    names = alt.param(name="names", value=[row.label for row in rows])
    chart = alt.layer(*layers).add_params(names)
    return svg_of(chart.properties(width=CHART_WIDTH[width] - label_room, height=step * len(rows)), number_locale)


def _reach(rows: Sequence[Bar], room: int) -> float:
    """The end of the axis that leaves every bar the space for the text behind it."""
    longest = max((row.value for row in rows), default=0) or 1
    text_room = 14 + CHARACTER_WIDTH * max((len(row.text) for row in rows), default=0)
    return longest * room / max(room - text_room, room / 4)


def _has_parts(rows: Sequence[Bar]) -> bool:
    return any(row.part is not None for row in rows)


def inline(rows: list[dict[str, Any]]) -> alt.InlineData:
    """Rows that stand in the specification itself."""
    return alt.InlineData(values=rows)


def svg_of(chart: alt.TopLevelMixin, number_locale: NumberLocale) -> str:
    """The drawing of a chart, with the look that all have."""
    spec = chart.to_dict(validate=False)
    spec["config"] = CONFIG
    spec["padding"] = {"left": 2, "right": 6, "top": 4, "bottom": 4}
    # on a control character the chart library does not fail: it ends the process
    return _converted(json.dumps(_drawable(spec), sort_keys=True), number_locale)


def _drawable(part: Any) -> Any:
    if isinstance(part, str):
        return drawable(part)
    if isinstance(part, dict):
        return {key: _drawable(value) for key, value in part.items()}
    return [_drawable(value) for value in part] if isinstance(part, list) else part


CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": "Arial, sans-serif",
    "view": {"stroke": None},
    "title": {"fontSize": TEXT_SIZE + 1, "fontWeight": 600, "color": LIGHT["ink"]},
    "axis": {
        "labelFontSize": TEXT_SIZE,
        "labelColor": LIGHT["muted"],
        "titleFontSize": TEXT_SIZE,
        "titleFontWeight": "normal",
        "titleColor": LIGHT["muted"],
        "gridColor": LIGHT["rule"],
        "domainColor": LIGHT["rule"],
        "tickColor": LIGHT["rule"],
    },
}


@lru_cache(maxsize=64)
def _converted(spec: str, number_locale: NumberLocale) -> str:
    # no base address is allowed: a specification that names data elsewhere fails instead of fetching it
    svg: str = vl_convert.vegalite_to_svg(
        spec, vl_version=VEGA_LITE, allowed_base_urls=[], format_locale=number_locale, time_format_locale=number_locale
    )
    return svg
