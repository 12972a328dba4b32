"""The demo company's web-shop orders: from visits, with returns, cancellations, tests and credit notes.

What GA4 saw of the purchase belongs to `demo_sessions`, cases made for one rule each to `demo_planted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TypedDict

from pipelines.sandbox.demo_channels import NOT_SET
from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_leads import Prospect
from pipelines.sandbox.demo_traffic import Visit
from pipelines.sandbox.truth import Order

COUNTRIES = (("NL", 58), ("BE", 20), ("DE", 8), ("GB", 8), ("US", 6))
CURRENCY_OF = {"GB": "GBP", "US": "USD"}
AMOUNTS = (18, 24, 35, 49, 62, 78, 95, 129, 165, 240, 410)
CENT = Decimal("0.01")
MARGIN_KNOWN_PERCENT, GUEST_PERCENT, LINKED_PERCENT = 60, 12, 4


class KnownSource(TypedDict):
    """What the shop knows of where an order came from."""

    channel: str | None
    source: str | None
    medium: str | None
    campaign: str | None


def draw_orders(seed: int, visits: Iterable[Visit], prospects: Sequence[Prospect]) -> tuple[list[Order], list[int]]:
    """Orders by time, and the position of the session each of them was placed in."""
    dice = Dice(seed, Part.ORDERS)
    orders, positions = [], []
    for number, visit in enumerate(visits, start=1):
        orders.append(_order(dice, f"O-{100_000 + number}", visit, prospects))
        positions.append(visit.position)
    return orders, positions


def _order(dice: Dice, order_id: str, visit: Visit, prospects: Sequence[Prospect]) -> Order:
    country = dice.weighted(COUNTRIES)
    amount = Decimal(dice.pick(AMOUNTS) * dice.between(8_000, 12_500)) / 10_000 // CENT * CENT
    has_margin = dice.chance(MARGIN_KNOWN_PERCENT)
    order = Order(
        order_id=order_id,
        ordered_at=visit.started_at + timedelta(seconds=dice.between(60, 1_200)),
        status=dice.weighted((("paid", 94), ("cancelled", 4), ("test", 2))),
        net_amount=amount,
        currency=CURRENCY_OF.get(country, "EUR"),
        customer_id=None if dice.chance(GUEST_PERCENT) else f"C-{visit.visitor_id}",
        lead_id=None,
        margin=(amount * dice.between(280, 520) / 1_000).quantize(CENT) if has_margin else None,
        refunded_amount=None,
        refunded_at=None,
        **_known_source(dice, visit),
        device=dice.weighted(((visit.device, 93), (visit.device.upper(), 4), (None, 3))),
        country=country,
    )
    if prospects and dice.chance(LINKED_PERCENT):
        order = replace(order, lead_id=_earlier_lead(dice, order, prospects))
    return _perhaps_returned(dice, order)


def _known_source(dice: Dice, visit: Visit) -> KnownSource:
    origin = visit.origin
    campaign = None if origin.campaign == NOT_SET else origin.campaign
    knowledge = dice.weighted((("all", 72), ("no channel", 23), ("nothing", 5)))
    if knowledge == "nothing":
        return {"channel": None, "source": None, "medium": None, "campaign": None}
    channel = origin.channel if knowledge == "all" else None
    return {"channel": channel, "source": origin.source, "medium": origin.medium, "campaign": campaign}


def _earlier_lead(dice: Dice, order: Order, prospects: Sequence[Prospect]) -> str | None:
    """A lead that the shop can already know."""
    lead = dice.pick(prospects).lead
    is_known = lead.created_at < order.ordered_at and lead.known_from is None and not lead.is_test
    return lead.lead_id if is_known else None


def _perhaps_returned(dice: Dice, order: Order) -> Order:
    if order.status != "paid" or not dice.chance(7):
        return order
    refunded_at = dice.later(order.ordered_at, dice.between(1, 32))
    if dice.chance(55):
        # whole: some systems say how much, some only that it was
        amount = order.net_amount if dice.chance(60) else None
        return replace(order, status="refunded", refunded_amount=amount, refunded_at=refunded_at)
    part = (order.net_amount * dice.between(200, 700) / 1_000).quantize(CENT)
    return replace(order, refunded_amount=part, refunded_at=refunded_at)
