"""Fourteen closed months of an invented company, as the snapshot tables of the contract. Every figure is arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import sin, sqrt
from typing import Any

import duckdb
import pyarrow as pa

from assets.reference.annotation import COLUMNS, HEADER
from pipelines.listed_rows import listed_rows
from pipelines.snapshots import create_snapshot_tables
from pipelines.tables import read_table

Row = tuple[Any, ...]
Channel = tuple[str, float, int, int]
FIRST_MONTH, MONTHS = date(2025, 9, 1), 14
PACK = (
    "revenue",
    "new_leads",
    "lead_to_mql_rate",
    "mql_to_sql_rate",
    "opportunity_to_customer_rate",
    "cost_per_qualified_lead",
    "marketing_roi",
)
STAGES = ("lead", "mql", "sal", "sql", "opportunity", "customer")
STAGE_NAMES = (
    "Lead",
    "Marketing qualified lead",
    "Sales accepted lead",
    "Sales qualified lead",
    "Opportunity",
    "Klant",
)
CHANNELS: tuple[Channel, ...] = (
    # name, share of traffic and leads, media EUR, other EUR
    ("Paid Search", 0.24, 9400, 3100),
    ("Organic Search", 0.31, 0, 2600),
    ("Paid Social", 0.12, 5200, 1900),
    ("Email", 0.09, 0, 1200),
    ("Direct", 0.13, 0, 0),
    ("Referral", 0.05, 0, 300),
    ("Events", 0.03, 0, 2400),
    ("Unassigned", 0.02, 0, 0),
    ("(unknown)", 0.01, 0, 0),
    ("(unallocated)", 0.0, 0, 4150),
)
# id, Dutch, English, family, unit, direction, formula, sources
KPIS: tuple[tuple[str, str, str, str, str, str, str, str], ...] = (
    ("sessions", "Sessies op de website", "Sessions", "traffic", "count", "up_good", "sessions started", "ga4"),
    ("users", "Bezoekers", "Visitors (users)", "traffic", "count", "up_good", "distinct users", "ga4"),
    ("ad_spend", "Advertentiekosten", "Ad spend", "traffic", "EUR", "neutral", "media cost ex VAT", "ad_cost, ga4"),
    ("cpc", "Kosten per klik (CPC)", "Cost per click", "traffic", "EUR", "down_good", "ad spend / clicks", "ad_cost"),
    ("bounce_rate", "Bouncepercentage van de website", "Bounce rate (website)", "behaviour", "ratio", "down_good",
     "sessions that were not engaged / sessions", "ga4"),
    ("new_leads", "Nieuwe leads", "New leads", "lead_gen", "count", "up_good", "leads created", "crm_leads"),
    ("cpl", "Kosten per lead (CPL)", "Cost per lead (fully loaded)", "lead_gen", "EUR", "down_good",
     "all marketing cost of the period / new leads", "ad_cost, crm_leads"),
    ("cost_per_qualified_lead", "Kosten per gekwalificeerde lead", "Cost per qualified lead", "lead_gen", "EUR",
     "down_good", "all marketing cost / qualified leads", "ad_cost, crm_leads"),
    ("mqls", "Marketing qualified leads (MQL's)", "Marketing qualified leads (MQLs)", "funnel", "count", "up_good",
     "persons that entered the stage for the first time", "crm_leads"),
    ("lead_to_mql_rate", "Verhouding leads - MQL", "Lead-to-MQL rate", "funnel", "ratio", "up_good",
     "of these, those that reached MQL within the window / leads created", "crm_leads"),
    ("mql_to_sql_rate", "Verhouding MQL - SQL", "MQL-to-SQL rate", "funnel", "ratio", "up_good",
     "of these, those that reached SQL within the window / MQLs", "crm_leads"),
    ("opportunity_to_customer_rate", "Gewonnen opportunity's", "Opportunity-to-customer (win) rate", "funnel", "ratio",
     "up_good", "of these, those that were won within the window / opportunities", "crm_deals"),
    ("visit_to_lead_rate", "Van websitebezoek naar lead", "Visit-to-lead rate", "funnel", "ratio", "up_good",
     "leads created with origin online / sessions", "crm_leads, ga4"),
    ("customers", "Nieuwe klanten", "New customers", "funnel", "count", "up_good", "new customers", "crm_deals"),
    ("revenue", "Omzet", "Revenue", "sales", "EUR", "up_good", "net order value and won deals ex VAT", "orders"),
    ("roas", "Omzet per advertentie-euro (ROAS)", "Return on ad spend", "sales", "ratio", "up_good",
     "revenue of the paid channels / ad spend", "ad_cost, orders"),
    ("marketing_roi", "Marketing-ROI", "Marketing ROI", "sales", "ratio", "up_good",
     "gross margin minus all marketing cost / all marketing cost", "ad_cost, orders"),
    ("sales_cycle_days", "Duur van de verkoopcyclus", "Sales cycle length", "sales", "days", "down_good",
     "days from the lead's creation to its first won deal / won customers", "crm_deals"),
    ("aov", "Gemiddelde bestelwaarde (AOV)", "Average order value", "ecommerce", "EUR", "up_good",
     "order value / orders", "orders"),
    ("email_open_rate", "Openpercentage", "Email open rate", "email", "ratio", "up_good",
     "recipients who opened / delivered e-mails", "mailchimp"),
    ("email_click_rate", "Doorklikpercentage (CTR)", "Email click rate", "email", "ratio", "up_good",
     "recipients who clicked / delivered e-mails", "mailchimp"),
    ("email_unsubscribe_rate", "Uitschrijfpercentage", "Unsubscribe rate", "email", "ratio", "down_good",
     "recipients who unsubscribed / delivered e-mails", "mailchimp"),
    ("email_bounce_rate", "Bouncepercentage van e-mail", "Email bounce rate", "email", "ratio", "down_good",
     "bounces / e-mails sent", "mailchimp"),
)  # fmt: skip
ADD_UP = {"revenue", "ad_spend", *(kpi[0] for kpi in KPIS if kpi[4] == "count")}
UNITS = {kpi[0]: kpi[4] for kpi in KPIS}
COHORT_RATES = {"lead_to_mql_rate", "mql_to_sql_rate", "opportunity_to_customer_rate"}


@dataclass(frozen=True)
class Check:
    """The outcome of one data check."""

    table_name: str
    check_name: str
    severity: str
    passed: bool
    figure: int


CHECKS = (
    *(Check(f"marts.table_{place}", "key", "blocking", True, 0) for place in range(40)),
    Check("facts.lead", "leads_name_their_origin", "warning", False, 12),
    Check("marts.kpi_value", "members_sum_to_total", "error", False, 1),
    Check("marts.kpi_value", "finite_value", "error", True, 0),
)


APPROVAL = "snapshot_id, approved_by, approved_at, note"
RESTATED = "month, from_version, to_version, kpi_id, slice, member, cause, part, amount"


def month_at(place: int) -> date:
    """The month that many months after the first."""
    index = FIRST_MONTH.year * 12 + FIRST_MONTH.month - 1 + place
    return date(index // 12, index % 12 + 1, 1)


def snapshot_id(month: date, version: int) -> str:
    """For example 2026-09-v1."""
    return f"{month:%Y-%m}-v{version}"


NEWEST = snapshot_id(month_at(MONTHS - 1), 1)


def sample_connection(channels: Sequence[Channel] = CHANNELS) -> duckdb.DuckDBPyConnection:
    """An in-memory database with the schemas snapshots and reference: two versions of each month, one of the last."""
    connection = duckdb.connect()
    connection.execute(TABLES)
    english = dict(zip(STAGES, (*STAGE_NAMES[:-1], "Customer"), strict=True))
    kpis = [
        (
            *kpi[:6],
            "additive" if kpi[0] in ADD_UP else "ratio",
            kpi[6],
            None,
            "",
            None,
            None,
            None,
            None,
            None,
            False,
            kpi[7],
            1,
        )
        for kpi in KPIS
    ]
    stages = [(s, place, name, english[s]) for place, (s, name) in enumerate(zip(STAGES, STAGE_NAMES, strict=True), 1)]
    rows: dict[str, list[Row]] = {"reference.kpi": kpis, "reference.stage": stages}
    for place in range(MONTHS):
        for version in (1, 2)[: 1 if place == MONTHS - 1 else 2]:
            for table, made in _closed(place, version, channels).items():
                rows.setdefault(table, []).extend(made)
    for table, made in rows.items():
        _load(connection, table, made)
    return connection


def tell_of(
    connection: duckdb.DuckDBPyConnection,
    *,
    approvals: Sequence[Row] = (),
    amounts: Sequence[Row] = (),
    annotations: Sequence[Row] = (),
) -> duckdb.DuckDBPyConnection:
    """Gives a database of the sample the tables of what is said afterwards, with these rows."""
    create_snapshot_tables(connection, {})
    connection.execute(read_table(HEADER + listed_rows(COLUMNS, annotations), "the annotations").statement())
    for row in approvals:
        connection.execute(f"insert into snapshots.approval ({APPROVAL}) values (?, ?, ?, ?)", row)
    for row in amounts:
        connection.execute(f"insert into snapshots.restatement ({RESTATED}) values ({', '.join('?' * len(row))})", row)
    return connection


def _load(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    columns = [str(place) for place in range(len(rows[0]))]
    arrow = pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))
    connection.register("made", arrow)
    connection.execute(f"insert into {table} select * from made")
    connection.unregister("made")


def _closed(place: int, version: int, channels: Sequence[Channel]) -> dict[str, list[Row]]:
    month, named = month_at(place), snapshot_id(month_at(place), version)
    after = month_at(place + 1)
    created_at = datetime(after.year, after.month, 5, 4, 12) + timedelta(days=30 * (version - 1))  # noqa: DTZ001
    hashes = [f"{place * 10 + version + turn:064x}"[::-1] for turn in range(4)]
    note = "backfilled" if place == 0 else ""
    kpis = [*_month_rows(place, version), *_quarter_rows(place), *_day_rows(place)]
    return {
        "snapshots.snapshot": [(named, month, version, '{"lead": 12}', created_at, *hashes, note)],
        "snapshots.kpi_value": [(named, *row) for row in kpis],
        "snapshots.channel_month": [(named, *row) for row in _channel_rows(place, channels)],
        "snapshots.ga4_reconciliation": [(named, *row) for row in _report_day_rows(place)],
        "snapshots.refused_load": [(named, 812, "ga4.campaign_day", 1, f"{month:%Y-%m}-09", REFUSED_DAY)],
        "snapshots.rejection": [(named, *row) for row in REJECTIONS],
        "snapshots.funnel_period": [(named, *row) for row in _period_rows(place)],
        "snapshots.funnel_cohort": [(named, *row) for row in _cohort_rows(place)],
    }


def _wave(place: int, turn: float = 1.0) -> float:
    return 1 + 0.012 * place + 0.11 * sin(place * 1.3 * turn)


def _figures(place: int) -> dict[str, tuple[float, float | None]]:
    leads = round(412 * _wave(place))
    mqls, sqls = round(leads * 0.42), round(leads * 0.17)
    cost, media, delivered = 30250 * _wave(place, 0.6), 14600 * _wave(place, 0.7), round(21400 * _wave(place, 0.3))
    sessions = round(38200 * _wave(place, 0.9))
    return {
        "sessions": (sessions, None),
        "users": (round(sessions * 0.71), None),
        "ad_spend": (media, None),
        "cpc": (media, round(11800 * _wave(place, 0.4))),
        "bounce_rate": (round(sessions * 0.418), sessions),
        "new_leads": (leads, None),
        "cpl": (cost, leads),
        "cost_per_qualified_lead": (cost, mqls),
        "mqls": (mqls, None),
        "lead_to_mql_rate": (round(mqls * 0.8), leads),
        "mql_to_sql_rate": (round(sqls * 0.6), mqls),
        "opportunity_to_customer_rate": (9 + place % 4, 44 + place),
        "visit_to_lead_rate": (round(leads * 0.9), sessions),
        "customers": (21 + place % 5, None),
        "revenue": (184300 * _wave(place, 1.1), None),
        "roas": (184300 * _wave(place, 1.1) * 0.36, media),
        "marketing_roi": (24800 * _wave(place, 1.4), cost),
        "sales_cycle_days": (1034 + 13 * place, 21 + place % 5),
        "aov": (64120 * _wave(place), 402 + 3 * place),
        "email_open_rate": (0, 0) if place == MONTHS - 1 else (round(delivered * 0.31), delivered),
        "email_click_rate": (round(delivered * 0.034 * _wave(place, 1.7)), delivered),
        "email_unsubscribe_rate": (round(delivered * 0.0021), delivered),
        "email_bounce_rate": (round(delivered * 0.011), delivered + 240),
    }


def _month_rows(place: int, version: int) -> Iterator[Row]:
    month = month_at(place)
    for kpi_id, (numerator, denominator) in _figures(place).items():
        status, reason = "final", None
        if kpi_id in COHORT_RATES and place > MONTHS - 4:
            status, reason = "immature", "the window of 90 days is not over for every member"
        elif version == 1 and UNITS[kpi_id] == "EUR" and kpi_id not in {"revenue", "aov"}:
            status, reason = "provisional", "ad_cost may still change until 30 days after the period"
        if denominator == 0:
            reason = "no delivered open known"
        trust = ("caution", "ga4 is not up to date") if kpi_id == "users" else ("ok", None)
        yield _kpi_row(kpi_id, "month", month, numerator, denominator, status, reason, trust)


def _kpi_row(kpi_id, grain, start, numerator, denominator, status, reason, trust=("ok", None)) -> Row:  # type: ignore[no-untyped-def]
    value = float(numerator) if denominator is None else numerator / denominator if denominator else None
    low = high = None
    if value is not None and denominator and UNITS[kpi_id] == "ratio" and 0 <= value <= 1 and kpi_id != "marketing_roi":
        half = 1.96 * sqrt(value * (1 - value) / denominator)
        low, high = max(value - half, 0), min(value + half, 1)
    exact = [None if part is None else Decimal(str(round(part, 6))) for part in (numerator, denominator)]
    return (kpi_id, grain, start, "total", "", *exact, value, UNITS[kpi_id], low, high, status, reason, *trust, 1)


def _quarter_rows(place: int) -> Iterator[Row]:
    month = month_at(place)
    if month.month % 3 == 0 and place >= 2:
        parts = [_figures(place - back)["revenue"][0] for back in range(3)]
        yield _kpi_row("revenue", "quarter", month_at(place - 2), sum(parts), None, "final", None)


def _day_rows(place: int) -> Iterator[Row]:
    month, after = month_at(place), month_at(place + 1)
    for turn in range((after - month).days):
        day = month + timedelta(days=turn)
        weight = 0.62 if day.weekday() >= 5 else 1.12
        yield _kpi_row(
            "sessions", "day", day, round(1270 * weight * _wave(place) + 47 * sin(turn)), None, "final", None
        )
        yield _kpi_row("new_leads", "day", day, round(13 * weight + 4 * sin(turn * 2.1)), None, "final", None)


def _channel_rows(place: int, channels: Sequence[Channel]) -> Iterator[Row]:
    figures = _figures(place)
    all_media = figures["ad_spend"][0]
    for name, share, usual_media, usual_other in channels:
        media = round(usual_media * all_media / 14600, 2)
        other = round(usual_other * (figures["cpl"][0] - all_media) / 15650, 2)
        leads, orders = round(figures["new_leads"][0] * share), round(120 * share)
        mqls, customers, clicks = round(leads * 0.42), round(24 * share), media // 1.2
        revenue, full = round(figures["revenue"][0] * share, 2), media + other
        yield (
            month_at(place), name, round(figures["sessions"][0] * share), media, media + other * 0.4, full, leads, mqls,
            customers, revenue,
            _over(media, clicks), _over(full, leads), _over(full, mqls), _over(full, orders),
            _over(media, customers) if name.startswith("Paid") else None, _over(full, customers),
            _over(revenue, media), _over(revenue * 0.62 - full, full),
        )  # fmt: skip


def _report_day_rows(place: int) -> Iterator[Row]:
    """Sessions by campaign lack a few on every day, and collapsed on the ninth of the newest month."""
    for kpi_id, _, day, _, _, sessions, *_ in _day_rows(place):
        if kpi_id == "sessions":
            total = int(sessions)
            is_refused = place == MONTHS - 1 and day.day == 9
            yield day, "campaign_day", 61, total - 9, total, 9, 40, REFUSED_DAY if is_refused else None
            yield day, "channel_day", 24, total, total, 0, 0, None


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _period_rows(place: int) -> Iterator[Row]:
    entered = [round(count * _wave(place)) for count in (412, 173, 131, 74, 52, 23)]
    rates = [None, *(_over(now, before) for before, now in pairwise(entered))]
    for position, stage in enumerate(STAGES, 1):
        yield month_at(place), "total", "", stage, position, entered[position - 1], rates[position - 1]


def _cohort_rows(place: int) -> Iterator[Row]:
    for back in range(min(place, 5) + 1):
        leads = round(412 * _wave(place - back))
        reached = [round(leads * share) for share in (1, 0.41, 0.31, 0.172, 0.1, 0.031)]
        for position, stage in enumerate(STAGES, 1):
            now, before = reached[position - 1], reached[max(position - 2, 0)]
            days = (0, 6, 11, 19, 33, 58)[position - 1]
            cohort = (month_at(place - back), "total", "", stage, position, leads, now)
            yield *cohort, now / leads, now / before, 90, back >= 4, float(days)


TABLES = """
create schema snapshots; create schema reference;
create table reference.kpi (kpi_id varchar, name_nl varchar, name_en varchar, family varchar, unit varchar,
  direction varchar, additivity varchar, formula varchar, formula_nl varchar, numerator_measure varchar,
  denominator_measure varchar, denominator_slice varchar, interval_kind varchar, window_days integer,
  missing_stages varchar, is_vanity boolean,
  sources varchar, definition_version integer);
create table reference.stage (stage varchar, position integer, name_nl varchar, name_en varchar);
create table snapshots.snapshot (snapshot_id varchar, month date, version integer, cut varchar, created_at timestamp,
  definitions_hash varchar, config_hash varchar, models_hash varchar, content_sha256 varchar, note varchar);
create table snapshots.kpi_value (snapshot_id varchar, kpi_id varchar, grain varchar, period_start date, slice varchar,
  member varchar, numerator decimal(38, 6), denominator decimal(38, 6), value double, unit varchar, ci_low double,
  ci_high double, status varchar, status_reason varchar, trust varchar, trust_reason varchar,
  definition_version integer);
create table snapshots.channel_month (snapshot_id varchar, month date, channel varchar, sessions bigint,
  spend_media_eur decimal(38, 6), spend_direct_eur decimal(38, 6), spend_full_eur decimal(38, 6),
  leads bigint, mqls bigint, customers bigint,
  revenue_eur decimal(38, 6), cpc_eur double, cpl_eur double, cost_per_qualified_lead_eur double, cpa_eur double,
  cac_paid_eur double, cac_blended_eur double, roas double, roi double);
create table snapshots.funnel_period (snapshot_id varchar, month date, slice varchar, member varchar, stage varchar,
  stage_position integer, entered bigint, rate_from_previous double);
create table snapshots.funnel_cohort (snapshot_id varchar, cohort_month date, slice varchar, member varchar,
  stage varchar, stage_position integer, cohort_leads bigint, reached bigint, rate double, rate_from_previous double,
  window_days integer, is_mature boolean, median_days double);
create table snapshots.ga4_reconciliation (snapshot_id varchar, day date, report varchar, rows_received bigint,
  sessions bigint, day_total_sessions bigint, withheld_sessions bigint, other_sessions bigint, refused_reason varchar);
create table snapshots.kpi_definition (snapshot_id varchar, kpi_id varchar, definition_version integer,
  formula varchar, formula_nl varchar, sources varchar);
create table snapshots.definition_bridge (snapshot_id varchar, kpi_id varchar, from_version integer, to_version integer,
  grain varchar, period_start date, slice varchar, member varchar, old_numerator decimal(38, 6),
  old_denominator decimal(38, 6), old_value double, new_numerator decimal(38, 6), new_denominator decimal(38, 6),
  new_value double, reason varchar);
create table snapshots.refused_load (snapshot_id varchar, load_id bigint, object varchar, parts bigint,
  first_part varchar, reason varchar);
create table snapshots.rejection (snapshot_id varchar, path varchar, kind varchar, rows_in bigint, rows_rejected bigint,
  rejected_share double, column_name varchar, rows bigint, first_line bigint, lines varchar, reason varchar,
  remedy varchar, wordings bigint);
"""
WRITE_A_TIME = "write the time as 2026-01-31T09:30:00+01:00, or as 2026-01-31 09:30 in the company's time zone"
FEW, MANY = (
    ("leads/hubspot-2026-10.csv", "leads", 412, 3, 3 / 412),
    ("ad_costs/meta/Campagnes-oktober.csv", "ad_costs", 60, 27, 27 / 60),
)
REJECTIONS: list[Row] = [
    (*FEW, "created_at", 2, 14, "14, 203", "not a time", WRITE_A_TIME, 1),
    (*FEW, "", 1, 77, "77", "4 cells where the header has 11", "quote cells that hold the delimiter", 1),
    (*MANY, "cost", 26, 5, "5-18, 20, 22, 25-28, 31, 40, 44, 50, ...", "a number in local notation",
     "write it as 1234.56: a dot before the decimals, nothing else", 1),
    (*MANY, "date", 1, 61, "61", "a brand new reason", "do something new", 1),
]  # fmt: skip
REFUSED_DAY = "fell from 1270.00 to 24.00 (sessions)"
