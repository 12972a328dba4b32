"""Shop orders that count, and what was given back, in euros."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.channels import channel_of_record, device_label, label
from pipelines.sandbox.answer_key.money import CENT_PLACES, Rates, cents, rounded
from pipelines.sandbox.answer_key.people import People, Person
from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.truth import Order, Truth
from pipelines.sandbox.truth_shop import OrderLine


@dataclass(frozen=True)
class Line:
    """One line of an order; a correction has a negative quantity and amount."""

    product: str
    category: str
    quantity: int
    amount_eur: Fraction


@dataclass(frozen=True)
class Purchase:
    """One order that was paid, whatever came back later."""

    order_id: str
    day: date
    channel: str
    campaign: str | None
    device: str
    person: Person | None
    customer_id: str | None
    amount_eur: Fraction | None
    margin_eur: Fraction | None
    record: Order
    lines: tuple[Line, ...]

    @property
    def customer(self) -> str:
        """Who bought: the shop's customer, else the lead, else nobody else."""
        if self.customer_id:
            return f"customer {self.customer_id}"
        return f"lead {self.person.person_id}" if self.person else f"order {self.order_id}"


@dataclass(frozen=True)
class Refund:
    """Money given back; amount and margin as positive figures of a profitable order."""

    day: date
    channel: str
    device: str
    amount_eur: Fraction | None
    margin_eur: Fraction | None
    record: Order


class Shop:
    """The purchases and refunds that count on a morning."""

    def __init__(self, truth: Truth, rules: Rules, clock: Clock, people: People) -> None:
        self._rules, self._clock, self._people = rules, clock, people
        self._rates = Rates(truth.units_per_eur)
        self._customers = _persons_of_customers(truth, clock, people)
        self.purchases: list[Purchase] = []
        self.refunds: list[Refund] = []
        self._lines: dict[str, list[OrderLine]] = {}
        for line in truth.order_lines:
            self._lines.setdefault(line.order_id, []).append(line)
        for order in truth.orders:
            if clock.is_known(order.ordered_at) and order.status in {"paid", "refunded"}:
                self._count(order)

    def _count(self, order: Order) -> None:
        day = self._clock.counted_day(order.ordered_at)
        amount_eur = None if day is None else self._rates.euros(order.net_amount, order.currency, day)
        is_order = order.net_amount > 0 or (order.net_amount == 0 and self._status(order) == "paid")
        if day and is_order:
            self.purchases.append(
                Purchase(
                    order.order_id,
                    day,
                    self._channel(order),
                    order.campaign,
                    device_label(order.device),
                    self._people.of_lead(order.lead_id) or self._customers.get(order.customer_id or ""),
                    order.customer_id,
                    amount_eur,
                    self._margin(order, day, amount_eur),
                    order,
                    tuple(self._lines_of(order, day)),
                )
            )
        self._count_refund(order, amount_eur if is_order else None)

    def _lines_of(self, order: Order, day: date) -> Iterator[Line]:
        for line in self._lines.get(order.order_id, ()):
            amount_eur = self._rates.euros(line.net_amount, order.currency, day)
            if amount_eur is not None:
                yield Line(line.product_id, label(line.category), line.quantity, amount_eur)

    def _status(self, order: Order) -> str:
        """As the shop said it this morning: not refunded before the money went back."""
        is_ahead = order.refunded_at is not None and not self._clock.is_known(order.refunded_at)
        return "paid" if is_ahead else order.status

    def _count_refund(self, order: Order, order_eur: Fraction | None) -> None:
        moment = order.refunded_at
        if order.net_amount < 0:
            amount, moment = -order.net_amount, moment or order.ordered_at
        else:
            whole = order.net_amount if order.status == "refunded" else Decimal(0)
            amount = whole if order.refunded_amount is None else order.refunded_amount
        day = self._clock.counted_day(moment)
        if day is None or amount <= 0:
            return
        refund_eur = self._rates.euros(amount, order.currency, day)
        margin_eur = None if refund_eur is None else self._refund_margin(order, order_eur, refund_eur)
        device = device_label(order.device)
        self.refunds.append(Refund(day, self._channel(order), device, refund_eur, margin_eur, order))

    def _refund_margin(self, order: Order, order_eur: Fraction | None, refund_eur: Fraction) -> Fraction:
        """The order's own margin in proportion, towards zero to the cent; without one the company's rate."""
        ordered = self._clock.day(order.ordered_at)
        margin_eur = None if order.margin is None else self._rates.euros(order.margin, order.currency, ordered)
        if margin_eur is None or not order_eur:
            return rounded(refund_eur * Fraction(self._rules.gross_margin), CENT_PLACES)
        share = cents(refund_eur) * abs(cents(margin_eur)) // cents(order_eur)
        return Fraction(share if margin_eur >= 0 else -share, 100)

    def _margin(self, order: Order, day: date, amount_eur: Fraction | None) -> Fraction | None:
        if amount_eur is None:
            return None
        if order.margin is not None:
            return self._rates.euros(order.margin, order.currency, day)
        return rounded(amount_eur * Fraction(self._rules.gross_margin), CENT_PLACES)

    def _channel(self, order: Order) -> str:
        return channel_of_record(self._rules, order.channel, order.source, order.medium, order.campaign)


def _persons_of_customers(truth: Truth, clock: Clock, people: People) -> dict[str, Person]:
    """Which person a shop customer is: a lead says so, or an order names both; of several the earliest lead."""
    links = list(people.shop_customers())
    for order in truth.orders:
        person = people.of_lead(order.lead_id)
        if order.customer_id and person and clock.is_known(order.ordered_at):
            links.append((order.customer_id, person))
    links.sort(key=lambda link: link[1].created_at, reverse=True)
    return dict(links)
