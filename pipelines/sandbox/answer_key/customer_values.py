"""What customers are worth: revenue in their first year, second orders, and who of them stays or buys more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.books import Books, Revenue
from pipelines.sandbox.answer_key.coverage import Coverage
from pipelines.sandbox.answer_key.formulas import BY_CHANNEL, MONTHLY, Formula, Key, Parts, SourceParts, Subject
from pipelines.sandbox.answer_key.money import decimal
from pipelines.sandbox.answer_key.periods import period_start, started_periods
from pipelines.sandbox.answer_key.tally import TOTAL, Tally

AGE_DAYS = 365
FORMULAS = (
    Formula("clv", "lifetime_value", "customer_cohort", (*BY_CHANNEL, "segment"), MONTHLY),
    Formula("repeat_purchase_rate", "buyers_again", "buyer_cohort", grains=MONTHLY),
)
SOURCES: dict[str, SourceParts] = {
    **dict.fromkeys(("lifetime_value", "customer_cohort"), (("revenue_from",),)),
    **dict.fromkeys(("buyers_again", "buyer_cohort"), (("orders",),)),
}


@dataclass
class Buyer:
    """A customer with the sales that were made to him, and what was given back of each."""

    sales: list[Revenue] = field(default_factory=list)

    @property
    def first(self) -> Revenue:
        """The first purchase."""
        return min(self.sales, key=lambda sale: (sale.day, sale.sale))

    def bought_between(self, first_day: date, last_day: date) -> bool:
        """Whether a sale lies in these days."""
        return any(first_day <= sale.day <= last_day for sale in self.sales)


def _buyers(books: Books) -> dict[str, Buyer]:
    buyers: dict[str, Buyer] = {}
    for one in books.revenue():
        if one.customer and not one.is_refund:
            buyers.setdefault(one.customer, Buyer()).sales.append(one)
    return buyers


def _count(tally: Tally, books: Books) -> None:
    given_back: dict[str, Fraction] = {}
    for one in books.revenue():
        if one.is_refund:
            given_back[one.sale] = given_back.get(one.sale, Fraction(0)) + one.amount_eur
    for buyer in _buyers(books).values():
        first = buyer.first
        worth = Fraction(0)
        for sale in buyer.sales:
            if (sale.day - first.day).days <= AGE_DAYS:
                worth += sale.amount_eur + given_back.get(sale.sale, Fraction(0))
        members = {"channel": first.channel, "segment": first.segment}
        tally.add("customer_cohort", first.day, 1, **members)
        tally.add("lifetime_value", first.day, worth, **members)
    for orders in _orders_by_customer(books).values():
        day, _, channel = min(orders)
        again = any(0 < (other - day).days <= AGE_DAYS for other, *_ in orders)
        tally.add("buyer_cohort", day, 1, channel=channel)
        tally.add("buyers_again", day, int(again), channel=channel)


def _orders_by_customer(books: Books) -> dict[str, list[tuple[date, str, str]]]:
    found: dict[str, list[tuple[date, str, str]]] = {}
    for order in books.shop.purchases:
        if not order.customer.startswith("order "):
            found.setdefault(order.customer, []).append((order.day, order.order_id, order.channel))
    return found


def _values(books: Books) -> dict[Key, Parts]:
    return {**_per_customer(books), **_kept(books)}


def _per_customer(books: Books) -> dict[Key, Parts]:
    """What the shop took in, and its orders, over the distinct customers of the period."""
    taken: dict[tuple[str, date, str, str], Fraction] = {}
    named: dict[tuple[str, date, str, str], int] = {}
    buyers: dict[tuple[str, date, str, str], set[str]] = {}
    first_day = Coverage(books).first_day("orders")
    for grain in MONTHLY:
        for start in started_periods(grain, first_day, books.today):
            place = (grain, start, *TOTAL)
            taken[place], named[place], buyers[place] = Fraction(0), 0, set()
        for order in books.shop.purchases:
            for cell in (TOTAL, ("channel", order.channel)):
                place = (grain, period_start(grain, order.day), *cell)
                taken[place] = taken.get(place, Fraction(0)) + (order.amount_eur or 0)
                buyers.setdefault(place, set())
                if not order.customer.startswith("order "):
                    named[place] = named.get(place, 0) + 1
                    buyers[place].add(order.customer)
        for refund in books.shop.refunds:
            for cell in (TOTAL, ("channel", refund.channel)):
                place = (grain, period_start(grain, refund.day), *cell)
                taken[place] = taken.get(place, Fraction(0)) - (refund.amount_eur or 0)
                buyers.setdefault(place, set())
    values: dict[Key, Parts] = {}
    for place in buyers:
        customers = Decimal(len(buyers[place]))
        values["revenue_per_customer", *place] = (decimal(taken[place]), customers)
        values["orders_per_customer", *place] = (Decimal(named.get(place, 0)), customers)
    return values


def _kept(books: Books) -> dict[Key, Parts]:
    """Customers at the start of a period, and of these those still there at its end or with an upsell deal in it."""
    buyers, window = _buyers(books), timedelta(days=books.rules.customer_activity_days)
    first_day = Coverage(books).first_day("revenue")
    upsold: dict[str, list[date]] = {}
    sold_more = {f"deal {sale.deal_id}" for sale in books.sales if sale.record.deal_type == "upsell"}
    for customer, buyer in buyers.items():
        upsold[customer] = [sale.day for sale in buyer.sales if sale.sale in sold_more]
    values: dict[Key, Parts] = {}
    for grain in MONTHLY:
        for start in started_periods(grain, first_day, books.today):
            is_known = start - first_day >= window
            last = _last_day(grain, start, books.today)
            cells: dict[tuple[str, str], list[tuple[bool, bool]]] = {TOTAL: []}
            for customer, buyer in buyers.items() if is_known else ():
                if buyer.bought_between(start - window, start - timedelta(days=1)):
                    is_kept = buyer.bought_between(last - window + timedelta(days=1), last)
                    has_more = any(start <= day <= last for day in upsold[customer])
                    for cell in (TOTAL, ("channel", buyer.first.channel), ("segment", buyer.first.segment)):
                        cells.setdefault(cell, []).append((is_kept, has_more))
            for (slice_, member), found in cells.items():
                at_start = Decimal(len(found)) if is_known else None
                for kpi_id, other, place in (("customer_retention_rate", "segment", 0), ("upsell_rate", "channel", 1)):
                    if slice_ in ("total", other):
                        reached = Decimal(sum(one[place] for one in found)) if is_known else None
                        values[kpi_id, grain, start, slice_, member] = (reached, at_start)
    return values


def _last_day(grain: str, start: date, today: date) -> date:
    day = start
    while day + timedelta(days=1) < today and period_start(grain, day + timedelta(days=1)) == start:
        day += timedelta(days=1)
    return day


CUSTOMERS = Subject(FORMULAS, _count, values=_values, sources=SOURCES)
