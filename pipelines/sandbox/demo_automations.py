"""The demo company's automated e-mails: a welcome series of two, and a journey that the API does not let be read.

They are sent to single contacts for ever. Newsletters belong to `demo_mail`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_mail import LIST_NAMES, recipient_events
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth import MailEvent, Newsletter

WORKFLOW_ID = "a1b2c00000"
# (id, title, workflow, report, days after the contact came)
EMAILS = (
    ("a1b2a00001", "Welcome 1", WORKFLOW_ID, "by_id", 0),
    ("a1b2a00002", "Welcome 2", WORKFLOW_ID, "by_id", 3),
    ("a1b2a00003", "Journey after a quote", "", "none", 1),
)
BEGINS_AFTER_DAYS = 30
CONTACTS_A_DAY = (0, 5)


def draw_automations(size: Size, seed: int) -> tuple[Newsletter, ...]:
    """The automated e-mails; none for a company without."""
    if not size.has_automations:
        return ()
    dice, zone = Dice(seed + 2, Part.MAIL), ZoneInfo(size.time_zone)
    begin = datetime.combine(size.first_day + timedelta(days=BEGINS_AFTER_DAYS), time(8), zone).astimezone(UTC)
    return tuple(
        Newsletter(
            campaign_id=campaign_id,
            title=title,
            subject=title,
            list_id=LIST_NAMES[0][0],
            send_time=begin,
            emails_sent=0,
            syntax_errors=0,
            utm_campaign=title.lower().replace(" ", "-") if workflow_id else "",
            orders=0,
            revenue=Decimal(0),
            events=tuple(sorted(_events(dice, size, begin, days), key=lambda one: (one.at, one.recipient, one.kind))),
            type="automation",
            parent_campaign_id=workflow_id,
            report=report,
        )
        for campaign_id, title, workflow_id, report, days in EMAILS
    )


def _events(dice: Dice, size: Size, begin: datetime, delay_days: int) -> Iterator[MailEvent]:
    recipient = 0
    for number in range(size.days - BEGINS_AFTER_DAYS):
        for _ in range(dice.between(*CONTACTS_A_DAY)):
            recipient += 1
            sent_at = begin + timedelta(days=number + delay_days, seconds=dice.between(0, 50_000))
            draw = [dice.between(0, 999) for _ in range(6)]
            yield MailEvent("sent", recipient, sent_at)
            yield from recipient_events(dice, sent_at, recipient, draw)
