"""The KPIs of the month: the headline cards, the table of all figures, and e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.failures import WrongUse
from pipelines.review.annotations import trend_marks
from pipelines.review.changes import Change, change_since
from pipelines.review.definitions_changed import by_other_definition
from pipelines.review.grids import Cell, Column, Grid, GridRow, Notes
from pipelines.review.month import ClosedMonth, Definition, KpiValue
from pipelines.review.targets import TargetLine, target_lines
from pipelines.review.trend import trend_line
from pipelines.review.wording import MISSING, Phrase, Wording

EMAIL_FAMILY = "email"
FAMILIES = (
    *("traffic", "behaviour", "content", "seo", "social", "lead_gen", "automation", "funnel", "sales", "ecommerce"),
    "retail",
)
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
class Badge:
    """A state in words with a sign; the colour only repeats it."""

    kind: str
    sign: str
    label: str
    reason: Phrase


@dataclass(frozen=True)
class Card:
    """One headline KPI."""

    kpi_id: str
    name: str
    value: str
    so_far: str
    counted: str
    interval: str
    badges: tuple[Badge, ...]
    targets: tuple[TargetLine, ...]
    change: Change | None
    sparkline: Markup | None
    trend_text: str
    definition_version: int
    annotations: tuple[int, ...]


SIGNS = {"final": "●", "provisional": "◐", "immature": "◔", "ok": "✓", "caution": "!", "bad": "✕"}


def headline_cards(month: ClosedMonth, pack: Sequence[str], wording: Wording) -> list[Card]:
    """A card per KPI of the pack, in its order; raises WrongUse for a KPI that is not in the catalogue."""
    unknown = [kpi_id for kpi_id in pack if kpi_id not in month.definitions]
    if unknown:
        raise WrongUse(f"headline pack: {unknown[0]}", "the catalogue has no such KPI", "name a KPI id of config/kpis")
    return [_card(month, month.definitions[kpi_id], wording) for kpi_id in pack]


def _card(month: ClosedMonth, definition: Definition, wording: Wording) -> Card:
    known = month.of_month(definition.kpi_id)
    name = wording.kpi_name(definition)
    line, trend_text = trend_line(month, definition, wording)
    marks = trend_marks(month, definition.kpi_id)
    annotations = tuple(sorted({number for numbers in marks.values() for number in numbers}))
    if known is None:
        absent = Badge("none", "○", wording("status.absent"), Phrase(wording("value.absent")))
        return Card(
            definition.kpi_id,
            name,
            MISSING,
            "",
            "",
            "",
            (absent,),
            (),
            None,
            None,
            trend_text,
            definition.definition_version,
            annotations,
        )
    return Card(
        kpi_id=definition.kpi_id,
        name=name,
        value=MISSING if known.value is None else wording.figure(definition.kpi_id, definition.unit, known.value),
        so_far=wording("value.so_far") if known.is_immature and known.value is not None else "",
        counted=_counted(known, wording),
        interval=_interval("value.interval", definition, known, wording),
        badges=(status_badge(known, wording), trust_badge(known, wording)),
        targets=target_lines(month, definition, wording),
        change=change_since(month, definition, wording),
        sparkline=line,
        trend_text=trend_text,
        definition_version=known.definition_version,
        annotations=annotations,
    )


def _counted(known: KpiValue, wording: Wording) -> str:
    if known.part_of_whole is None:
        return ""
    part, whole = known.part_of_whole
    return wording("value.part_of_whole", part=wording.count(part), whole=wording.count(whole))


def _interval(key: str, definition: Definition, known: KpiValue, wording: Wording) -> str:
    """The interval as a range in words; empty when there is none."""
    if known.ci_low is None or known.ci_high is None:
        return ""
    ends, narrowest = (known.ci_low, known.ci_high), known.ci_low or known.ci_high
    low, high = (wording.figure(definition.kpi_id, definition.unit, end, beside=narrowest) for end in ends)
    return wording(key, low=low, high=high)


def status_badge(known: KpiValue, wording: Wording) -> Badge:
    """Whether the number can still change, or why there is none."""
    sign = SIGNS.get(known.status, "○")
    return Badge(known.status, sign, wording(f"status.{known.status}"), wording.reason(known.status_reason))


def trust_badge(known: KpiValue, wording: Wording) -> Badge:
    """How far the number can be relied on."""
    return Badge(known.trust, SIGNS[known.trust], wording(f"trust.{known.trust}"), wording.reason(known.trust_reason))


def all_figures(month: ClosedMonth, wording: Wording) -> list[Grid]:
    """A table per family of KPIs, e-mail left out: it has its own section."""
    by_family = {family: _shown(month, family) for family in FAMILIES}
    return [
        figures_grid(month, members, wording(f"family.{family}"), wording)
        for family, members in by_family.items()
        if members
    ]


def _shown(month: ClosedMonth, family: str) -> list[Definition]:
    """The KPIs of a family that the month has a row of, in reading order."""
    members = [known for known in month.definitions.values() if known.family == family]
    return sorted((known for known in members if month.of_month(known.kpi_id)), key=reading_place)


def reading_place(definition: Definition) -> tuple[int, str]:
    """Where a KPI stands among the others of its table."""
    is_named = definition.kpi_id in READING_ORDER
    place = READING_ORDER.index(definition.kpi_id) if is_named else len(READING_ORDER)
    return place, definition.kpi_id


def email_grid(month: ClosedMonth, wording: Wording) -> Grid | None:
    """The e-mail KPIs; None when the snapshot has none."""
    shown = _shown(month, EMAIL_FAMILY)
    caption = wording("email.caption", month=wording.month(month.snapshot.month))
    return figures_grid(month, shown, caption, wording) if shown else None


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
        Column(wording("column.state"), is_number=False),
    )
    rows = []
    for definition in shown:
        known = month.of_month(definition.kpi_id)
        change = change_since(month, definition, wording)
        values = [known, *(by_kpi.get(definition.kpi_id) for _, by_kpi in longer)]
        cells = [_value_cell(definition, value, known, notes, wording) for value in values]
        rows.append(GridRow(wording.kpi_name(definition), (*cells, _change_cell(change), _state_cell(known, wording))))
    return Grid(caption, wording("column.kpi"), columns, tuple(rows), notes.listed(), look="figures")


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
    interval = _interval("value.interval_short", definition, known, wording)
    remarks = (_counted(known, wording), interval, by_other_definition(known, of_month, wording))
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
