"""What GA4 shows on a morning: the sessions that have arrived."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.sandbox.answer_key.channels import MAIL_ADDRESS, device_label, label
from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.answer_key.tally import Tally
from pipelines.sandbox.truth import Truth

COLUMNS = (
    "started_at",
    "arrives_after_days",
    "channel",
    "device",
    "engaged",
    "visitor_id",
    "source",
    "medium",
    "campaign",
    "landing_page",
    "is_first_visit",
    "generate_lead_events",
    "add_to_carts",
    "checkouts",
    "purchases",
)
ORGANIC, MOBILE, NOT_SET = "Organic Search", "mobile", "(not set)"


@dataclass(frozen=True)
class Session:
    """One session that GA4 already shows."""

    day: date
    channel: str
    device: str
    is_engaged: bool
    visitor_id: int
    source_medium: str
    campaign: str
    landing_page: str
    is_first_visit: bool
    has_lead: bool
    has_cart: bool
    has_checkout: bool
    has_purchase: bool


def visible_sessions(truth: Truth, clock: Clock) -> Iterator[Session]:
    """The sessions of days before today that have arrived."""
    for batch in truth.sessions.select(COLUMNS).to_batches():
        for row in batch.to_pylist():
            day = clock.day(row["started_at"])
            if day + timedelta(days=row["arrives_after_days"]) < clock.today:
                yield _session(day, row)


def _session(day: date, row: dict[str, Any]) -> Session:
    return Session(
        day,
        channel=label(row["channel"]),
        device=device_label(row["device"]),
        is_engaged=row["engaged"],
        visitor_id=row["visitor_id"],
        source_medium=f"{row['source'] or NOT_SET} / {row['medium'] or NOT_SET}",
        campaign=MAIL_ADDRESS.sub("(address)", row["campaign"] or NOT_SET),
        # what follows the path says who came, not where they landed
        landing_page=re.split(r"[?#]", row["landing_page"] or NOT_SET)[0],
        is_first_visit=row["is_first_visit"],
        has_lead=row["generate_lead_events"] > 0,
        has_cart=row["add_to_carts"] > 0,
        has_checkout=row["checkouts"] > 0,
        has_purchase=row["purchases"] > 0,
    )


def count_sessions(tally: Tally, sessions: list[Session]) -> None:
    """Sessions, and those that are organic, mobile or left at once."""
    alike = Counter(
        (one.day, one.channel, one.device, one.is_engaged, one.source_medium, one.campaign, one.landing_page)
        for one in sessions
    )
    for (day, channel, device, is_engaged, source_medium, campaign, landing_page), number in alike.items():
        members = {"channel": channel, "device": device}
        members |= {"source_medium": source_medium, "campaign": campaign, "landing_page": landing_page}
        tally.add("sessions", day, number, **members)
        tally.add("bounced_sessions", day, 0 if is_engaged else number, **members)
        if device == MOBILE:
            tally.add("mobile_sessions", day, number, **members)
        if channel == ORGANIC:
            tally.add("organic_sessions", day, number, **members)
