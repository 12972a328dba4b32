"""The lines of the demo company's orders, and the carts its visitors filled, from its orders alone.

Most orders have lines; some lines miss their category, some orders were given a discount as a whole, and here and there
a line is taken off again. More carts are left than are ordered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.truth import Order
from pipelines.sandbox.truth_shop import Cart, OrderLine

PRODUCTS = (
    ("F-100", "filters"), ("F-200", "filters"), ("F-350", "filters"), ("C-10", "cartridges"), ("C-20", "cartridges"),
    ("S-1", "spare parts"), ("S-2", "spare parts"), ("T-5", "test kits"),
)  # fmt: skip
CENT = Decimal("0.01")
WITHOUT_LINES_PERCENT, WITHOUT_CATEGORY_PERCENT, DISCOUNTED_PERCENT, CORRECTED_PERCENT = 8, 4, 10, 5
LEFT_PER_100_ORDERS, SAVED_PERCENT = 120, 6


def draw_order_lines(seed: int, orders: Sequence[Order]) -> tuple[OrderLine, ...]:
    """Lines of the orders that were for money."""
    dice = Dice(seed, Part.ORDER_LINES)
    return tuple(line for order in orders if order.net_amount > 0 for line in _lines(dice, order))


def draw_carts(seed: int, orders: Sequence[Order]) -> tuple[Cart, ...]:
    """The cart of every order, and the carts that were left."""
    dice = Dice(seed, Part.CARTS)
    return tuple(cart for order in orders for cart in _carts(dice, order))


def _lines(dice: Dice, order: Order) -> Iterator[OrderLine]:
    if dice.chance(WITHOUT_LINES_PERCENT):
        return
    discount = order.net_amount / 10 // CENT * CENT if dice.chance(DISCOUNTED_PERCENT) else Decimal(0)
    left, count = order.net_amount + discount, dice.between(1, 4)
    for number in range(1, count + 1):
        product, category = dice.pick(PRODUCTS)
        amount = left if number == count else left * dice.between(20, 60) / 100 // CENT * CENT
        left -= amount
        named = None if dice.chance(WITHOUT_CATEGORY_PERCENT) else category
        yield OrderLine(order.order_id, number, product, named, dice.between(1, 3), amount)
    if dice.chance(CORRECTED_PERCENT):
        # put on the bill and taken off it again
        product, category = dice.pick(PRODUCTS)
        yield OrderLine(order.order_id, count + 1, product, category, 1, Decimal("9.95"))
        yield OrderLine(order.order_id, count + 2, product, category, -1, Decimal("-9.95"))


def _carts(dice: Dice, order: Order) -> Iterator[Cart]:
    days = dice.between(1, 3) if dice.chance(SAVED_PERCENT) else 0
    filled_at = order.ordered_at - timedelta(days=days, seconds=dice.between(90, 2_400))
    yield Cart(
        f"K-{order.order_id}", filled_at, order.order_id, order.ordered_at, order.channel, order.device,
        order.net_amount, order.currency,
    )  # fmt: skip
    for number in range(1, 1 + LEFT_PER_100_ORDERS // 100 + dice.chance(LEFT_PER_100_ORDERS % 100)):
        left_at = order.ordered_at - timedelta(seconds=dice.between(300, 30_000))
        value = order.net_amount * dice.between(40, 180) / 100 // CENT * CENT
        device = dice.weighted((("mobile", 6), ("desktop", 3), (None, 1)))
        channel = dice.weighted(((order.channel, 7), ("Direct", 3)))
        yield Cart(f"K-{order.order_id}-{number}", left_at, None, None, channel, device, value, order.currency)
