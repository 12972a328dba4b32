"""The funnel twice: what entered each stage in the month, and how far the latest mature cohort of leads came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.review import charts
from pipelines.review.grids import Cell, Column, Grid, GridRow, Notes
from pipelines.review.month import ClosedMonth, Cohort, KpiValue, StageEntries
from pipelines.review.svg import dressed
from pipelines.review.wording import MISSING, NUMBER_LOCALES, Phrase, Wording


@dataclass(frozen=True)
class FunnelView:
    """One of the two readings: its table and its chart at each width."""

    grid: Grid
    charts: tuple[tuple[str, Markup], ...]


def period_view(month: ClosedMonth, wording: Wording) -> FunnelView | None:
    """Entries of the month per stage; None when the snapshot has none."""
    if not month.entries:
        return None
    notes = Notes()
    named = [(_stage(month, step.stage, wording), step) for step in month.entries]
    planned = month.members["required_stage_volume"]
    rows = [
        GridRow(
            name,
            (
                Cell(wording.count(step.entered)),
                _share(step.rate_from_previous, place == 0, notes, wording),
                *(_planned(step, planned.get(step.stage), notes, wording) if planned else ()),
            ),
        )
        for place, (name, step) in enumerate(named)
    ]
    name = wording.month(month.snapshot.month)
    heads = ("entered", "ratio", *(("planned", "of_plan") if planned else ()))
    columns = tuple(Column(wording(f"funnel.{head}")) for head in heads)
    caption = wording("funnel.period_caption", month=name)
    grid = Grid(caption, wording("column.stage"), columns, tuple(rows), notes.listed())
    bars = [charts.Bar(label, step.entered, wording.count(step.entered)) for label, step in named]
    return FunnelView(grid, _charts(bars, "funnel-period", caption, wording))


def cohort_view(month: ClosedMonth, wording: Wording) -> FunnelView | None:
    """The latest cohort whose window is over for every lead; None when no cohort is that old."""
    cohort = month.cohort
    if cohort is None:
        return None
    notes = Notes()
    rows = _cohort_rows(month, cohort, notes, wording)
    columns = tuple(Column(wording(f"funnel.{key}")) for key in ("reached", "of_leads", "of_previous", "median_days"))
    name = wording.month(cohort.month)
    caption = wording("funnel.cohort_caption", month=name, days=cohort.window_days)
    grid = Grid(caption, wording("column.stage"), columns, tuple(rows), notes.listed())
    bars = [
        charts.Bar(
            _stage(month, step.stage, wording),
            step.reached,
            f"{wording.count(step.reached)} ({wording.percentage(step.rate)})" if step.rate is not None else "0",
        )
        for step in cohort.stages
    ]
    return FunnelView(grid, _charts(bars, "funnel-cohort", caption, wording))


def _planned(step: StageEntries, need: KpiValue | None, notes: Notes, wording: Wording) -> tuple[Cell, Cell]:
    """What the reverse funnel asks of the stage in this month, and which part of it came."""
    if need is None or need.value is None:
        why = wording.reason(need.status_reason) if need else Phrase(wording("funnel.not_planned"))
        return notes.missing(why), notes.missing(why)
    share = Cell(wording.percentage(step.entered / need.value)) if need.value else Cell(MISSING)
    return Cell(wording.count(need.value)), share


def _cohort_rows(month: ClosedMonth, cohort: Cohort, notes: Notes, wording: Wording) -> list[GridRow]:
    rows = []
    for place, step in enumerate(cohort.stages):
        days = (
            notes.missing(Phrase(wording("funnel.none_reached")))
            if step.median_days is None
            else Cell(wording.count(step.median_days))
        )
        cells = (
            Cell(wording.count(step.reached)),
            _share(step.rate, False, notes, wording),
            _share(step.rate_from_previous, place == 0, notes, wording),
            days,
        )
        rows.append(GridRow(_stage(month, step.stage, wording), cells))
    return rows


def _share(rate: float | None, is_first: bool, notes: Notes, wording: Wording) -> Cell:
    if is_first:
        return notes.missing(Phrase(wording("funnel.first_stage")))
    if rate is None:
        return notes.missing(Phrase(wording("funnel.none_before")))
    return Cell(wording.percentage(rate))


def _stage(month: ClosedMonth, stage: str, wording: Wording) -> str:
    return month.stage_names.get(stage, {}).get(wording.language, stage)


def _charts(bars: Sequence[charts.Bar], name: str, title: str, wording: Wording) -> tuple[tuple[str, Markup], ...]:
    description = "; ".join(f"{bar.label}: {bar.text}" for bar in bars)
    language = NUMBER_LOCALES[wording.language]
    return tuple(
        (
            width,
            dressed(charts.bars(bars, width, language), name=f"{name}-{width}", title=title, description=description),
        )
        for width in charts.HALF_WIDTH
    )
