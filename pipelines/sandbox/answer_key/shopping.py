"""What the web shop sold: orders, what was in them, what they earned, and the carts that were left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.channels import UNKNOWN, channel_of_cost, device_label
from pipelines.sandbox.answer_key.formulas import (
    BY_DEVICE,
    MONTHLY,
    Formula,
    Key,
    Parts,
    SourceParts,
    Subject,
)
from pipelines.sandbox.answer_key.periods import GRAINS, period_start, started_periods
from pipelines.sandbox.answer_key.tally import TOTAL, Tally
from pipelines.sandbox.answer_key.website import visible_sessions

BY_VISIT = (*BY_DEVICE, "source_medium", "campaign")
FORMULAS = (
    Formula("orders", "orders", slices=BY_VISIT),
    Formula("aov", "order_value", "orders", BY_VISIT),
    Formula("items_per_order", "items", "orders_with_lines", BY_DEVICE),
    Formula("gross_margin_per_order", "known_order_margin", "orders_with_margin"),
    Formula("cross_sell_rate", "orders_across_categories", "orders_with_lines", grains=MONTHLY),
)
LINES: SourceParts = (("orders",), ("order_lines",))
SOURCES: dict[str, SourceParts] = {
    **dict.fromkeys(("items", "orders_with_lines", "orders_across_categories"), LINES),
    **dict.fromkeys(("known_order_margin", "orders_with_margin", "order_margin"), (("orders",),)),
}


def _count(tally: Tally, books: Books) -> None:
    for order in books.shop.purchases:
        members = {"channel": order.channel, "device": order.device}
        if order.margin_eur is not None:
            tally.add("order_margin", order.day, order.margin_eur, **members)
            if order.record.margin is not None:
                tally.add("known_order_margin", order.day, order.margin_eur, **members)
        if order.record.margin is not None:
            tally.add("orders_with_margin", order.day, 1, **members)
        if order.lines:
            bought = [line for line in order.lines if line.quantity > 0]
            tally.add("orders_with_lines", order.day, 1, **members)
            tally.add("items", order.day, sum(line.quantity for line in bought), **members)
            if len({line.category for line in bought} - {UNKNOWN}) >= 2:
                tally.add("orders_across_categories", order.day, 1, **members)


def _days(books: Books) -> Mapping[str, Iterable[date]]:
    lines = [order.day for order in books.shop.purchases if order.lines]
    return {"order_lines": lines, "carts": [day for day, *_ in _carts(books)]}


def _carts(books: Books) -> Iterator[tuple[date, str, str, bool]]:
    """Day, channel and device of each cart, and whether it had become an order by this morning."""
    for cart in books.truth.carts:
        day = books.clock.counted_day(cart.created_at) if books.clock.is_known(cart.created_at) else None
        if day:
            said = (cart.channel or "").strip()
            channel = channel_of_cost(books.rules, said) if said else UNKNOWN
            yield day, channel, device_label(cart.device), books.clock.is_known(cart.ordered_at)


def _values(books: Books) -> dict[Key, Parts]:
    return {**_lost_carts(books), **_orders_per_visitor(books)}


def _lost_carts(books: Books) -> dict[Key, Parts]:
    filled: dict[tuple[str, date, str, str], list[bool]] = {}
    carts = list(_carts(books))
    for grain in GRAINS:
        for start in started_periods(grain, min(day for day, *_ in carts), books.today) if carts else ():
            filled[grain, start, *TOTAL] = []
        for day, channel, device, is_ordered in carts:
            for place in (TOTAL, ("channel", channel), ("device", device)):
                filled.setdefault((grain, period_start(grain, day), *place), []).append(is_ordered)
    return {
        ("cart_abandonment_rate", *place): (Decimal(found.count(False)), Decimal(len(found)))
        for place, found in filled.items()
    }


def _orders_per_visitor(books: Books) -> dict[Key, Parts]:
    """Orders over distinct visitors of the month, in total and by device."""
    months = started_periods("month", min(books.truth.first_day, *_order_days(books)), books.today)
    orders: dict[tuple[date, str, str], int] = {(month, *TOTAL): 0 for month in months}
    visitors: dict[tuple[date, str, str], set[int]] = {(month, *TOTAL): set() for month in months}
    for order in books.shop.purchases:
        for place in (TOTAL, ("device", order.device)):
            cell = (period_start("month", order.day), *place)
            orders[cell] = orders.get(cell, 0) + 1
    for session in visible_sessions(books.truth, books.clock):
        for place in (TOTAL, ("device", session.device)):
            visitors.setdefault((period_start("month", session.day), *place), set()).add(session.visitor_id)
    return {
        ("ecommerce_conversion_rate", "month", *cell): (
            Decimal(orders.get(cell, 0)),
            Decimal(len(visitors[cell])) if cell in visitors else None,
        )
        for cell in {**orders, **visitors}
    }


def _order_days(books: Books) -> list[date]:
    return [order.day for order in books.shop.purchases]


SHOP = Subject(FORMULAS, _count, values=_values, sources=SOURCES, days=_days)
