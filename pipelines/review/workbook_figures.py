"""The sheets of KPIs: the headline, every KPI of month, quarter and year, and families of them.

They hold the snapshot's own numbers, unrounded; where one is missing, the reason stands beside the empty cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from pipelines.review.certainty import status_badge, trust_badge
from pipelines.review.changes import change_since
from pipelines.review.figures import OTHER_FAMILIES, TOPICS, reading_place
from pipelines.review.month import ClosedMonth, Definition, KpiValue, months_before
from pipelines.review.sheets import (
    Cell,
    Month,
    Sheet,
    columns,
    exact_look,
    figure,
    look_of,
    unit_name,
)
from pipelines.review.targets import target_lines
from pipelines.review.wording import Wording

# families with a sheet of their own, in its order
OWN_SHEETS = ("email", "seo", "ecommerce", "retail", "social")
ALL_FAMILIES = (*OTHER_FAMILIES, *(family for families in TOPICS.values() for family in families))
PREVIOUS, LAST_YEAR = 1, 12
# the sign of a KPI that a version does not have
NO_STATUS = "○"
STATE = (("status", 18), ("status_reason", 40), ("trust", 16), ("trust_reason", 40))
HEADLINE = (
    *(("kpi", 36), ("value", 14), ("unit", 12), *STATE, ("previous", 14), ("previous_from", 30)),
    *(("change", 60), ("verdict", 24), ("targets", 60), ("definition_version", 10)),
)
FIGURES = (
    *(("kpi", 36), ("kpi_id", 28), ("family", 20), ("grain", 10), ("starts", 12), ("value", 14), ("unit", 12)),
    *(("numerator", 16), ("denominator", 16), ("low", 12), ("high", 12), *STATE),
    *(("previous", 14), ("previous_from", 30), ("last_year", 14), ("last_year_from", 30), ("definition_version", 10)),
)


def headline_sheet(month: ClosedMonth, pack: Sequence[str], wording: Wording) -> Sheet:
    """The KPIs at the top of the page, with what is said of them there."""
    shown = [month.definitions[kpi_id] for kpi_id in pack if kpi_id in month.definitions]
    return Sheet(
        wording("headline.heading"),
        f"{wording('headline.heading')}: {wording.month(month.snapshot.month)}",
        columns(wording, HEADLINE),
        tuple(_headline(month, definition, wording) for definition in shown),
        wording("figures.none"),
    )


def _headline(month: ClosedMonth, definition: Definition, wording: Wording) -> tuple[Cell, ...]:
    known, change = month.of_month(definition.kpi_id), change_since(month, definition, wording)
    targets = (
        " ".join(part for part in (line.sign, line.label + ":", line.sentence, line.reason.text) if part)
        for line in target_lines(month, definition, wording)
    )
    return (
        wording.kpi_name(definition),
        *_value(definition, known, wording),
        *_state(known, wording),
        *_earlier(month, definition, PREVIOUS, wording),
        change.sentence if change else None,
        (change.verdict_text or change.doubt or None) if change else None,
        "; ".join(targets) or None,
        figure(known.definition_version if known else definition.definition_version, "count"),
    )


def figures_sheet(month: ClosedMonth, wording: Wording) -> Sheet:
    """Every KPI in total, of the month and of the quarter and year that end with it."""
    title = f"{wording('workbook.figures')}: {wording.month(month.snapshot.month)}"
    rows = (row for family in ALL_FAMILIES for row in _family_rows(month, family, wording))
    return Sheet(wording("workbook.figures"), title, columns(wording, FIGURES), tuple(rows), wording("figures.none"))


def family_sheets(month: ClosedMonth, wording: Wording) -> Iterator[Sheet]:
    """One sheet for each of the families that people look up alone; none where the month has no row of it."""
    for family in OWN_SHEETS:
        rows, name = tuple(_family_rows(month, family, wording)), wording(f"family.{family}")
        if rows:
            yield Sheet(name, f"{name}: {wording.month(month.snapshot.month)}", columns(wording, FIGURES), rows)


def _family_rows(month: ClosedMonth, family: str, wording: Wording) -> Iterator[tuple[Cell, ...]]:
    members = sorted((one for one in month.definitions.values() if one.family == family), key=reading_place)
    for definition in members:
        for grain, values in month.values.items():
            known = values.get(definition.kpi_id)
            if known is not None:
                yield _figures(month, definition, grain, known, wording)


def _figures(
    month: ClosedMonth, definition: Definition, grain: str, known: KpiValue, wording: Wording
) -> tuple[Cell, ...]:
    look = look_of(definition.kpi_id, definition.unit)
    earlier: tuple[Cell, ...] = (None,) * 4
    if grain == "month":
        earlier = tuple(cell for back in (PREVIOUS, LAST_YEAR) for cell in _earlier(month, definition, back, wording))
    return (
        wording.kpi_name(definition),
        definition.kpi_id,
        wording(f"family.{definition.family}"),
        wording.known(f"grain.{grain}") or wording("column.month"),
        Month(_start_of(grain, month.snapshot.month)),
        *_value(definition, known, wording),
        figure(known.numerator, exact_look(known.numerator)),
        figure(known.denominator, exact_look(known.denominator)),
        figure(known.ci_low, look),
        figure(known.ci_high, look),
        *_state(known, wording),
        *earlier,
        figure(known.definition_version, "count"),
    )


def _start_of(grain: str, month: date) -> date:
    """The first day of the period of a grain that ends with a month."""
    months = {"quarter": (month.month - 1) % 3, "year": month.month - 1}
    return months_before(month, months.get(grain, 0))


def _value(definition: Definition, known: KpiValue | None, wording: Wording) -> tuple[Cell, Cell]:
    look = look_of(definition.kpi_id, definition.unit)
    return figure(known.value if known else None, look), unit_name(definition.kpi_id, definition.unit, wording)


def _state(known: KpiValue | None, wording: Wording) -> tuple[Cell, ...]:
    """Status and trust in sign and words, each with its reason; a value that is missing always has one."""
    if known is None:
        return f"{NO_STATUS} {wording('status.absent')}", wording("value.absent"), None, None
    status, trust = status_badge(known, wording), trust_badge(known, wording)
    reason = status.reason if known.value is not None else wording.reason(known.status_reason or "unknown")
    return (
        f"{status.sign} {status.label}",
        reason.text or None,
        f"{trust.sign} {trust.label}",
        trust.reason.text or None,
    )


def _earlier(month: ClosedMonth, definition: Definition, back: int, wording: Wording) -> tuple[Cell, Cell]:
    """What an earlier month said, and by which version; or nothing, and why."""
    wanted = months_before(month.snapshot.month, back)
    name = wording.month_short(wanted)
    found = next((one for one in month.earlier if one.snapshot.month == wanted), None)
    if found is None:
        return None, wording("workbook.not_frozen", month=name)
    known = found.values.get(definition.kpi_id)
    said = wording("workbook.said_by", month=name, version=found.snapshot.version)
    if known is None or known.value is None:
        why = wording("value.absent") if known is None else wording.reason(known.status_reason or "unknown").text
        return None, f"{said}: {why}"
    defined = wording("redefined.by_version", version=known.definition_version)
    is_other = known.definition_version != _version(month, definition)
    return figure(known.value, look_of(definition.kpi_id, definition.unit)), f"{said}, {defined}" if is_other else said


def _version(month: ClosedMonth, definition: Definition) -> int:
    known = month.of_month(definition.kpi_id)
    return known.definition_version if known else definition.definition_version
