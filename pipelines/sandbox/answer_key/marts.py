"""The expected rows of the published tables beside the KPI values, with the columns of the contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.emails import soft_bounces_by
from pipelines.sandbox.answer_key.mailings import mailings
from pipelines.sandbox.answer_key.measures import count_books
from pipelines.sandbox.answer_key.money import Rates, decimal
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.answer_key.tally import Tally
from pipelines.sandbox.answer_key.website import count_sessions, visible_sessions
from pipelines.sandbox.truth import Truth

Value = int | Decimal | Fraction | str | date | None
# column of channel_month -> measure, and the slice in which it is counted
FIGURES = {
    "sessions": ("sessions", "channel"),
    "spend_media_eur": ("ad_spend", "channel"),
    "spend_direct_eur": ("cost_direct", "channel"),
    "spend_full_eur": ("cost_full", "channel"),
    "leads": ("new_leads", "channel"),
    "mqls": ("entered_mql", "channel"),
    "sals": ("entered_sal", "channel"),
    "sqls": ("entered_sql", "channel"),
    "opportunities": ("opportunities", "lead_source"),
    "customers": ("customers", "lead_source"),
    "revenue_eur": ("revenue", "channel"),
    "margin_eur": ("margin", "channel"),
}
MONEY = {name for name in FIGURES if name.endswith("_eur")}


def expected_channel_month(truth: Truth, today: date, rules: Rules) -> dict[tuple[date, str], dict[str, Value]]:
    """(month, channel) -> the columns of marts.channel_month; ratios as exact fractions, None without denominator."""
    books, tally = Books(truth, today, rules), Tally()
    count_books(tally, books)
    count_sessions(tally, list(visible_sessions(truth, books.clock)))
    others = {
        "clicks": ("ad_clicks", "channel"),
        "orders": ("orders", "channel"),
        "qualified": (f"entered_{rules.qualified_stage}", "channel"),
    }
    wanted = {**FIGURES, **others}
    sums = {name: _by_member(tally, measure, slice_) for name, (measure, slice_) in wanted.items()}
    keys = sorted({key for cells in sums.values() for key in cells})
    return {
        key: _channel_row(key, {name: cells.get(key, Fraction(0)) for name, cells in sums.items()}, rules)
        for key in keys
    }


def _by_member(tally: Tally, measure: str, slice_: str) -> dict[tuple[date, str], Fraction]:
    cells = tally.sums(measure, "month")
    return {(start, member): value for (start, one, member), value in cells.items() if one == slice_}


def _channel_row(key: tuple[date, str], figures: dict[str, Fraction], rules: Rules) -> dict[str, Value]:
    media, full, customers = figures["spend_media_eur"], figures["spend_full_eur"], figures["customers"]
    row: dict[str, Value] = {"month": key[0], "channel": key[1]}
    row |= {name: decimal(figures[name]) if name in MONEY else int(figures[name]) for name in FIGURES}
    return row | {
        "cpc_eur": cost_per(media, figures["clicks"]),
        "cpl_eur": cost_per(full, figures["leads"]),
        "cost_per_mql_eur": cost_per(full, figures["mqls"]),
        "cost_per_qualified_lead_eur": cost_per(full, figures["qualified"]),
        "cpa_eur": cost_per(full, figures["orders"]),
        "cac_paid_eur": cost_per(media, customers) if key[1] in rules.paid_channels else None,
        "cac_blended_eur": cost_per(full, customers),
        "roas": ratio(figures["revenue_eur"], media),
        "roi": ratio(figures["margin_eur"] - full, full),
    }


def cost_per(cost: Fraction, count: Fraction | int) -> Fraction | None:
    """Cost per something, None when there is no cost: nothing is for free."""
    return ratio(cost, count) if cost else None


def ratio(above: Fraction | int, below: Fraction | int) -> Fraction | None:
    """The exact quotient, None when there is nothing to divide by."""
    return Fraction(above) / Fraction(below) if below else None


def expected_cost_days(
    truth: Truth, today: date, rules: Rules
) -> dict[tuple[date, str, str, str, str], dict[str, Value]]:
    """(day, channel, category, scope, cost_id) -> the columns of marts.cost_day; rows of no cents are among them."""
    sums: dict[tuple[date, str, str, str, str], int] = {}
    for one in Books(truth, today, rules).costs:
        key = (one.day, one.channel, one.category, one.scope, one.cost_id)
        sums[key] = sums.get(key, 0) + one.amount_cents
    names = ("day", "channel", "category", "scope", "cost_id")
    return {
        key: {**dict(zip(names, key, strict=True)), "amount_eur": decimal(Fraction(amount, 100))}
        for key, amount in sums.items()
    }


def expected_email_campaigns(truth: Truth, today: date, rules: Rules) -> dict[str, dict[str, Value]]:
    """campaign_id -> the columns of marts.email_campaign; `sent_at` is the send time in UTC without offset."""
    rows: dict[str, dict[str, Value]] = {}
    # zeros everywhere are how a missing web shop looks
    has_store = any(letter.orders or letter.revenue for letter in truth.newsletters)
    for one in mailings(truth, Books(truth, today, rules).clock):
        letter = one.newsletter
        rows[letter.campaign_id] = {
            "tool": "mailchimp",
            "campaign_id": letter.campaign_id,
            "type": letter.type,
            "parent_campaign_id": letter.parent_campaign_id or None,
            "utm_campaign": letter.utm_campaign or None,
            "missing_since": None,
            "title": letter.title,
            "sent_at": letter.send_time.replace(tzinfo=None),
            "list_id": letter.list_id,
            "emails_sent": letter.emails_sent,
            "delivered": one.delivered,
            "unique_opens": one.unique_opens,
            "human_unique_opens": one.human_unique_opens,
            "unique_clicks": one.unique_clicks,
            "hard_bounces": one.hard_bounces,
            "soft_bounces": one.soft_bounces,
            "unsubscribes": one.unsubscribes,
            "complaints": one.complaints,
            "forwards": one.forwards,
            "orders": letter.orders if has_store else None,
            "revenue_eur": letter.revenue if has_store else None,
        }
    return rows | _of_other_tools(Books(truth, today, rules), Rates(truth.units_per_eur))


def _of_other_tools(books: Books, rates: Rates) -> dict[str, dict[str, Value]]:
    rows: dict[str, dict[str, Value]] = {}
    for one in books.truth.tool_mail.mailings:
        day = books.clock.counted_day(one.sent_at)
        if day is None:
            continue
        soft = soft_bounces_by(books, one.sent_at, one.soft_bounces_at_first, one.soft_bounces)
        is_told = one.hard_bounces is not None and soft is not None
        revenue = None if one.revenue is None else rates.euros(one.revenue, one.currency, day)
        rows[one.campaign_id] = {
            "tool": one.tool.lower(),
            "campaign_id": one.campaign_id,
            "title": one.title or "",
            "sent_at": one.sent_at.replace(tzinfo=None),
            "list_id": one.list or "",
            "emails_sent": one.emails_sent,
            "delivered": one.emails_sent - (one.hard_bounces or 0) - (soft or 0) if is_told else None,
            "unique_opens": one.unique_opens,
            "human_unique_opens": None,
            "unique_clicks": one.unique_clicks,
            "hard_bounces": one.hard_bounces,
            "soft_bounces": soft,
            "unsubscribes": one.unsubscribes,
            "complaints": one.complaints,
            "forwards": None,
            "orders": one.orders,
            "revenue_eur": None if revenue is None else decimal(revenue),
        }
    return rows
