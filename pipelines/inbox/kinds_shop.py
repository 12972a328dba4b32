"""The kinds of files that a web shop hands out beside its orders: the lines of orders, and carts."""

from __future__ import annotations

from pipelines.inbox.cells import CURRENCY, IDENTIFIER, TEXT, TIME
from pipelines.inbox.number_cells import decimal
from pipelines.inbox.outputs import all_but
from pipelines.inbox.shapes import ROWS_HALVED, Column, Kind, Output, rows_or_money_halved

ORDER_LINES = Kind(
    name="order_lines",
    columns=(
        Column("order_id", IDENTIFIER, required=True),
        Column("line_no", IDENTIFIER, required=True),
        Column("product_id", IDENTIFIER, required=True),
        # a correction takes articles and money off again
        Column("quantity", decimal(), required=True),
        Column("net_amount", decimal(), required=True),
        Column("category", TEXT),
    ),
    key=("order_id", "line_no"),
    scope=("order_id",),
    scope_is_personal=True,
    outputs=(
        Output("order_line", "raw.order_line", ("order_id", "line_no"), all_but(), rows_or_money_halved("net_amount")),
    ),
)

CARTS = Kind(
    name="carts",
    columns=(
        Column("cart_id", IDENTIFIER, required=True),
        Column("created_at", TIME, required=True),
        Column("order_id", IDENTIFIER),
        Column("channel", TEXT),
        Column("device", TEXT),
        Column("value", decimal()),
        Column("currency", CURRENCY),
    ),
    key=("cart_id",),
    scope=("cart_id",),
    scope_is_personal=True,
    outputs=(Output("cart", "raw.cart", ("cart_id",), all_but(), ROWS_HALVED),),
)

KINDS_OF_SHOP = (ORDER_LINES, CARTS)
