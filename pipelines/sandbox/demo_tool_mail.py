"""The demo company's e-mails beside Mailchimp: dealers are written to with one tool, guests of open days with another.

The first exports nearly everything; the second neither bounces nor sign-ups, and has no titles.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth_email import ToolListDay, ToolMail, ToolMailing

DEALERS, GUESTS = "Dealers", "Open day guests"
DEALER_TOOL, GUEST_TOOL = "Brevo", "Eventmail"
DEALER_DAYS, ONBOARDING_DAY, GUEST_DAY = (5, 19), 26, 12
SEGMENTS = ("installers", "shops", None)
# the dealers' list was exported from this day of the company on
LIST_BEGINS_AFTER_DAYS = 10
DEALERS_AT_FIRST, GUESTS_AT_FIRST = 140, 60


def draw_tool_mail(size: Size, seed: int) -> ToolMail:
    """The campaigns and lists of both tools."""
    dice = Dice(seed + 3, Part.MAIL)
    days = [size.first_day + timedelta(days=number) for number in range(size.days)]
    zone = ZoneInfo(size.time_zone)
    mailings = [one for number, day in enumerate(days) for one in _mailings(dice, zone, number, day)]
    return ToolMail(tuple(mailings), (*_dealers(dice, days[LIST_BEGINS_AFTER_DAYS:]), *_guests(dice, days)))


def _mailings(dice: Dice, zone: ZoneInfo, number: int, day: date) -> Iterator[ToolMailing]:
    # late in the evening: in UTC this is the day before or after in other zones
    sent_at = datetime.combine(day, time(23, 30), zone).astimezone(UTC)
    if day.day in (*DEALER_DAYS, ONBOARDING_DAY):
        yield _to_dealers(dice, sent_at, number, day)
    if day.day == GUEST_DAY:
        yield _to_guests(dice, sent_at, day)


def _to_dealers(dice: Dice, sent_at: datetime, number: int, day: date) -> ToolMailing:
    is_automated, sent = day.day == ONBOARDING_DAY, dice.between(90, 140)
    clicks, soft = dice.between(4, 14), dice.between(0, 3)
    return ToolMailing(
        tool=DEALER_TOOL,
        campaign_id=str(4_000 + number),
        sent_at=sent_at,
        emails_sent=sent,
        title="Onboarding 1" if is_automated else f"Dealers {day:%Y-%m} {'A' if day.day == DEALER_DAYS[0] else 'B'}",
        list=DEALERS,
        segment=dice.pick(SEGMENTS),
        automation="Onboarding" if is_automated else None,
        hard_bounces=dice.between(0, 2),
        soft_bounces=soft,
        soft_bounces_at_first=soft + dice.between(0, 4),
        unique_opens=dice.between(30, 60),
        unique_clicks=clicks,
        unsubscribes=dice.between(0, 2),
        complaints=int(dice.chance(20)),
        orders=clicks // 5,
        revenue=Decimal(clicks // 5) * Decimal("149.95"),
        currency="USD",
        utm_campaign=None if is_automated else f"Dealers+{day:%Y%m%d}",
    )


def _to_guests(dice: Dice, sent_at: datetime, day: date) -> ToolMailing:
    return ToolMailing(
        tool=GUEST_TOOL,
        campaign_id=f"open-day-{day:%Y-%m}",
        sent_at=sent_at,
        emails_sent=dice.between(40, 60),
        title=None,
        list=GUESTS,
        segment=None,
        automation=None,
        hard_bounces=None,
        soft_bounces=None,
        soft_bounces_at_first=None,
        unique_opens=dice.between(15, 30),
        unique_clicks=dice.between(2, 9),
        unsubscribes=None,
        complaints=dice.between(0, 1),
        orders=None,
        revenue=None,
        currency=None,
        utm_campaign=f"open-day-{day:%Y-%m}",
    )


def _dealers(dice: Dice, days: list[date]) -> Iterator[ToolListDay]:
    stock = DEALERS_AT_FIRST
    for day in days:
        signups, unsubscribed, cleaned = dice.between(0, 2), int(dice.chance(25)), int(dice.chance(10))
        deleted, added = int(dice.chance(3)), int(dice.chance(5))
        stock += signups + added - unsubscribed - cleaned - deleted
        yield ToolListDay(DEALER_TOOL, DEALERS, day, stock, signups, unsubscribed, cleaned, deleted)


def _guests(dice: Dice, days: list[date]) -> Iterator[ToolListDay]:
    """Looked at once a month, and only how many there are."""
    stock = GUESTS_AT_FIRST
    for day in days:
        if (day + timedelta(days=1)).day == 1:
            stock += dice.between(-4, 9)
            yield ToolListDay(GUEST_TOOL, GUESTS, day, stock, None, None, None, None)
