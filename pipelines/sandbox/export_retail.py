"""What the tills and door counters of the demo company's stores hand out on a morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipelines.sandbox.export_files import ExportFile, Row, is_past
from pipelines.sandbox.truth import Truth

RECEIPTS_HEADER = "store_id,receipt_id,line_no,sold_at,net_amount,currency,product_group,is_return,is_void"
FOOTFALL_HEADER = "store_id,date,visitors"


def retail_exports(truth: Truth, as_of: date) -> list[ExportFile]:
    """Two files; nothing of a company that has no stores."""
    files = [
        ExportFile("receipts", RECEIPTS_HEADER, list(_receipts(truth, as_of))),
        ExportFile("footfall", FOOTFALL_HEADER, list(_footfall(truth, as_of))),
    ]
    return [file for file in files if file.rows]


def _receipts(truth: Truth, as_of: date) -> Iterator[Row]:
    for line in truth.stores.lines:
        if is_past(line.sold_at, as_of, truth.time_zone):
            yield {
                "store_id": line.store_id,
                "receipt_id": line.receipt_id,
                "line_no": line.line_no,
                "sold_at": line.sold_at,
                "net_amount": line.net_amount,
                "currency": line.currency,
                "product_group": line.product_group,
                "is_return": line.is_return,
                "is_void": line.voided_on is not None and line.voided_on < as_of,
            }


def _footfall(truth: Truth, as_of: date) -> Iterator[Row]:
    for one in truth.stores.counts:
        if one.day < as_of:
            yield {"store_id": one.store_id, "date": one.day, "visitors": one.visitors}
