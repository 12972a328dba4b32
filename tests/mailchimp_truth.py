"""A tiny truth for the Mailchimp tests: one audience, newsletters built event by event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pipelines.sandbox.truth import SESSION_SCHEMA, MailEvent, MailList, Newsletter, Truth

AUDIENCE = MailList(
    list_id="a1b2c3d4e5",
    name="Newsletter",
    created_at=datetime(2025, 1, 10, 9, tzinfo=UTC),
    months={"2026-03": (900, 4, 1, 0), "2026-04": (950, 6, 2, 1), "2026-05": (1012, 31, 0, 0)},
    days={date(2026, 5, 17): (3, 0), date(2026, 5, 18): (5, 2), date(2026, 5, 19): (7, 1)},
)


def at(text: str) -> datetime:
    """A UTC time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def naive(text: str) -> datetime:
    """The same time as raw tables hold it."""
    return datetime.fromisoformat(text)


def event(kind: str, recipient: int, when: str, link: int = 0) -> MailEvent:
    return MailEvent(kind, recipient, at(when), link)


def newsletter(campaign_id: str = "0000000001", send_time: str = "2026-05-18T08:00", **changes: Any) -> Newsletter:
    facts: dict[str, Any] = {
        "title": f"Mailing {campaign_id}",
        "subject": "A subject nobody asks for",
        "list_id": AUDIENCE.list_id,
        "emails_sent": 200,
        "syntax_errors": 1,
        "utm_campaign": "may-news",
        "orders": 3,
        "revenue": Decimal("149.95"),
        "events": (),
    }
    return Newsletter(campaign_id=campaign_id, send_time=at(send_time), **{**facts, **changes})


def daily_newsletters(number: int) -> tuple[Newsletter, ...]:
    """One mailing a day, the last on 2026-05-18."""
    first = at("2026-05-19T08:00") - timedelta(days=number)
    return tuple(
        newsletter(f"{place:010x}", f"{first + timedelta(days=place):%Y-%m-%dT%H:%M}") for place in range(number)
    )


def truth(newsletters: Iterable[Newsletter] = (), mail_lists: Iterable[MailList] = (AUDIENCE,)) -> Truth:
    return Truth(
        seed=7,
        first_day=date(2026, 3, 1),
        today=date(2026, 5, 20),
        time_zone="Europe/Amsterdam",
        property_id="1",
        sessions=SESSION_SCHEMA.empty_table(),
        leads=(),
        deals=(),
        orders=(),
        ads=(),
        invoices=(),
        units_per_eur={},
        newsletters=tuple(newsletters),
        mail_lists=tuple(mail_lists),
    )
