"""The demo company's stores: a few receipts a day in two stores and a short-lived one abroad, with door counters.

Lines are cancelled, goods come back with and without a mark, and counters fail now and then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth_retail import ReceiptLine, StoreDay, Stores

AMSTERDAM, UTRECHT, LONDON = "AMS-1", "UTR-1", "LON-popup"
GROUPS = (("filters", 5), ("spare parts", 4), ("accessories", 2), (None, 1))
PRICES = (4, 9, 15, 22, 38, 65, 120)
LONDON_OPEN = range(24, 40)
COUNTER_FAILS_EVERY, COUNTER_MISSING_EVERY = 17, 13
SUNDAY = 6
CENT = Decimal("0.01")


def draw_stores(size: Size, seed: int) -> Stores:
    """Receipts and counts over all days of the company."""
    dice = Dice(seed, Part.RETAIL)
    lines: list[ReceiptLine] = []
    counts: list[StoreDay] = []
    for number in range(size.days):
        day = size.first_day + timedelta(days=number)
        for place, store in enumerate((AMSTERDAM, UTRECHT, LONDON)):
            if store == LONDON and number not in LONDON_OPEN:
                continue
            is_open = day.weekday() != SUNDAY
            receipts = dice.between(0, 3) if is_open else 0
            for one in range(receipts):
                lines += _receipt(size, dice, store, day, f"{day:%y%m%d}-{one + 1}")
            visitors = receipts * dice.between(2, 6) + dice.between(1, 9) if is_open else 0
            if (number + place) % COUNTER_MISSING_EVERY:
                fails = (number + place) % COUNTER_FAILS_EVERY == 0
                counts.append(StoreDay(store, day, 0 if fails else visitors))
    return Stores((*lines, *_planted(size)), tuple(counts))


def _receipt(size: Size, dice: Dice, store: str, day: date, number: str) -> Iterator[ReceiptLine]:
    sold_at = _local(size, day, 9, dice.between(0, 540))
    kind = dice.weighted((("sale", 80), ("return", 6), ("unmarked return", 4), ("exchange", 5), ("void", 5)))
    for line_no in range(1, dice.between(1, 3) + 1):
        amount = (Decimal(dice.pick(PRICES) * dice.between(800, 1_250)) / 1_000).quantize(CENT)
        line = ReceiptLine(
            store,
            number,
            line_no,
            sold_at + timedelta(seconds=line_no),
            amount,
            "GBP" if store == LONDON else "EUR",
            dice.weighted(GROUPS),
            False,
        )
        yield _as_happened(line, kind, day)
    if kind == "sale" and dice.chance(12):
        # a discount for the whole receipt, which this till does not mark
        yield replace(line, line_no=line_no + 1, net_amount=Decimal("-1.50"), product_group=None, is_return=None)


def _as_happened(line: ReceiptLine, kind: str, day: date) -> ReceiptLine:
    if kind == "return" or (kind == "exchange" and line.line_no == 1):
        return replace(line, is_return=True)
    if kind == "unmarked return":
        return replace(line, net_amount=-line.net_amount, is_return=None)
    if kind == "void":
        return replace(line, voided_on=day + timedelta(days=2))
    return line


def _planted(size: Size) -> Iterator[ReceiptLine]:
    """A receipt over midnight, one with a cancelled line, a marked return below zero, a gift, one without lines."""
    day = size.first_day + timedelta(days=13)
    midnight = _local(size, day, 23, 59)
    yield ReceiptLine(AMSTERDAM, "P-midnight", 1, midnight, Decimal("20.00"), "EUR", "filters", False)
    yield ReceiptLine(
        AMSTERDAM, "P-midnight", 2, midnight + timedelta(minutes=3), Decimal("5.55"), "EUR", "accessories", False
    )
    noon = _local(size, day, 12, 0)
    yield ReceiptLine(UTRECHT, "P-line-void", 1, noon, Decimal("30.10"), "EUR", "filters", False)
    yield ReceiptLine(UTRECHT, "P-line-void", 2, noon, Decimal("99.99"), "EUR", "filters", False, day)
    yield ReceiptLine(UTRECHT, "P-negative-return", 1, noon, Decimal("-12.34"), "EUR", "spare parts", True)
    yield ReceiptLine(UTRECHT, "P-gift", 1, noon, Decimal("0.00"), "EUR", None, None)
    yield ReceiptLine(AMSTERDAM, "P-no-lines", None, noon, Decimal("77.70"), "EUR", None, None)
    # the same number in two stores is two receipts
    yield ReceiptLine(UTRECHT, "P-no-lines", None, noon, Decimal("11.10"), "EUR", "filters", None)
    yield ReceiptLine(AMSTERDAM, "P-dollars", 1, noon, Decimal("45.45"), "USD", "spare parts", False)


def _local(size: Size, day: date, hour: int, minute: int) -> datetime:
    start = datetime.combine(day, time(hour), ZoneInfo(size.time_zone)).astimezone(UTC)
    return start + timedelta(minutes=minute)
