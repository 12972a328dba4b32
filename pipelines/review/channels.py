"""What each channel brought and cost: tables and a chart. Totals are the KPIs' own totals, never sums of ratios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from pipelines.review import charts
from pipelines.review.certainty import counted
from pipelines.review.grids import Cell, Column, Grid, GridRow, Notes
from pipelines.review.month import ChannelMonth, ClosedMonth, KpiValue
from pipelines.review.svg import dressed
from pipelines.review.wording import NUMBER_LOCALES, Number, Phrase, Wording

# (column, KPI whose total it is, whether the total is that KPI's numerator)
VOLUMES: tuple[tuple[str, str | None, bool], ...] = (
    ("sessions", "sessions", False),
    ("spend_media_eur", "ad_spend", False),
    # what no KPI counts is the sum of its column
    ("spend_direct_eur", None, False),
    # the full cost has no KPI of its own: it is what the cost per lead divides
    ("spend_full_eur", "cpl", True),
    ("leads", "new_leads", False),
    ("mqls", "mqls", False),
    ("customers", "customers", False),
    ("revenue_eur", "revenue", False),
)
RATIOS: tuple[tuple[str, str | None, bool], ...] = (
    ("cpl_eur", "cpl", False),
    ("cost_per_qualified_lead_eur", "cost_per_qualified_lead", False),
    ("cpc_eur", "cpc", False),
    ("cpa_eur", "cpa", False),
    ("cac_paid_eur", "cac_paid", False),
    ("cac_blended_eur", "cac_blended", False),
    ("roas", "roas", False),
    ("roi", "marketing_roi", False),
)
OVER_FULL_COST = frozenset({"cpl_eur", "cost_per_qualified_lead_eur", "cpa_eur", "cac_blended_eur"})
EXPLAINED = ("(unallocated)", "(unknown)", "Unassigned", "(rest)")


@dataclass(frozen=True)
class ChannelSection:
    """The tables, the chart at each width, and the names that need a word."""

    volumes: Grid
    ratios: Grid
    traffic: Grid | None
    charts: tuple[tuple[str, Markup], ...]
    explained: tuple[tuple[str, str], ...]


def channel_section(month: ClosedMonth, wording: Wording) -> ChannelSection | None:
    """The channels of the month; None when the snapshot has none."""
    if not month.channels:
        return None
    present = {channel.channel for channel in month.channels}
    return ChannelSection(
        volumes=_grid("channels.volumes", VOLUMES, month, wording),
        ratios=_grid("channels.ratios", RATIOS, month, wording),
        traffic=_traffic(month, wording),
        charts=_charts(month, wording),
        explained=tuple((_named(name, wording), wording(f"member.{name}")) for name in EXPLAINED if name in present),
    )


def _traffic(month: ClosedMonth, wording: Wording) -> Grid | None:
    """The share of each channel in the sessions, and how many of its own were on a phone; None without sessions."""
    sessions, mobile = month.of_month("sessions"), month.members["mobile_traffic_share"]
    if sessions is None or not sessions.value:
        return None
    notes, columns = Notes(), tuple(Column(wording(f"channel.{name}")) for name in ("sessions", "share", "mobile"))
    shown = [(one.channel, one.sessions) for one in month.channels if one.sessions]
    shown.sort(key=lambda one: (one[0] in EXPLAINED, -one[1]))
    rows = [
        GridRow(_named(name, wording), _traffic_cells(count, sessions.value, mobile.get(name), notes, wording))
        for name, count in shown
    ]
    whole = _traffic_cells(sessions.value, sessions.value, month.of_month("mobile_traffic_share"), notes, wording)
    rows.append(GridRow(wording("channels.total"), whole, is_total=True))
    return Grid(wording("channels.traffic"), wording("column.channel"), columns, tuple(rows), notes.listed())


def _traffic_cells(
    sessions: float, total: float, mobile: KpiValue | None, notes: Notes, wording: Wording
) -> tuple[Cell, ...]:  # fmt: skip
    if mobile is None:
        on_phones = notes.missing(Phrase(wording("value.absent")))
    elif mobile.value is None:
        on_phones = notes.missing(wording.reason(mobile.status_reason))
    else:
        on_phones = Cell(wording.percentage(mobile.value), remarks=(counted(mobile, wording),))
    return Cell(wording.count(sessions)), Cell(wording.percentage(sessions / total)), on_phones


def _grid(key: str, figures: Sequence[tuple[str, str | None, bool]], month: ClosedMonth, wording: Wording) -> Grid:
    notes = Notes()
    columns = tuple(Column(wording(f"channel.{column}")) for column, _, _ in figures)
    rows = [
        GridRow(
            _named(channel.channel, wording), tuple(_cell(channel, column, notes, wording) for column, _, _ in figures)
        )
        for channel in _special_last(month.channels)
    ]
    total = tuple(_total(month, column, kpi_id, is_part, notes, wording) for column, kpi_id, is_part in figures)
    rows.append(GridRow(wording("channels.total"), total, is_total=True))
    return Grid(wording(key), wording("column.channel"), columns, tuple(rows), notes.listed())


def _named(channel: str, wording: Wording) -> str:
    """Channels are names and stay as they are; the labels of what has no channel are words."""
    return wording(f"label.{channel}") if channel in EXPLAINED else channel


def _special_last(channels: Sequence[ChannelMonth]) -> list[ChannelMonth]:
    """The real channels first; what belongs to none of them stands above the total."""
    return sorted(channels, key=lambda channel: channel.channel in EXPLAINED)


def _cell(channel: ChannelMonth, column: str, notes: Notes, wording: Wording) -> Cell:
    value = getattr(channel, column)
    if value is None:
        return notes.missing(Phrase(wording(why_without(channel, column))))
    return Cell(_written(column, wording)(value))


def why_without(channel: ChannelMonth, column: str) -> str:
    """The text that says why a channel has no figure: its cost is not known, or what divides it is 0."""
    is_costless = column in OVER_FULL_COST and channel.spend_full_eur is None
    return "channels.without.cost" if is_costless else f"channels.without.{column}"


def _total(
    month: ClosedMonth, column: str, kpi_id: str | None, is_part: bool, notes: Notes, wording: Wording
) -> Cell:  # fmt: skip
    if kpi_id is None:
        amounts = [amount for one in month.channels if (amount := getattr(one, column)) is not None]
        if not amounts:
            return notes.missing(Phrase(wording(f"channels.without.{column}")))
        return Cell(_written(column, wording)(sum(amounts)))
    known = month.of_month(kpi_id)
    if known is None:
        return notes.missing(Phrase(wording("channels.no_total")))
    value: Number | None = known.numerator if is_part else known.value
    if value is None:
        return notes.missing(wording.reason(known.status_reason or "unknown"))
    return Cell(_written(column, wording)(value))


def _written(column: str, wording: Wording) -> Callable[[Number], str]:
    if column == "roas":
        return wording.factor
    if column == "roi":
        return wording.percentage
    if column.startswith(("spend_", "revenue_")):
        return lambda value: wording.amount(value, cents=False)
    if column.endswith("_eur"):
        return lambda value: wording.amount(value, cents=True)
    return wording.count


def _charts(month: ClosedMonth, wording: Wording) -> tuple[tuple[str, Markup], ...]:
    costly = [channel for channel in _special_last(month.channels) if channel.spend_full_eur]
    if not costly:
        return ()
    rows = [_bar(channel, wording) for channel in costly]
    title = wording("channels.chart_title", month=wording.month(month.snapshot.month))
    description = wording("channels.chart_description", first=rows[0].label, amount=rows[0].text)
    language = NUMBER_LOCALES[wording.language]
    return tuple(
        (
            width,
            dressed(charts.bars(rows, width, language), name=f"cost-{width}", title=title, description=description),
        )
        for width in charts.FULL_WIDTH
    )


def _bar(channel: ChannelMonth, wording: Wording) -> charts.Bar:
    full, media = channel.spend_full_eur or Decimal(0), channel.spend_media_eur or Decimal(0)
    return charts.Bar(
        _named(channel.channel, wording), float(full), wording.amount(full, cents=False), part=float(media)
    )
