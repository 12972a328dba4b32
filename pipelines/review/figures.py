"""The KPIs of the month as tables, a family of them each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from pipelines.review.certainty import counted, interval, status_badge, trust_badge
from pipelines.review.changes import Change, change_since, change_since_year_before
from pipelines.review.definitions_changed import by_other_definition
from pipelines.review.grids import Cell, Column, Grid, GridRow, Notes
from pipelines.review.month import ClosedMonth, Definition, KpiValue
from pipelines.review.wording import Phrase, Wording

# the sections of a page that show the KPIs of some families, and those whose figures stand in the last section
TOPICS = {
    "email": ("email",),
    "search": ("seo", "content"),
    "shop": ("ecommerce", "retail"),
    "social": ("social",),
}
OTHER_FAMILIES = ("traffic", "behaviour", "lead_gen", "automation", "funnel", "sales")
# Counts before what they cost, stages along the funnel. A KPI that is not named here follows by its id.
READING_ORDER = (
    *("sessions", "users", "new_users", "returning_users", "new_vs_returning_ratio", "sessions_per_user"),
    *("mobile_traffic_share", "ad_spend", "cpc"),
    *("new_leads", "qualified_leads", "cpl", "cost_per_qualified_lead"),
    *("site_conversion_rate", "landing_page_conversion_rate"),
    *("mqls", "sals", "sqls", "opportunities", "customers", "visit_to_lead_rate", "lead_to_mql_rate"),
    *("mql_to_sal_rate", "sal_to_sql_rate", "mql_to_sql_rate", "lead_to_sql_rate", "sql_to_opportunity_rate"),
    *("opportunity_to_customer_rate", "lead_to_customer_rate"),
    *("revenue", "roas", "marketing_roi", "sales_cycle_days", "orders", "aov"),
    *("ecommerce_session_conversion_rate", "cart_abandonment_rate", "checkout_abandonment_rate"),
    *("email_open_rate", "email_click_rate", "email_unsubscribe_rate", "email_bounce_rate"),
)


@dataclass(frozen=True)
class WithoutFigure:
    """KPIs that have had no figure for thirteen months, and why: a row of signs for nothing would only be long."""

    names: str
    reason: Phrase


@dataclass(frozen=True)
class Topic:
    """A section of the page: its name, its tables and what has no row in them, else why there are none."""

    name: str
    grids: tuple[Grid, ...]
    without_figure: tuple[WithoutFigure, ...]
    reasons: tuple[Phrase, ...]


def topics(month: ClosedMonth, wording: Wording) -> list[Topic]:
    """The sections of their own, a table per family that the month has figures of; one without says why."""

    def is_of_month(definition: Definition) -> bool:
        value = month.of_month(definition.kpi_id)
        return value is not None and value.value is not None

    return [_topic(month, name, families, is_of_month, wording) for name, families in TOPICS.items()]


def other_figures(month: ClosedMonth, wording: Wording) -> Topic:
    """A table per family that has no section of its own and had figures, also when the month itself has none."""
    return _topic(month, "figures", OTHER_FAMILIES, partial(_had_a_figure, month), wording)


def _topic(
    month: ClosedMonth, name: str, families: Sequence[str], is_told: Callable[[Definition], bool], wording: Wording
) -> Topic:
    """The families of which one KPI at least is told; of those all that had a figure are rows."""
    of_family = {family: _members(month, family) for family in families}
    rows = {family: [one for one in of_it if _had_a_figure(month, one)] for family, of_it in of_family.items()}
    grids = [
        figures_grid(month, rows[family], wording(f"family.{family}"), wording)
        for family, of_it in of_family.items()
        if any(map(is_told, of_it))
    ]
    members = [one for of_it in of_family.values() for one in of_it]
    if grids:
        return Topic(name, tuple(grids), _without_figure(month, members, wording), ())
    said = {reason: None for one in members if (reason := _reason(month, one))}
    return Topic(name, (), (), tuple(wording.reason(reason) for reason in said))


def _without_figure(
    month: ClosedMonth, definitions: Sequence[Definition], wording: Wording
) -> tuple[WithoutFigure, ...]:
    names: dict[str, list[str]] = {}
    for definition in definitions:
        if not _had_a_figure(month, definition):
            names.setdefault(_reason(month, definition) or "unknown", []).append(wording.kpi_name(definition))
    return tuple(WithoutFigure(", ".join(of_it), wording.reason(reason)) for reason, of_it in names.items())


def _reason(month: ClosedMonth, definition: Definition) -> str:
    """Why the month has no figure of a KPI."""
    value = month.of_month(definition.kpi_id)
    return value.status_reason if value is not None and value.value is None else ""


def _had_a_figure(month: ClosedMonth, definition: Definition) -> bool:
    """Whether there is a figure of the KPI: of one of the thirteen months, or of the quarter or year."""
    kpi_id = definition.kpi_id
    values = [*(value for _, value in month.trend(kpi_id)), *(by_kpi.get(kpi_id) for by_kpi in month.values.values())]
    return any(value and value.value is not None for value in values)


def _members(month: ClosedMonth, family: str) -> list[Definition]:
    """The KPIs of a family that the month has a row of, in reading order."""
    members = [known for known in month.definitions.values() if known.family == family]
    return sorted((known for known in members if month.of_month(known.kpi_id)), key=reading_place)


def reading_place(definition: Definition) -> tuple[int, str]:
    """Where a KPI stands among the others of its table."""
    is_named = definition.kpi_id in READING_ORDER
    place = READING_ORDER.index(definition.kpi_id) if is_named else len(READING_ORDER)
    return place, definition.kpi_id


def figures_grid(month: ClosedMonth, shown: Sequence[Definition], caption: str, wording: Wording) -> Grid:
    """Value with what it counts, interval, previous month, change and state of each KPI."""
    notes = Notes()
    longer = [
        (grain, values)
        for grain, values in month.values.items()
        if grain != "month" and any(known.kpi_id in values for known in shown)
    ]
    columns = (
        Column(wording.month_short(month.snapshot.month)),
        *(Column(wording(f"grain.{grain}")) for grain, _ in longer),
        Column(wording("column.change"), is_number=False),
        *((Column(wording("column.year_before"), is_number=False),) if month.year_before else ()),
        Column(wording("column.state"), is_number=False),
    )
    rows = []
    for definition in shown:
        known = month.of_month(definition.kpi_id)
        changes = [change_since(month, definition, wording)]
        if month.year_before:
            changes.append(change_since_year_before(month, definition, wording))
        values = [known, *(by_kpi.get(definition.kpi_id) for _, by_kpi in longer)]
        cells = [_value_cell(definition, value, known, notes, wording) for value in values]
        cells += [*map(_change_cell, changes), _state_cell(known, wording)]
        remark = wording("figures.vanity") if definition.is_vanity else ""
        rows.append(GridRow(wording.kpi_name(definition), tuple(cells), remark=remark))
    return Grid(caption, wording("column.kpi"), columns, tuple(rows), notes.listed(), look="figures stacks")


def _value_cell(
    definition: Definition, known: KpiValue | None, of_month: KpiValue | None, notes: Notes, wording: Wording
) -> Cell:
    """The state of the month has its own column; that of a quarter or year stands in a note."""
    if known is None:
        return notes.missing(Phrase(wording("value.absent")))
    if known.value is None:
        return notes.missing(wording.reason(known.status_reason or "unknown"))
    text = wording.figure(definition.kpi_id, definition.unit, known.value)
    is_longer = known is not of_month
    letter = notes.letter(wording.reason(known.status_reason)) if is_longer and known.status_reason else ""
    between = interval("value.interval_short", definition, known, wording)
    remarks = (counted(known, wording), between, by_other_definition(known, of_month, wording))
    return Cell(text, letter, remarks=remarks)


def _change_cell(change: Change | None) -> Cell:
    if change is None:
        return Cell("")
    if not change.short:
        return Cell("", remarks=(change.sentence,))
    return Cell(change.short, remarks=(change.verdict_text or change.doubt,))


def _state_cell(known: KpiValue | None, wording: Wording) -> Cell:
    if known is None:
        return Cell("")
    status, trust = status_badge(known, wording), trust_badge(known, wording)
    doubt = f"{trust.label}: {trust.reason.text}" if known.trust != "ok" else ""
    remarks = (status.reason.text if known.value is not None else "", doubt)
    return Cell(f"{status.sign} {status.label}", remarks=remarks)
