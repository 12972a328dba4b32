"""The demo company's newsletters: two audiences, and what each recipient did at which moment after the send.

Sends and events only; what Mailchimp makes of them belongs to its emulator, e-mails without a send day to
`demo_automations`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth import MailEvent, MailList, Newsletter

LIST_NAMES = (("4f1c0a7d21", "Newsletter water and filters"), ("9be2d3370c", "Web shop offers"))
SEND_DAYS_OF_MONTH = (3, 10, 17, 24, 6, 13, 20, 27)
SUBJECTS = (
    "Hard water, soft prices",
    "Legionella: what now?",
    'Filters & "free" shipping',
    "=1+1 tips; for installers",
)
CENT = Decimal("0.01")
# hours after the send between which an open falls, with its weight: a tail of more than two weeks
OPEN_HOURS = (((0, 3), 26), ((3, 24), 30), ((24, 72), 22), ((72, 240), 15), ((240, 600), 7))
PROXY_MINUTES = (1, 150)
HUMAN_OPEN_PERMILLE, PROXY_OPEN_PERMILLE = 265, 300
CLICK_OF_OPENERS_PERMILLE, CLICK_WITHOUT_OPEN_PERMILLE = 115, 3
HARD_PERMILLE, SOFT_PERMILLE, SOFT_RESOLVED_PERCENT = 4, 9, 55
UNSUBSCRIBE_PERMILLE, COMPLAINT_PERMILLE, FORWARD_PERMILLE = 3, 1, 2
LINKS_PER_LETTER = 6
# the newsletter that is sent as an A/B test
SPLIT_TEST = 3


def draw_newsletters(size: Size, seed: int) -> tuple[Newsletter, ...]:
    """All sends of the company's days, oldest first."""
    dice, zone = Dice(seed, Part.MAIL), ZoneInfo(size.time_zone)
    letters = []
    for number, day in enumerate(_send_days(size)):
        send_time = (datetime.combine(day, time(9, 5 + number % 40), zone)).astimezone(UTC)
        list_id, list_name = LIST_NAMES[number % len(LIST_NAMES)]
        recipients = size.recipients_per_newsletter * (100 if number % 2 == 0 else 62) // 100 + number * 3
        events = tuple(_events(dice, send_time, recipients))
        orders = sum(event.kind == "click" for event in events) // 14
        letters.append(
            Newsletter(
                campaign_id=f"{0xA1B2000000 + number * 7_919:010x}",
                title=f"{list_name} {day:%Y-%m} no. {number + 1}",
                subject=SUBJECTS[number % len(SUBJECTS)],
                list_id=list_id,
                send_time=send_time,
                emails_sent=recipients,
                syntax_errors=dice.between(0, 2),
                utm_campaign=f"newsletter-{day:%Y-%m-%d}",
                orders=orders,
                revenue=(Decimal(orders) * dice.between(4_100, 13_900) * CENT).quantize(CENT),
                events=events,
                type="variate" if number == SPLIT_TEST else "regular",
            )
        )
    return tuple(letters)


def split_test_children(letters: tuple[Newsletter, ...]) -> tuple[Newsletter, ...]:
    """The two halves of every A/B test: the parent's counts are the sum of theirs."""
    return tuple(_half(letter, place) for letter in letters if letter.type == "variate" for place in (0, 1))


def mail_lists(size: Size, seed: int, newsletters: tuple[Newsletter, ...]) -> tuple[MailList, ...]:
    """The audiences: month ends follow from the day's sign-ups, the events and a few deletions."""
    dice = Dice(seed + 1, Part.MAIL)
    return tuple(_mail_list(size, dice, newsletters, *one) for one in LIST_NAMES)


def _half(parent: Newsletter, place: int) -> Newsletter:
    """Those recipients of an A/B test whose number is even, or odd."""
    return replace(
        parent,
        campaign_id=f"{int(parent.campaign_id, 16) + 1 + place:010x}",
        title=f"{parent.title} ({'AB'[place]})",
        emails_sent=(parent.emails_sent + place) // 2,
        syntax_errors=parent.syntax_errors if place else 0,
        orders=parent.orders if place else 0,
        revenue=parent.revenue if place else Decimal(0),
        events=tuple(event for event in parent.events if event.recipient % 2 == place),
        parent_campaign_id=parent.campaign_id,
    )


def _send_days(size: Size) -> list[date]:
    days = (size.first_day + timedelta(days=number) for number in range(size.days))
    return [day for day in days if day.day in SEND_DAYS_OF_MONTH[: size.newsletters_per_month]]


def _events(dice: Dice, send_time: datetime, recipients: int) -> list[MailEvent]:
    """What happened to every recipient, in the order of time."""
    draws = dice.generator.integers(0, 1_000, (recipients, 6)).tolist()
    events: list[MailEvent] = []
    for recipient, draw in enumerate(draws, start=1):
        events += recipient_events(dice, send_time, recipient, draw)
    return sorted(events, key=lambda event: (event.at, event.recipient, event.kind, event.link))


def recipient_events(dice: Dice, send_time: datetime, recipient: int, draw: list[int]) -> list[MailEvent]:
    """What became of one e-mail; `draw` are six numbers below 1000 that decide it."""
    delivery, opening, proxy, clicking, leaving, forwarding = draw
    if delivery < HARD_PERMILLE:
        return [MailEvent("hard_bounce", recipient, _after(dice, send_time, (0, 1)))]
    events = []
    if delivery < HARD_PERMILLE + SOFT_PERMILLE:
        events.append(MailEvent("soft_bounce", recipient, _after(dice, send_time, (0, 1))))
        if not dice.chance(SOFT_RESOLVED_PERCENT):
            return events
        # delivery is tried again for three days
        send_time = _after(dice, send_time, (2, 71))
        events.append(MailEvent("soft_bounce_resolved", recipient, send_time))
    if proxy < PROXY_OPEN_PERMILLE:
        at = send_time + timedelta(minutes=dice.between(*PROXY_MINUTES))
        events.append(MailEvent("proxy_open", recipient, at))
    opened_at = None
    if opening < HUMAN_OPEN_PERMILLE:
        opened_at = _after(dice, send_time, dice.weighted(OPEN_HOURS))
        events.append(MailEvent("open", recipient, opened_at))
        if dice.chance(35):
            events.append(MailEvent("open", recipient, _after(dice, opened_at, (1, 90))))
    if clicking < (CLICK_WITHOUT_OPEN_PERMILLE if opened_at is None else CLICK_OF_OPENERS_PERMILLE):
        events += _clicks(dice, recipient, opened_at or _after(dice, send_time, (1, 60)))
    if leaving < UNSUBSCRIBE_PERMILLE:
        events.append(MailEvent("unsubscribe", recipient, _after(dice, send_time, (1, 200))))
    elif leaving < UNSUBSCRIBE_PERMILLE + COMPLAINT_PERMILLE:
        events.append(MailEvent("complaint", recipient, _after(dice, send_time, (1, 48))))
    if forwarding < FORWARD_PERMILLE:
        events.append(MailEvent("forward", recipient, _after(dice, send_time, (1, 120))))
    return events


def _clicks(dice: Dice, recipient: int, opened_at: datetime) -> list[MailEvent]:
    at = opened_at + timedelta(seconds=dice.between(5, 900))
    return [
        MailEvent("click", recipient, at + timedelta(seconds=40 * number), dice.between(1, LINKS_PER_LETTER))
        for number in range(dice.weighted(((1, 70), (2, 22), (4, 8))))
    ]


def _after(dice: Dice, moment: datetime, hours: tuple[int, int]) -> datetime:
    return moment + timedelta(seconds=dice.between(hours[0] * 3_600 + 30, hours[1] * 3_600 + 30))


def _mail_list(size: Size, dice: Dice, newsletters: tuple[Newsletter, ...], list_id: str, name: str) -> MailList:
    zone = ZoneInfo(size.time_zone)
    created_at = datetime.combine(size.first_day, time(0, 30), zone).astimezone(UTC)
    days = {
        size.first_day + timedelta(days=number): (dice.between(0, 6), dice.between(0, 1)) for number in range(size.days)
    }
    flows: dict[str, list[int]] = {f"{day:%Y-%m}": [0, 0, 0, dice.between(0, 1)] for day in days}
    flows.setdefault(f"{size.today:%Y-%m}", [0, 0, 0, 0])
    for day, adds in days.items():
        flows[f"{day:%Y-%m}"][0] += sum(adds)
    for letter in newsletters:
        for event in letter.events if letter.list_id == list_id else ():
            month = flows.get(f"{event.at.astimezone(zone):%Y-%m}")
            if month and event.kind in {"unsubscribe", "hard_bounce"}:
                month[1 if event.kind == "unsubscribe" else 2] += 1
    stock, months = size.recipients_per_newsletter, {}
    for month_name, (added, unsubscribed, cleaned, deleted) in sorted(flows.items()):
        stock += added - unsubscribed - cleaned - deleted
        months[month_name] = (stock, unsubscribed, cleaned, deleted)
    return MailList(list_id, name, created_at, months, days)
