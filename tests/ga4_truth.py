"""A small truth for GA4 tests: sessions as plain keyword arguments, everything else empty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from pipelines.sandbox.truth import SESSION_SCHEMA, AdDay, Truth

ZONE = ZoneInfo("Europe/Amsterdam")
PROPERTY = "4711"
FIRST = date(2026, 6, 1)

USUAL: dict[str, Any] = {
    "visitor_id": 1,
    "arrives_after_days": 0,
    "channel": "Direct",
    "source": "(direct)",
    "medium": "(none)",
    "campaign_id": "(not set)",
    "campaign": "(not set)",
    "ad": "(not set)",
    "device": "desktop",
    "landing_page": "/",
    "host": "www.example.com",
    "is_first_visit": False,
    "engaged": True,
    "engagement_seconds": 30,
    "page_views": 2,
    "events": 20,
    "generate_lead_events": 0,
    "sign_up_events": 0,
    "key_events": 0.0,
    "item_views": 0,
    "add_to_carts": 0,
    "checkouts": 0,
    "purchases": 0,
    "revenue_eur": 0.0,
}


def session(day: date | datetime = FIRST, **given: Any) -> dict[str, Any]:
    """One session; a bare day means noon in the property's zone."""
    at = day if isinstance(day, datetime) else datetime.combine(day, time(12), ZONE)
    return {**USUAL, "started_at": at.astimezone(UTC), **given}


def sessions_of(day: date, count: int, **given: Any) -> list[dict[str, Any]]:
    """So many sessions of one day, each by a visitor of its own."""
    return [session(day, **{"visitor_id": number + 1, **given}) for number in range(count)]


def ad(day: date = FIRST, **given: Any) -> AdDay:
    usual: dict[str, Any] = {
        "platform": "google_ads",
        "account": "1",
        "campaign_id": "c-1",
        "campaign": "Brand",
        "ad_group": "g",
        "ad": "a",
        "channel": "Paid Search",
        "source": "google",
        "medium": "cpc",
        "cost": Decimal("12.34"),
        "currency": "EUR",
        "impressions": 1000,
        "clicks": 20,
        "in_export": False,
        "in_ga4": True,
    }
    return AdDay(day=day, **{**usual, **given})


def truth_of(sessions: Sequence[dict[str, Any]], ads: Sequence[AdDay] = ()) -> Truth:
    rows = [{"session_id": number + 1, **one} for number, one in enumerate(sessions)]
    return Truth(
        seed=1,
        first_day=FIRST,
        today=FIRST + timedelta(days=60),
        time_zone=str(ZONE),
        property_id=PROPERTY,
        sessions=pa.Table.from_pylist(rows, SESSION_SCHEMA),
        leads=(),
        deals=(),
        orders=(),
        ads=tuple(ads),
        invoices=(),
        units_per_eur={(FIRST - timedelta(days=3), "USD"): Decimal("1.25")},
        newsletters=(),
        mail_lists=(),
    )
