"""Renders the operational page, and puts it beside the list of months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
from markupsafe import Markup

from pipelines.review import charts
from pipelines.review.attention import Matter, data_matters, gravest_first, target_matters
from pipelines.review.findings import findings
from pipelines.review.frame import LANGUAGES, Masthead, frame, template_of
from pipelines.review.grids import Cell, Column, Grid, GridRow
from pipelines.review.placing import placed, today_path
from pipelines.review.reconciliation import reconciliation
from pipelines.review.rejections import rejections_section
from pipelines.review.svg import dressed
from pipelines.review.targets import targets_grid
from pipelines.review.today.days import days_grid
from pipelines.review.today.morning import Morning, Told, read_morning
from pipelines.review.today.recent_chart import Series, Span, recent_days
from pipelines.review.today.sources import source_matters, sources_grid
from pipelines.review.wording import MISSING, NUMBER_LOCALES, Wording, load_wording

DRAWN = ("sessions", "new_leads", "ad_spend")


def write_today(
    connection: duckdb.DuckDBPyConnection,
    reports: Path,
    masthead: Masthead,
    told: Told,
    languages: Sequence[str] = LANGUAGES,
) -> list[Path]:
    """Writes `reports/today.<language>.html` of the last build; nothing before there was one."""
    morning = read_morning(connection, told)
    if morning is None:
        return []
    template = template_of("today.html.j2")
    return [
        placed(
            today_path(reports, wording.language),
            template.render(
                **frame(wording, masthead, languages), **_sections(morning, wording), made_from=""
            ).encode(),
        )
        for wording in map(load_wording, languages)
    ]


def _sections(morning: Morning, wording: Wording) -> dict[str, object]:
    return {
        "missing": MISSING,
        "morning": morning,
        "matters": gravest_first(list(_matters(morning, wording))),
        "days": days_grid(morning, wording),
        "drawings": _drawings(morning, wording),
        "targets": targets_grid(morning.targets, morning.definitions, wording("today.targets_caption"), wording),
        "sources": sources_grid(morning.sources, wording),
        "unread": _unread_grid(morning.unread_files, wording),
        "findings": findings(morning.checks, wording),
        "refusals": reconciliation((), morning.refused, wording).refusals,
        "rejections": rejections_section(morning.rejections, wording),
    }


def _matters(morning: Morning, wording: Wording) -> Iterator[Matter]:
    yield from target_matters(morning.targets, morning.definitions, wording)
    yield from source_matters(morning.sources, wording)
    if morning.unread_files:
        sentence = wording.counted("today.unread", len(morning.unread_files))
        yield Matter("bad", "✕", wording("today.state.failed"), sentence, "sources")
    yield from data_matters(morning.refused, morning.rejections, morning.checks, wording)
    for line in morning.quotas:
        told = wording.reason(line)
        yield Matter("caution", "!", wording("today.quota_label"), wording("today.quota"), "sources", told)


def _unread_grid(files: Sequence[tuple[str, str]], wording: Wording) -> Grid | None:
    """The files whose newest version could not be read, each with the reason."""
    rows = []
    for path, reason in files:
        why = wording.rejection(reason)
        rows.append(GridRow(path, (Cell(why.text, language=why.language),)))
    columns = (Column(wording("rejections.why"), is_number=False),)
    return Grid(wording("today.unread_caption"), wording("rejections.file"), columns, tuple(rows)) if rows else None


def _drawings(morning: Morning, wording: Wording) -> tuple[tuple[str, Markup], ...]:
    """The chart at each width; empty when there is nothing to draw."""
    series = [
        Series(
            wording.kpi_name(definition),
            {day: known.value for day, known in morning.days[definition.kpi_id].items()},
            morning.needed_by_day.get(definition.kpi_id),
        )
        for definition in morning.watched
        if definition.kpi_id in DRAWN
    ]
    if not series:
        return ()
    span = Span(morning.first_shown, morning.yesterday, morning.month)
    named = ", ".join(one.title for one in series)
    period = wording.period(morning.first_shown, morning.yesterday)
    return tuple(
        (
            width,
            dressed(
                recent_days(series, span, width, NUMBER_LOCALES[wording.language]),
                name=f"recent-{width}",
                title=wording("today.chart_title", names=named, period=period),
                description=" ".join(_described(one, wording) for one in series),
            ),
        )
        for width in charts.FULL_WIDTH
    )


def _described(series: Series, wording: Wording) -> str:
    known = [value for value in series.days.values() if value is not None]
    low, high = wording.count(round(min(known))), wording.count(round(max(known)))
    return wording("daily.described", name=series.title, low=low, high=high)
