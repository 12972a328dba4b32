"""Everything that counts on a morning, gathered once: persons, deals, orders, costs, customers and revenue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pipelines.sandbox.answer_key.channels import UNKNOWN, label
from pipelines.sandbox.answer_key.ledger import Ledger, spends
from pipelines.sandbox.answer_key.people import People, Person
from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.answer_key.sales import note_stages, sales
from pipelines.sandbox.answer_key.shop import Line, Purchase, Shop
from pipelines.sandbox.truth import Truth


@dataclass(frozen=True)
class Customer:
    """A first purchase and what it is counted by; `cycle_days` from the lead to the win, None without one before it."""

    day: date
    members: Mapping[str, str]
    cycle_days: int | None
    person: Person | None = None

    @property
    def lead_member(self) -> tuple[str, str, str]:
        """Channel, campaign and advertisement of the lead, without one of the purchase."""
        of = self.person.members if self.person else self.members
        return of["channel"], of["campaign"], of["ad"]


@dataclass(frozen=True)
class Revenue:
    """An amount that came in, or went back (negative), on a day."""

    day: date
    channel: str
    amount_eur: Fraction
    margin_eur: Fraction
    sale: str
    customer: str | None
    campaign: str
    ad: str
    segment: str
    source: str | None = None
    is_refund: bool = False
    lines: tuple[Line, ...] = ()


class Books:
    """The counted records of the truth as of the morning of `today`."""

    def __init__(self, truth: Truth, today: date, rules: Rules) -> None:
        self.truth, self.today, self.rules = truth, today, rules
        self.clock = Clock(today, rules.time_zone)
        people = self.people = People(truth, rules, self.clock)
        self.sales = sales(truth, rules, self.clock, people)
        self.deals_decide = bool(truth.deals)
        self.shop = Shop(truth, rules, self.clock, people)
        note_stages(self.sales)
        if rules.customers_from != "deals":
            self._note_buyers()
        self.persons = list(people)
        self.reached = {person.person_id: person.reached(rules.stages) for person in self.persons}
        self.spends = spends(truth, rules, today)
        self.costs = Ledger(truth, rules, self.spends, self.persons).entries

    def opportunities(self) -> Iterator[tuple[date, dict[str, str], date | None]]:
        """Day, members and day of the win of each opportunity: deals, or persons without any deal."""
        if self.deals_decide:
            for sale in self.sales:
                if sale.is_new_business and sale.opportunity_day:
                    yield sale.opportunity_day, sale.members, sale.won_day
            return
        for person in self.persons:
            reached = self.reached[person.person_id]
            if "opportunity" in reached:
                members = {"lead_source": person.channel, **person.members}
                yield reached["opportunity"], members, reached.get("customer")

    def customers(self) -> list[Customer]:
        """New customers: the first purchase of each, in the kinds of purchases the company counts."""
        purchases = sorted(self._purchases(), key=lambda one: one[:2])
        first: dict[str, Customer] = {}
        for *_, identity, customer in purchases:
            first.setdefault(identity, customer)
        return list(first.values())

    def revenue(self) -> Iterator[Revenue]:
        """What was earned: orders, refunds on their day, won deals; a deal that is later an order is the order."""
        ordered: dict[str, date] = {}
        if self.rules.revenue_from != "deals":
            for purchase in self.shop.purchases:
                if purchase.person:
                    last = ordered.get(purchase.person.person_id, purchase.day)
                    ordered[purchase.person.person_id] = max(last, purchase.day)
            yield from self._of_orders()
            yield from self._of_refunds()
        if self.rules.revenue_from != "orders":
            for sale in self.sales:
                later = ordered.get(sale.person.person_id) if sale.person else None
                is_order_too = later is not None and sale.won_day is not None and later >= sale.won_day
                if sale.won_day and sale.amount_eur is not None and sale.margin_eur is not None and not is_order_too:
                    yield Revenue(
                        sale.won_day,
                        sale.channel,
                        sale.amount_eur,
                        sale.margin_eur,
                        f"deal {sale.deal_id}",
                        self._buyer(sale.customer, sale.person),
                        sale.members["campaign"],
                        sale.members["ad"],
                        sale.members["segment"],
                    )

    def _of_orders(self) -> Iterator[Revenue]:
        for one in self.shop.purchases:
            if one.amount_eur is not None and one.margin_eur is not None:
                yield Revenue(
                    one.day,
                    one.channel,
                    one.amount_eur,
                    one.margin_eur,
                    f"order {one.order_id}",
                    self._buyer(one.customer, one.person),
                    label(one.campaign),
                    UNKNOWN,
                    one.person.segment if one.person else UNKNOWN,
                    one.record.source,
                    lines=one.lines,
                )

    def _of_refunds(self) -> Iterator[Revenue]:
        bought = {one.order_id: one for one in self.shop.purchases}
        for one in self.shop.refunds:
            purchase = bought.get(one.record.order_id)
            person = purchase.person if purchase else None
            if one.amount_eur is not None and one.margin_eur is not None:
                yield Revenue(
                    one.day,
                    one.channel,
                    -one.amount_eur,
                    -one.margin_eur,
                    f"order {one.record.order_id}",
                    self._buyer(purchase.customer, person) if purchase else None,
                    label(one.record.campaign),
                    UNKNOWN,
                    person.segment if person else UNKNOWN,
                    one.record.source,
                    is_refund=True,
                )

    def _buyer(self, customer: str, person: Person | None) -> str | None:
        """Who bought: the person where sales of both kinds count; nobody when an order names nobody."""
        if self.rules.revenue_from == "both" and person:
            return f"lead {person.person_id}"
        return None if customer.startswith("order ") else customer

    def _note_buyers(self) -> None:
        """A paid order makes its lead a customer."""
        for purchase in self.shop.purchases:
            if purchase.person:
                purchase.person.enter("customer", purchase.day)

    def _purchases(self) -> Iterator[tuple[str, str, str, Customer]]:
        """Moment and id to sort by, who bought, and what it would be as a first purchase."""
        counts, linked = self.rules.customers_from, self.rules.customers_from == "both"
        if counts != "orders":
            for sale in self.sales:
                if sale.is_new_business and sale.won_day and sale.won_at:
                    who = f"lead {sale.person.person_id}" if linked and sale.person else sale.customer
                    moment = f"{sale.won_day} {sale.won_at.timestamp():020.6f}"
                    days = _cycle_days(sale.person, sale.won_day)
                    yield moment, sale.deal_id, who, Customer(sale.won_day, sale.members, days, sale.person)
            if not self.deals_decide:
                yield from self._customers_of_stages()
        if counts != "deals":
            for order in self.shop.purchases:
                who = f"lead {order.person.person_id}" if linked and order.person else order.customer
                members = _of_order(order)
                yield str(order.day), order.order_id, who, Customer(order.day, members, None, order.person)

    def _customers_of_stages(self) -> Iterator[tuple[str, str, str, Customer]]:
        for person in self.persons:
            day = self.reached[person.person_id].get("customer")
            if day:
                customer = Customer(day, {"lead_source": person.channel, **person.members}, None)
                yield str(day), person.person_id, f"lead {person.person_id}", customer


def _of_order(order: Purchase) -> dict[str, str]:
    """The order's own channel, campaign and device; no advertisement; what a shop does not know is the lead's."""
    of_lead = order.person.members if order.person else {}
    return {
        "channel": order.channel,
        "lead_source": of_lead.get("channel", order.channel),
        "campaign": label(order.campaign),
        "ad": UNKNOWN,
        **{name: of_lead.get(name, UNKNOWN) for name in ("offer", "region", "segment")},
        "device": order.device,
    }


def _cycle_days(person: Person | None, won_day: date) -> int | None:
    if person is None or won_day < person.created_day:
        return None
    return (won_day - person.created_day).days
