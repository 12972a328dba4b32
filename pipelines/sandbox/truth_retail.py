"""What happened in the demo company's stores: lines of receipts and people who came in.

Only data classes; `demo_retail` fills them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class ReceiptLine:
    """One line of a receipt; `is_return` None: the till does not say. Void since the day `voided_on`."""

    store_id: str
    receipt_id: str
    line_no: int | None
    sold_at: datetime
    net_amount: Decimal
    currency: str
    product_group: str | None
    is_return: bool | None = None
    voided_on: date | None = None


@dataclass(frozen=True)
class StoreDay:
    """What a door counter counted."""

    store_id: str
    day: date
    visitors: int


@dataclass(frozen=True)
class Stores:
    """Everything that happened there."""

    lines: tuple[ReceiptLine, ...] = ()
    counts: tuple[StoreDay, ...] = ()
