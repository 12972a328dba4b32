"""What each record contributes to which measure, on which day and for which members."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.channels import UNALLOCATED, UNKNOWN, label
from pipelines.sandbox.answer_key.tally import Tally

# the stage rates between stages of persons; that of deals stands apart
PERSON_RATES = (
    ("lead_to_mql", "lead", "mql"),
    ("mql_to_sal", "mql", "sal"),
    ("sal_to_sql", "sal", "sql"),
    ("mql_to_sql", "mql", "sql"),
    ("lead_to_sql", "lead", "sql"),
    ("sql_to_opportunity", "sql", "opportunity"),
    ("lead_to_customer", "lead", "customer"),
)
DEAL_RATE = "opportunity_to_customer"


def count_books(tally: Tally, books: Books) -> None:
    """Everything but website and e-mail."""
    _count_persons(tally, books)
    _count_opportunities(tally, books)
    _count_customers(tally, books)
    _count_shop(tally, books)
    _count_revenue(tally, books)
    _count_costs(tally, books)


def _count_persons(tally: Tally, books: Books) -> None:
    stages = books.rules.stages
    for person in books.persons:
        members = person.members
        tally.add("new_leads", person.created_day, 1, origin=label(person.origin), **members)
        if person.origin == "online":
            tally.add("online_leads", person.created_day, 1, **members)
        reached = books.reached[person.person_id]
        for stage, day in reached.items():
            tally.add(f"entered_{stage}", day, 1, **members)
        for name, first, then in PERSON_RATES:
            if first in reached and first in stages and then in stages:
                is_reached = _within(reached[first], reached.get(then), books.rules.window_days)
                tally.add(f"{name}_cohort", reached[first], 1, **members)
                tally.add(f"{name}_reached", reached[first], int(is_reached), **members)


def _count_opportunities(tally: Tally, books: Books) -> None:
    for day, members, won_day in books.opportunities():
        tally.add("opportunities", day, 1, **members)
        tally.add(f"{DEAL_RATE}_cohort", day, 1, **members)
        tally.add(f"{DEAL_RATE}_reached", day, int(_within(day, won_day, books.rules.window_days)), **members)


def _count_customers(tally: Tally, books: Books) -> None:
    for customer in books.customers():
        members = customer.members
        tally.add("customers", customer.day, 1, **members)
        if customer.cycle_days is not None:
            tally.add("cycle_days", customer.day, customer.cycle_days, **members)
            tally.add("customers_with_lead", customer.day, 1, **members)


def _count_shop(tally: Tally, books: Books) -> None:
    for order in books.shop.purchases:
        record = order.record
        members = {
            "channel": order.channel,
            "source_medium": _source_medium(record.source, record.medium),
            "campaign": label(order.campaign),
            "device": order.device,
        }
        tally.add("orders", order.day, 1, **members)
        if order.amount_eur is not None:
            tally.add("order_value", order.day, order.amount_eur, **members)


def _count_revenue(tally: Tally, books: Books) -> None:
    for one in books.revenue():
        members = {"channel": one.channel, "campaign": one.campaign, "segment": one.segment}
        for line in one.lines:
            tally.add("revenue", one.day, line.amount_eur, product=line.product, **members)
        left = one.amount_eur - sum((line.amount_eur for line in one.lines), Fraction(0))
        tally.add("revenue", one.day, left, product=UNALLOCATED, **members)
        tally.add("margin", one.day, one.margin_eur, channel=one.channel)
        tally.add("marketing_result", one.day, one.margin_eur, channel=one.channel)
        if one.channel in books.rules.paid_channels:
            platform = platform_of_sale(one.source, one.campaign, books)
            members = {"channel": one.channel, "platform": platform, "campaign": one.campaign, "ad": one.ad}
            tally.add("ad_revenue", one.day, one.amount_eur, **members)
            if not one.is_refund:
                tally.add("paid_sales", one.day, 1, **members)


def _count_costs(tally: Tally, books: Books) -> None:
    for spend in books.spends:
        tally.add("ad_spend", spend.day, spend.amount_eur, **spend.members)
        tally.add("ad_clicks", spend.day, spend.clicks, **spend.members)
        tally.add("ad_impressions", spend.day, spend.impressions, **spend.members)
    for cost in books.costs:
        if cost.day >= books.today:
            continue
        amount = Fraction(cost.amount_cents, 100)
        tally.add("cost_full", cost.day, amount, channel=cost.channel, category=cost.category)
        tally.add("marketing_result", cost.day, -amount, channel=cost.channel)
        if cost.scope != "overhead":
            tally.add("cost_direct", cost.day, amount, channel=cost.channel)


def platform_of_sale(source: str | None, campaign: str, books: Books) -> str:
    """The ad platform that the source is a name of, else the only one that has the campaign."""
    said = books.rules.platform_aliases.get((source or "").strip().lower())
    if said:
        return said
    found = {spend.platform for spend in books.spends if spend.campaign == campaign != UNKNOWN}
    return found.pop() if len(found) == 1 else UNKNOWN


def _source_medium(source: str | None, medium: str | None) -> str:
    named = [(text or "").strip() for text in (source, medium)]
    return " / ".join(name or "(not set)" for name in named) if any(named) else UNKNOWN


def _within(first: date, then: date | None, window_days: int) -> bool:
    return then is not None and (then - first).days <= window_days
