"""The KPIs of the month: the headline cards, the table of all figures, e-mail, and the thirteen months behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from pipelines.failures import WrongUse
from pipelines.review import charts
from pipelines.review.changes import Change, change_since
from pipelines.review.grids import Cell, Column, Grid, GridRow, Notes
from pipelines.review.month import ClosedMonth, Definition, KpiValue
from pipelines.review.svg import dressed
from pipelines.review.wording import MISSING, Phrase, Wording

EMAIL_FAMILY = "email"


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
    is_missing: bool
    counted: str
    interval: str
    badges: tuple[Badge, ...]
    change: Change | None
    sparkline: Markup | None
    trend_text: str
    definition_version: int


SIGNS = {"final": "●", "provisional": "◐", "immature": "◔", "ok": "✓", "caution": "!", "bad": "✕"}


def kpi_name(definition: Definition, wording: Wording) -> str:
    """The name of a KPI in the page's language."""
    return definition.name_nl if wording.language == "nl" else definition.name_en


def headline_cards(month: ClosedMonth, pack: Sequence[str], wording: Wording) -> list[Card]:
    """A card per KPI of the pack, in its order; raises WrongUse for a KPI that is not in the catalogue."""
    unknown = [kpi_id for kpi_id in pack if kpi_id not in month.definitions]
    if unknown:
        raise WrongUse(f"headline pack: {unknown[0]}", "the catalogue has no such KPI", "name a KPI id of config/kpis")
    return [_card(month, month.definitions[kpi_id], wording) for kpi_id in pack]


def _card(month: ClosedMonth, definition: Definition, wording: Wording) -> Card:
    known = month.of_month(definition.kpi_id)
    name = kpi_name(definition, wording)
    sparkline, trend_text = _sparkline(month, definition, name, wording)
    if known is None:
        badges: tuple[Badge, ...] = (Badge("none", "○", wording("status.absent"), Phrase(wording("value.absent"))),)
        return Card(
            definition.kpi_id, name, MISSING, True, "", "", badges, None, None, trend_text, definition.definition_version
        )
    return Card(
        kpi_id=definition.kpi_id,
        name=name,
        value=MISSING if known.value is None else wording.figure(definition.kpi_id, definition.unit, known.value),
        is_missing=known.value is None,
        counted=_counted(known, wording),
        interval=interval_text(definition, known, wording),
        badges=(status_badge(known, wording), trust_badge(known, wording)),
        change=change_since(month, definition, wording),
        sparkline=sparkline,
        trend_text=trend_text,
        definition_version=known.definition_version,
    )


def _counted(known: KpiValue, wording: Wording) -> str:
    if known.part_of_whole is None:
        return ""
    part, whole = known.part_of_whole
    return wording("value.part_of_whole", part=wording.count(part), whole=wording.count(whole))


def interval_text(definition: Definition, known: KpiValue, wording: Wording) -> str:
    """The interval as a range in words; empty when there is none."""
    if known.ci_low is None or known.ci_high is None:
        return ""
    low, high = (wording.figure(definition.kpi_id, definition.unit, end) for end in (known.ci_low, known.ci_high))
    return wording("value.interval", low=low, high=high)


def status_badge(known: KpiValue, wording: Wording) -> Badge:
    """Whether the number can still change, or why there is none."""
    sign = SIGNS.get(known.status, "○")
    return Badge(known.status, sign, wording(f"status.{known.status}"), wording.reason(known.status_reason))


def trust_badge(known: KpiValue, wording: Wording) -> Badge:
    """How far the number can be relied on."""
    return Badge(known.trust, SIGNS[known.trust], wording(f"trust.{known.trust}"), wording.reason(known.trust_reason))


def _sparkline(
    month: ClosedMonth, definition: Definition, name: str, wording: Wording
) -> tuple[Markup | None, str]:
    """A line through the months that can be compared; cohorts that still convert are left out."""
    trend = month.trend(definition.kpi_id)
    settled = [(day, known.value if known and not known.is_immature else None) for day, known in trend]
    drawn = [(day, value) for day, value in settled if value is not None]
    if len(drawn) < 2:
        is_cohort = any(known and known.is_immature for _, known in trend)
        return None, wording("trend.immature" if is_cohort else "trend.too_short")
    now = month.of_month(definition.kpi_id)
    values = [value for _, value in settled]
    (low_day, low), (high_day, high) = min(drawn, key=lambda at: at[1]), max(drawn, key=lambda at: at[1])
    description = wording(
        "trend.description",
        low=wording.figure(definition.kpi_id, definition.unit, low),
        low_month=wording.month(low_day),
        high=wording.figure(definition.kpi_id, definition.unit, high),
        high_month=wording.month(high_day),
    )
    span = wording("trend.span", first=wording.month_short(trend[0][0]), last=wording.month_short(trend[-1][0]))
    svg = charts.sparkline(values, is_last_settled=now is not None and now.status == "final")
    dressed_svg = dressed(svg, name=f"trend-{definition.kpi_id}", title=f"{name}, {span}", description=description)
    return dressed_svg, span


def all_figures(month: ClosedMonth, wording: Wording) -> list[Grid]:
    """A table per family of KPIs, e-mail left out: it has its own section."""
    shown = [known for known in month.definitions.values() if month.of_month(known.kpi_id)]
    families = sorted((known for known in shown if known.family != EMAIL_FAMILY), key=lambda known: known.family)
    return [
        figures_grid(month, list(members), wording(f"family.{family}"), wording)
        for family, members in groupby(families, key=lambda known: known.family)
    ]


def email_grid(month: ClosedMonth, wording: Wording) -> Grid | None:
    """The e-mail KPIs; None when the snapshot has none."""
    shown = [known for known in month.definitions.values() if known.family == EMAIL_FAMILY]
    shown = [known for known in shown if month.of_month(known.kpi_id)]
    return figures_grid(month, shown, wording("email.caption"), wording) if shown else None


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
        cells = [_value_cell(definition, value, notes, wording) for value in values]
        rows.append(GridRow(kpi_name(definition, wording), (*cells, _change_cell(change), _state_cell(known, wording))))
    return Grid(caption, wording("column.kpi"), columns, tuple(rows), notes.listed())


def _value_cell(definition: Definition, known: KpiValue | None, notes: Notes, wording: Wording) -> Cell:
    if known is None:
        return notes.missing(Phrase(wording("value.absent")))
    if known.value is None:
        return notes.missing(wording.reason(known.status_reason or "unknown"))
    remarks = (_counted(known, wording), interval_text(definition, known, wording))
    text = wording.figure(definition.kpi_id, definition.unit, known.value)
    return Cell(text, remark="; ".join(remark for remark in remarks if remark))


def _change_cell(change: Change | None) -> Cell:
    if change is None:
        return Cell("")
    return Cell(change.short, remark=change.verdict_text) if change.short else Cell("", remark=change.sentence)


def _state_cell(known: KpiValue | None, wording: Wording) -> Cell:
    if known is None:
        return Cell("")
    status, trust = status_badge(known, wording), trust_badge(known, wording)
    remarks = [status.reason.text if known.value is not None else "", trust.label if known.trust != "ok" else ""]
    return Cell(f"{status.sign} {status.label}", remark="; ".join(remark for remark in remarks if remark))


def trend_grid(month: ClosedMonth, pack: Sequence[str], wording: Wording) -> Grid:
    """Thirteen months of the headline KPIs, each month with the version it is taken from."""
    notes = Notes()
    versions = {earlier.snapshot.month: earlier.snapshot.version for earlier in month.earlier}
    versions[month.snapshot.month] = month.snapshot.version
    trends = {kpi_id: dict(month.trend(kpi_id)) for kpi_id in pack}
    rows = []
    for day in sorted(versions):
        cells = [_trend_cell(month.definitions[kpi_id], trends[kpi_id][day], notes, wording) for kpi_id in pack]
        version = wording("trend.version", version=versions[day])
        rows.append(GridRow(wording.month_short(day), tuple(cells), remark=version))
    columns = tuple(Column(kpi_name(month.definitions[kpi_id], wording)) for kpi_id in pack)
    return Grid(wording("trend.caption"), wording("column.month"), columns, tuple(rows), notes.listed())


def _trend_cell(definition: Definition, known: KpiValue | None, notes: Notes, wording: Wording) -> Cell:
    if known is None:
        return notes.missing(Phrase(wording("value.absent")))
    if known.value is None:
        return notes.missing(wording.reason(known.status_reason or "unknown"))
    text = wording.figure(definition.kpi_id, definition.unit, known.value)
    return Cell(text, notes.letter(Phrase(wording("trend.so_far")))) if known.is_immature else Cell(text)
