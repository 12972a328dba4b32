"""The demo company's deals: quotes to its prospects, won, lost or still open, and later business with its customers.

Web orders belong to `demo_orders`, cases made for one rule each to `demo_planted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_leads import Prospect
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth import Deal

CURRENCIES = (("EUR", 78), ("USD", 12), ("GBP", 10))
AMOUNTS = (890, 1_150, 1_420, 1_780, 2_150, 2_600, 3_300, 4_400)
DAYS_TO_CLOSE = (7, 10, 14, 20, 28, 35, 45, 60, 80, 120)
WON_PERCENT, LOST_PERCENT = 34, 54
MARGIN_KNOWN_PERCENT, QUOTE_PERCENT, OWN_CHANNEL_PERCENT = 45, 76, 22
OWN_CHANNELS = ("Referral", "Direct", "Organic Search", "Paid Search", "Email")
OUTBOUND_PERCENT, LATER_BUSINESS_PERCENT, TWIN_PERCENT, TEST_PERCENT = 10, 32, 4, 3
LATER_TYPES = (("upsell", 35), ("renewal", 40), ("cross_sell", 15), ("new", 10))
CENT = Decimal("0.01")


def draw_deals(size: Size, seed: int, prospects: Iterable[Prospect]) -> tuple[Deal, ...]:
    """All deals that began before today, by id; some close later."""
    dice = Dice(seed, Part.DEALS)
    began = [one for one in prospects if one.opportunity_at and not one.lead.merged_into and not one.lead.is_test]
    deals: list[Deal] = []
    for number, prospect in enumerate(began, start=1):
        deal = _deal(dice, f"D-{number:05d}", prospect)
        deals += [deal, *_companions(dice, deal), *_later_business(dice, deal)]
    for number in range(1, len(began) * OUTBOUND_PERCENT // 100 + 1):
        deals.append(_outbound(dice, size, number))
    end = datetime.combine(size.today, time(), ZoneInfo(size.time_zone))
    return tuple(sorted((one for one in deals if one.created_at < end), key=lambda one: one.deal_id))


def _deal(dice: Dice, deal_id: str, prospect: Prospect) -> Deal:
    began = prospect.opportunity_at
    assert began is not None  # noqa: S101 - the caller chose those with an opportunity
    quoted = dice.later(began, dice.between(0, 9)) if dice.chance(QUOTE_PERCENT) else None
    amount = _amount(dice)
    status = dice.weighted((("won", WON_PERCENT), ("lost", LOST_PERCENT), ("open", 100 - WON_PERCENT - LOST_PERCENT)))
    closed_at = None if status == "open" else dice.later(quoted or began, dice.pick(DAYS_TO_CLOSE))
    return Deal(
        deal_id=deal_id,
        created_at=began,
        stage={"won": "closedwon", "lost": "closedlost", "open": "proposal"}[status],
        lead_id=prospect.lead.lead_id,
        account_id=prospect.account_id if dice.chance(92) else None,
        # systems empty the value of what was lost
        amount=None if status == "lost" and dice.chance(40) else amount,
        currency=dice.weighted(CURRENCIES),
        margin=_margin(dice, amount) if status == "won" and dice.chance(MARGIN_KNOWN_PERCENT) else None,
        status=status,
        closed_at=closed_at,
        deal_type=dice.weighted((("new", 80), (None, 20))),
        quote_sent_at=quoted,
        channel=dice.pick(OWN_CHANNELS) if dice.chance(OWN_CHANNEL_PERCENT) else None,
        campaign=None,
        segment=prospect.lead.segment,
    )


def _companions(dice: Dice, deal: Deal) -> Iterator[Deal]:
    """The same deal entered a second time and merged later, and deals made to try the system."""
    if dice.chance(TWIN_PERCENT):
        created_at = max(deal.created_at, deal.quote_sent_at or deal.created_at) + timedelta(days=2)
        twin = replace(
            deal,
            deal_id=f"{deal.deal_id}b",
            created_at=created_at,
            stage="proposal",
            status="open",
            closed_at=None,
            quote_sent_at=None,
            margin=None,
            merged_into=deal.deal_id,
            merged_on=(created_at + timedelta(days=4)).date(),
        )
        yield twin
    if dice.chance(TEST_PERCENT):
        yield replace(deal, deal_id=f"{deal.deal_id}t", account_id=None, amount=Decimal("99999.99"), is_test=True)


def _later_business(dice: Dice, deal: Deal) -> Iterator[Deal]:
    """More business with a customer, always after the first win."""
    if deal.status != "won" or deal.account_id is None or not dice.chance(LATER_BUSINESS_PERCENT):
        return
    assert deal.closed_at is not None  # noqa: S101 - a won deal is closed
    created_at = dice.later(deal.closed_at, dice.between(20, 150))
    amount, is_won = _amount(dice) / 2, dice.chance(70)
    yield replace(
        deal,
        deal_id=f"{deal.deal_id}x",
        created_at=created_at,
        stage="closedwon" if is_won else "negotiation",
        lead_id=deal.lead_id if dice.chance(50) else None,
        amount=amount.quantize(CENT),
        margin=_margin(dice, amount) if is_won and dice.chance(MARGIN_KNOWN_PERCENT) else None,
        status="won" if is_won else "open",
        closed_at=dice.later(created_at, dice.between(5, 40)) if is_won else None,
        deal_type=dice.weighted(LATER_TYPES),
        quote_sent_at=None,
    )


def _outbound(dice: Dice, size: Size, number: int) -> Deal:
    """A deal that sales found without a lead."""
    zone = ZoneInfo(size.time_zone)
    created_at = dice.office_hour(size.first_day + timedelta(days=dice.between(0, size.days - 1)), zone)
    amount = _amount(dice)
    status = dice.weighted((("won", 30), ("lost", 50), ("open", 20)))
    return Deal(
        deal_id=f"D-9{number:04d}",
        created_at=created_at.astimezone(UTC),
        stage={"won": "closedwon", "lost": "closedlost", "open": "negotiation"}[status],
        lead_id=None,
        account_id=f"A-9{number:04d}" if dice.chance(80) else None,
        amount=amount,
        currency=dice.weighted(CURRENCIES),
        margin=None,
        status=status,
        closed_at=None if status == "open" else dice.later(created_at, dice.pick(DAYS_TO_CLOSE)),
        deal_type="new",
        quote_sent_at=dice.later(created_at, 3) if dice.chance(50) else None,
        channel=dice.pick((None, "Referral", "Direct")),
        campaign=None,
        segment=None,
    )


def _amount(dice: Dice) -> Decimal:
    return Decimal(dice.pick(AMOUNTS) * dice.between(8_000, 12_000)) / 10_000 // CENT * CENT


def _margin(dice: Dice, amount: Decimal) -> Decimal:
    return (amount * dice.between(480, 690) / 1_000).quantize(CENT)
