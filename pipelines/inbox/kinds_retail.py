"""The kinds of files of stores: lines of receipts, and how many people came in."""

from __future__ import annotations

from pipelines.inbox.cells import CURRENCY, DAY, IDENTIFIER, TEXT, TIME, YES_NO
from pipelines.inbox.number_cells import COUNT, decimal
from pipelines.inbox.outputs import all_but
from pipelines.inbox.shapes import ROWS_HALVED, Column, Kind, Output, rows_or_money_halved

RECEIPTS = Kind(
    name="receipts",
    columns=(
        Column("store_id", IDENTIFIER, required=True),
        Column("receipt_id", IDENTIFIER, required=True),
        Column("sold_at", TIME, required=True),
        Column("net_amount", decimal(), required=True),
        Column("currency", CURRENCY, required=True),
        Column("line_no", COUNT),
        Column("product_group", TEXT),
        Column("is_return", YES_NO),
        Column("is_void", YES_NO),
    ),
    key=("store_id", "receipt_id", "line_no"),
    scope=("store_id", "receipt_id", "line_no"),
    outputs=(
        Output(
            "receipt",
            "raw.receipt",
            ("store_id", "receipt_id", "line_no"),
            all_but(),
            rows_or_money_halved("net_amount"),
        ),
    ),
)

FOOTFALL = Kind(
    name="footfall",
    columns=(
        Column("store_id", IDENTIFIER, required=True),
        Column("date", DAY, required=True),
        Column("visitors", COUNT, required=True),
    ),
    key=("store_id", "date"),
    scope=("store_id", "date"),
    outputs=(Output("footfall", "raw.footfall", ("store_id", "date"), all_but(), ROWS_HALVED),),
)

RETAIL_KINDS = (RECEIPTS, FOOTFALL)
