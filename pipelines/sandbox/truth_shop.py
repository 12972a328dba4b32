"""What the demo company's web shop knows beside its orders: what was in them, and carts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class OrderLine:
    """One line of an order in the currency of the order; a correction has a negative quantity and amount."""

    order_id: str
    line_no: int
    product_id: str
    category: str | None
    quantity: int
    net_amount: Decimal


@dataclass(frozen=True)
class Cart:
    """A cart that was filled; `ordered_at` is when it became the order, None when it never did."""

    cart_id: str
    created_at: datetime
    order_id: str | None
    ordered_at: datetime | None
    channel: str | None
    device: str | None
    value: Decimal
    currency: str
