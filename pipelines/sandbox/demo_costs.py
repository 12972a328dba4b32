"""The demo company's invoices that no ad platform sends, and the exchange rates of its days.

What is spent on advertisements belongs to `demo_ads`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth import Invoice

CENT = Decimal("0.01")
LEADS_PER_DAY_OF_THE_AMOUNTS = 7
# id, amount at seven leads a day, currency, category, channel, allocation
MONTHLY = (
    ("staff", "5400.37", "EUR", "staff", None, "leads"),
    ("agency", "1850.50", "EUR", "agency", None, "media_share"),
    ("agency-retainer", "600.01", "EUR", "agency", None, "fixed"),
    ("crm", "349.99", "GBP", "software", None, "none"),
    ("seo-tool", "129.95", "USD", "software", "organic search", ""),
    ("content", "1333.33", "EUR", "content", None, "fixed"),
    ("hosting", "79.90", "EUR", "other", None, "fixed"),
)
QUARTERLY = (
    ("mail-tool", "834.57", "USD", "software", "Email", ""),
    ("suite", "1499.97", "EUR", "software", None, "fixed"),
)
RATE_DECIMALS = {"USD": Decimal("0.0001"), "GBP": Decimal("0.00001")}
FIRST_RATES = {"USD": Decimal("1.1642"), "GBP": Decimal("0.86315")}
RATE_STEPS = {"USD": 62, "GBP": 290}
# the ECB publishes none on these days
BANK_HOLIDAYS = {(1, 1), (5, 1), (12, 25), (12, 26)}
DAYS_OF_RATES_BEFORE = 14


def invoices(size: Size) -> tuple[Invoice, ...]:
    """Every cost that is not an ad platform's; months at the edge are billed whole from the first day on."""
    return tuple(sorted(_invoices(size), key=lambda one: one.cost_id))


def _invoices(size: Size) -> Iterator[Invoice]:
    for start, end in _spans(size, months=1):
        for name, amount, currency, category, channel, allocation in MONTHLY:
            yield _invoice(size, f"{name}-{start:%Y-%m}", start, end, amount, currency, category, channel, allocation)
    for start, end in _spans(size, months=3):
        for name, amount, currency, category, channel, allocation in QUARTERLY:
            yield _invoice(size, f"{name}-{start:%Y-%m}", start, end, amount, currency, category, channel, allocation)
    for number, day in enumerate(_every(size, offset=13, days=41)):
        yield _invoice(size, f"design-{number + 1:02d}", day, day, "499.99", "EUR", "design", None, "")
    for number, day in enumerate(_every(size, offset=25, days=97)):
        end = day + timedelta(days=2)
        yield _invoice(size, f"fair-{number + 1:02d}", day, end, "2000.01", "EUR", "events", None, "none")
    for number, day in enumerate(_every(size, offset=30, days=120)):
        end = day + timedelta(days=29)
        yield _invoice(size, f"partner-fee-{number + 1:02d}", day, end, "310.07", "EUR", "media", "Affiliates", "")


def _invoice(
    size: Size,
    cost_id: str,
    start: date,
    end: date,
    amount: str,
    currency: str,
    category: str,
    channel: str | None,
    allocation: str,
) -> Invoice:
    scaled = Decimal(amount) * Decimal(str(size.leads_per_day)) / LEADS_PER_DAY_OF_THE_AMOUNTS
    return Invoice(cost_id, start, end, scaled.quantize(CENT), currency, category, channel, allocation)


def _spans(size: Size, months: int) -> Iterator[tuple[date, date]]:
    """Calendar months or quarters, the first one from the first day on."""
    start = size.first_day
    while start < size.today:
        past = start.year * 12 + (start.month - 1) // months * months + months
        following = date(past // 12, past % 12 + 1, 1)
        yield start, following - timedelta(days=1)
        start = following


def _every(size: Size, offset: int, days: int) -> Iterator[date]:
    for number in range(offset, size.days, days):
        yield size.first_day + timedelta(days=number)


def draw_exchange_rates(size: Size, seed: int) -> dict[tuple[date, str], Decimal]:
    """Units of the currency per euro, on weekdays only, from two weeks before the first day on."""
    dice, rates = Dice(seed, Part.RATES), {}
    current = dict(FIRST_RATES)
    day = size.first_day - timedelta(days=DAYS_OF_RATES_BEFORE)
    while day < size.today:
        if day.weekday() < 5 and (day.month, day.day) not in BANK_HOLIDAYS:
            for currency, step in RATE_STEPS.items():
                # drawn back to where it began, or a year's steps would lead too far
                pull = -1 if current[currency] > FIRST_RATES[currency] else 1
                current[currency] += (dice.between(-step, step) + pull * step // 12) * RATE_DECIMALS[currency]
                rates[day, currency] = current[currency]
        day += timedelta(days=1)
    return rates
