"""The stores: receipts that count, what they brought in, and how many visitors bought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import Formula, Subject
from pipelines.sandbox.answer_key.money import Rates
from pipelines.sandbox.answer_key.tally import Tally
from pipelines.sandbox.truth_retail import ReceiptLine

BY_STORE = ("total", "store")


@dataclass(frozen=True)
class _Receipt:
    """The lines of one receipt that were not cancelled."""

    store: str
    day: date
    lines: tuple[ReceiptLine, ...]

    @property
    def is_sale(self) -> bool:
        """Something was sold, whatever came back with it."""
        return any(not _came_back(line) for line in self.lines)


def _came_back(line: ReceiptLine) -> bool:
    return line.is_return if line.is_return is not None else line.net_amount < 0


def _receipts(books: Books) -> list[_Receipt]:
    lines: dict[tuple[str, str], list[ReceiptLine]] = {}
    for line in books.truth.stores.lines:
        is_void = line.voided_on is not None and line.voided_on < books.today
        if books.clock.is_known(line.sold_at) and not is_void:
            lines.setdefault((line.store_id, line.receipt_id), []).append(line)
    found = []
    for (store, _), members in lines.items():
        day = books.clock.counted_day(min(line.sold_at for line in members))
        if day is not None:
            found.append(_Receipt(store, day, tuple(members)))
    return found


def _count(tally: Tally, books: Books) -> None:
    rates = Rates(books.truth.units_per_eur)
    receipts = _receipts(books)
    counts = {(one.store_id, one.day): one.visitors for one in books.truth.stores.counts if one.day < books.today}
    for receipt in receipts:
        for line in receipt.lines:
            amount = -abs(line.net_amount) if _came_back(line) else line.net_amount
            euros = rates.euros(amount, line.currency, receipt.day)
            group = line.product_group or "(unknown)"
            if euros is not None:
                tally.add("retail_revenue", receipt.day, euros, store=receipt.store, product_group=group)
        if receipt.is_sale:
            tally.add("pos_transactions", receipt.day, 1, store=receipt.store)
            if counts.get((receipt.store, receipt.day), 0) > 0:
                tally.add("counted_transactions", receipt.day, 1, store=receipt.store)
    with_receipts = {(receipt.store, receipt.day) for receipt in receipts}
    for (store, day), visitors in counts.items():
        tally.add("store_visitors", day, visitors, store=store)
        if visitors > 0 and (store, day) in with_receipts:
            tally.add("counted_visitors", day, visitors, store=store)


def _days(books: Books) -> Mapping[str, Iterable[date]]:
    clock, stores = books.clock, books.truth.stores
    sold = [clock.counted_day(line.sold_at) for line in stores.lines if clock.is_known(line.sold_at)]
    return {
        "receipts": [day for day in sold if day is not None],
        "footfall": [one.day for one in stores.counts if one.day < books.today],
    }


STORES = Subject(
    formulas=(
        Formula("pos_transactions", "pos_transactions", slices=BY_STORE),
        Formula("avg_pos_transaction_value", "retail_revenue", "pos_transactions", BY_STORE),
        Formula("retail_revenue", "retail_revenue", slices=(*BY_STORE, "product_group")),
        Formula("store_visitors", "store_visitors", slices=BY_STORE),
        Formula("store_conversion_rate", "counted_transactions", "counted_visitors", BY_STORE),
    ),
    count=_count,
    sources={
        **dict.fromkeys(("pos_transactions", "retail_revenue"), (("receipts",),)),
        "store_visitors": (("footfall",),),
        **dict.fromkeys(("counted_transactions", "counted_visitors"), (("receipts",), ("footfall",))),
    },
    days=_days,
)
