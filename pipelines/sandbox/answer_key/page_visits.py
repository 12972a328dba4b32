"""What the sessions that GA4 shows looked at and did: pages, seconds, clicks and events, one record per session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.channels import MAIL_ADDRESS, device_label, label
from pipelines.sandbox.answer_key.website import NOT_SET
from pipelines.sandbox.truth_pages import with_pages

EVENTS = {"generate_lead": "generate_lead_events", "sign_up": "sign_up_events", "purchase": "purchases"}


@dataclass(frozen=True)
class PageVisit:
    """What a session did on one page."""

    page: str
    views: int
    engagement_seconds: int
    has_scrolled: bool
    clicks: int


@dataclass(frozen=True)
class Visit:
    """One session; `members` by slice."""

    day: date
    visitor_id: int
    is_first_visit: bool
    source: str
    members: dict[str, str]
    seconds: int
    pages: tuple[PageVisit, ...]
    events: dict[str, int]
    revenue_eur: Fraction


def visits(books: Books) -> Iterator[Visit]:
    """The sessions of days before today that have arrived."""
    for batch in with_pages(books.truth.sessions).to_batches():
        for row in batch.to_pylist():
            day = books.clock.day(row["started_at"])
            if day + timedelta(days=row["arrives_after_days"]) < books.today:
                yield _visit(day, row)


def _visit(day: date, row: dict[str, Any]) -> Visit:
    source = row["source"] or NOT_SET
    return Visit(
        day,
        row["visitor_id"],
        row["is_first_visit"],
        source,
        {
            "channel": label(row["channel"]),
            "device": device_label(row["device"]),
            "source_medium": f"{source} / {row['medium'] or NOT_SET}",
            "campaign": MAIL_ADDRESS.sub("(address)", row["campaign"] or NOT_SET),
            "landing_page": re.split(r"[?#]", row["landing_page"] or NOT_SET)[0],
        },
        row["seconds"],
        tuple(_pages(row)),
        {name: row[column] for name, column in EVENTS.items()},
        Fraction(Decimal(str(row["revenue_eur"]))),
    )


def _pages(row: dict[str, Any]) -> Iterator[PageVisit]:
    yield PageVisit(
        row["first_page"],
        row["page_views"] - row["next_views"],
        row["engagement_seconds"] - row["next_engagement_seconds"],
        row["first_has_scrolled"],
        row["cta_clicks"] - row["next_cta_clicks"],
    )
    if row["next_page"] is not None:
        yield PageVisit(
            row["next_page"],
            row["next_views"],
            row["next_engagement_seconds"],
            row["next_has_scrolled"],
            row["next_cta_clicks"],
        )
