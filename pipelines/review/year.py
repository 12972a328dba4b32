"""The twelve months that end with a closed one: every KPI of the company as a row, a table per family."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pipelines.review.definitions_changed import by_other_definition
from pipelines.review.figures import OTHER_FAMILIES, TOPICS, reading_place
from pipelines.review.grids import Cell, Column, Grid, GridRow, Notes
from pipelines.review.month import ClosedMonth, Definition, KpiValue, months_before
from pipelines.review.wording import Number, Phrase, Wording

MONTHS = 12
FAMILIES = (*OTHER_FAMILIES, *(family for families in TOPICS.values() for family in families))


def year_grids(month: ClosedMonth, wording: Wording) -> list[Grid]:
    """A table per family that has a figure in one of the months, each month by the version that was newest then."""
    grids = (_of_family(month, family, wording) for family in FAMILIES)
    return [grid for grid in grids if grid]


def _of_family(month: ClosedMonth, family: str, wording: Wording) -> Grid | None:
    notes = Notes()
    members = sorted((one for one in month.definitions.values() if one.family == family), key=reading_place)
    trends = ((definition, month.trend(definition.kpi_id)[-MONTHS:]) for definition in members)
    rows = tuple(
        _row(month, definition, trend, notes, wording)
        for definition, trend in trends
        if any(known and known.value is not None for _, known in trend)
    )
    if not rows:
        return None
    months = [months_before(month.snapshot.month, back) for back in range(MONTHS - 1, -1, -1)]
    columns = (*(Column(wording.month_short(day)) for day in months), Column(wording("year.total")))
    return Grid(wording(f"family.{family}"), wording("column.kpi"), columns, rows, notes.listed(), look="year")


def _row(
    month: ClosedMonth,
    definition: Definition,
    trend: Sequence[tuple[date, KpiValue | None]],
    notes: Notes,
    wording: Wording,
) -> GridRow:
    now = month.of_month(definition.kpi_id)
    cells = [_cell(definition, known, now, notes, wording) for _, known in trend]
    unit = wording.known(f"unit.{definition.unit}") or ""
    remark = ", ".join(part for part in (unit, wording("figures.vanity") if definition.is_vanity else "") if part)
    return GridRow(wording.kpi_name(definition), (*cells, _total(definition, trend, notes, wording)), remark=remark)


def _cell(
    definition: Definition, known: KpiValue | None, now: KpiValue | None, notes: Notes, wording: Wording
) -> Cell:  # fmt: skip
    if known is None:
        return notes.missing(Phrase(wording("value.absent")))
    if known.value is None:
        return notes.missing(wording.reason(known.status_reason or "unknown"))
    doubts = (wording("trend.so_far") if known.is_immature else "", by_other_definition(known, now, wording))
    letters = "".join(notes.letter(Phrase(doubt)) for doubt in doubts if doubt)
    return Cell(_bare(definition, known.value, wording), letters)


def _bare(definition: Definition, value: Number, wording: Wording) -> str:
    """A figure without the word for its unit, which stands once in its row."""
    text = wording.figure(definition.kpi_id, definition.unit, value)
    return text.removesuffix(f" {wording.known(f'unit.{definition.unit}')}")


def _total(
    definition: Definition, trend: Sequence[tuple[date, KpiValue | None]], notes: Notes, wording: Wording
) -> Cell:  # fmt: skip
    """The sum, where months add up and all of them are known; anything else would be another figure."""
    if definition.additivity != "additive":
        return notes.missing(Phrase(wording("year.no_sum")))
    known = [one for _, one in trend if one is not None and one.numerator is not None]
    if len(known) < MONTHS:
        return notes.missing(Phrase(wording("year.not_all")))
    if len({one.definition_version for one in known}) > 1:
        return notes.missing(Phrase(wording("year.redefined")))
    total = sum((one.numerator for one in known if one.numerator is not None), Decimal(0))
    return Cell(_bare(definition, total, wording))
