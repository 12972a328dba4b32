"""What every tool's e-mails contribute: each rate of the sends of which both of its counts are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import MONTHLY, Formula, Subject
from pipelines.sandbox.answer_key.mail_visits import Tagged, conversions_by_send
from pipelines.sandbox.answer_key.mailing_lists import expected_mailing_lists
from pipelines.sandbox.answer_key.mailings import mailings
from pipelines.sandbox.answer_key.tally import Tally

BY_SEND = ("total", "campaign", "list", "segment", "automation")
UNKNOWN = "(unknown)"
RETRIES_TAKE_DAYS = 3
SENDS, LISTS = (("mailchimp", "email_campaign"),), (("mailchimp", "email_list"),)


@dataclass(frozen=True)
class Send:
    """One send of any tool with what it counted by the morning; None where the tool does not tell."""

    tool: str
    send_id: str
    sent_at: datetime
    day: date
    members: dict[str, str]
    utm_campaign: str
    emails_sent: int
    delivered: int | None
    unique_opens: int | None
    human_unique_opens: int | None
    clicks: int | None
    unsubscribes: int | None
    complaints: int | None
    forwards: int | None


def sends(books: Books) -> Iterator[Send]:
    """Every send of a day before today."""
    names = {one.list_id: one.name for one in books.truth.mail_lists}
    for one in mailings(books.truth, books.clock):
        letter = one.newsletter
        members = {
            "campaign": letter.title or letter.campaign_id,
            "list": names.get(letter.list_id, letter.list_id),
            "segment": UNKNOWN,
            "automation": "(none)",
        }
        yield Send(
            "mailchimp",
            letter.campaign_id,
            letter.send_time,
            one.send_day,
            members,
            letter.utm_campaign,
            letter.emails_sent,
            one.delivered,
            one.unique_opens,
            one.human_unique_opens,
            one.unique_clicks,
            one.unsubscribes,
            one.complaints,
            one.forwards,
        )
    yield from _of_other_tools(books)


def soft_bounces_by(books: Books, sent_at: datetime, first: int | None, last: int | None) -> int | None:
    """Retries take three days; an export of a morning before that shows what bounced at first."""
    return last if books.clock.is_known(sent_at + timedelta(days=RETRIES_TAKE_DAYS)) else first


def _of_other_tools(books: Books) -> Iterator[Send]:
    for one in books.truth.tool_mail.mailings:
        day = books.clock.counted_day(one.sent_at)
        if day is None:
            continue
        soft = soft_bounces_by(books, one.sent_at, one.soft_bounces_at_first, one.soft_bounces)
        bounces = None if one.hard_bounces is None or soft is None else one.hard_bounces + soft
        members = {
            "campaign": one.title or one.campaign_id,
            "list": one.list or UNKNOWN,
            "segment": one.segment or UNKNOWN,
            "automation": one.automation or UNKNOWN,
        }
        yield Send(
            one.tool.lower(),
            f"{one.tool.lower()}|{one.campaign_id}",
            one.sent_at,
            day,
            members,
            one.utm_campaign or "",
            one.emails_sent,
            None if bounces is None else one.emails_sent - bounces,
            one.unique_opens,
            None,
            one.unique_clicks,
            one.unsubscribes,
            one.complaints,
            None,
        )


def _count(tally: Tally, books: Books) -> None:
    sent = list(sends(books))
    forwarding = {one.tool for one in sent if one.forwards}
    for one in sent:
        tally.add("email_sends", one.day, 1)
        tally.add("email_sends_tagged", one.day, int(bool(one.utm_campaign.strip())))
        forwards = one.forwards if one.tool in forwarding else None
        bounces = None if one.delivered is None else one.emails_sent - one.delivered
        _note(tally, one, "emails_sent", one.emails_sent)
        _note(tally, one, "delivered", one.delivered)
        _note(tally, one, "spam_complaints", one.complaints)
        _note_rate(tally, one, "bounces", bounces, one.emails_sent)
        _note_rate(tally, one, "reported_opens", one.unique_opens, one.delivered)
        _note_rate(tally, one, "human_opens", one.human_unique_opens, one.delivered)
        _note_rate(tally, one, "clicks", one.clicks, one.delivered)
        _note_rate(tally, one, "unsubscribed", one.unsubscribes, one.delivered)
        _note_rate(tally, one, "forwarded", forwards, one.delivered)
        _note_rate(tally, one, "complained", one.complaints, one.delivered)
    _count_conversions(tally, books, sent)


def _count_conversions(tally: Tally, books: Books, sent: list[Send]) -> None:
    tagged = [Tagged(one.send_id, one.sent_at, one.day, one.utm_campaign) for one in sent]
    won = conversions_by_send(books.truth, books.clock, tagged)
    for one in sent:
        if not one.utm_campaign.strip():
            continue
        for of, count in (("delivered", one.delivered), ("clickers", one.clicks)):
            if count is not None:
                tally.add(f"{of}_tagged", one.day, count, **one.members)
                tally.add(f"conversions_of_{of}", one.day, won.get(one.send_id, 0), **one.members)


def _note(tally: Tally, send: Send, measure: str, value: int | None) -> None:
    if value is None:
        tally.note_untold(measure, send.day, **send.members)
    else:
        tally.add(measure, send.day, value, **send.members)


def _note_rate(tally: Tally, send: Send, measure: str, above: int | None, below: int | None) -> None:
    """Both sides of a rate, or neither."""
    is_told = above is not None and below is not None
    _note(tally, send, measure, above if is_told else None)
    _note(tally, send, f"{measure}_of", below if is_told else None)


RATES = {
    "email_open_rate": "human_opens",
    "email_open_rate_reported": "reported_opens",
    "email_click_rate": "clicks",
    "email_unsubscribe_rate": "unsubscribed",
    "email_bounce_rate": "bounces",
    "email_forward_rate": "forwarded",
    "email_spam_complaint_rate": "complained",
}
COUNTS = {"emails_sent": "emails_sent", "emails_delivered": "delivered", "email_spam_complaints": "spam_complaints"}
OF_LISTS = ("newsletter_signups", "email_unsubscribes", "email_list_size")
EMAIL = Subject(
    formulas=(
        *(Formula(kpi_id, name, slices=BY_SEND) for kpi_id, name in COUNTS.items()),
        *(Formula(kpi_id, name, f"{name}_of", BY_SEND) for kpi_id, name in RATES.items()),
        Formula("email_conversion_rate", "conversions_of_delivered", "delivered_tagged", BY_SEND),
        Formula("email_click_to_conversion", "conversions_of_clickers", "clickers_tagged", BY_SEND),
        Formula("email_utm_coverage", "email_sends_tagged", "email_sends", ("total",)),
    ),
    count=_count,
    never_summed=(
        *(Formula(kpi_id, kpi_id) for kpi_id in OF_LISTS),
        Formula("email_list_net_growth", "email_list_net_growth", grains=MONTHLY),
    ),
    values=expected_mailing_lists,
    sources={
        **dict.fromkeys((*OF_LISTS, "email_list_net_growth"), LISTS),
        **dict.fromkeys(COUNTS.values(), SENDS),
        **dict.fromkeys((*RATES.values(), *(f"{name}_of" for name in RATES.values())), SENDS),
        **dict.fromkeys(("delivered_tagged", "clickers_tagged", "email_sends", "email_sends_tagged"), SENDS),
    },
    days=lambda books: {
        "email_campaign": _counted(books, (one.sent_at for one in books.truth.tool_mail.mailings)),
        "email_list": [one.day for one in books.truth.tool_mail.list_days if one.day < books.today],
    },
)


def _counted(books: Books, moments: Iterator[datetime]) -> list[date]:
    return [day for moment in moments if (day := books.clock.counted_day(moment)) is not None]
