"""The export files of the demo company's web shop beside its orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipelines.sandbox.export_files import ExportFile, Row, is_past
from pipelines.sandbox.truth import Truth

ORDER_LINES = "order_id,line_no,product_id,quantity,net_amount,category"
CARTS = "cart_id,created_at,order_id,channel,device,value,currency"


def shop_exports(truth: Truth, as_of: date) -> Iterator[ExportFile]:
    """The lines of the orders of that morning, and the carts, with the order of those that had become one."""
    yield ExportFile("order_lines", ORDER_LINES, _lines(truth, as_of))
    yield ExportFile("carts", CARTS, _carts(truth, as_of))


def _lines(truth: Truth, as_of: date) -> Iterator[Row]:
    placed = {one.order_id for one in truth.orders if is_past(one.ordered_at, as_of, truth.time_zone)}
    for line in truth.order_lines:
        if line.order_id in placed:
            yield {name: getattr(line, name) for name in ORDER_LINES.split(",")}


def _carts(truth: Truth, as_of: date) -> Iterator[Row]:
    for cart in truth.carts:
        if is_past(cart.created_at, as_of, truth.time_zone):
            is_ordered = cart.ordered_at is not None and is_past(cart.ordered_at, as_of, truth.time_zone)
            yield {
                **{name: getattr(cart, name) for name in CARTS.split(",")},
                "order_id": cart.order_id if is_ordered else None,
            }
