"""Who did what on the website: distinct visitors by event, counted from single sessions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipelines.sandbox.answer_key.periods import Clock, period_start
from pipelines.sandbox.truth import Truth
from pipelines.sandbox.truth_pages import with_pages

KPI_ID, SLICE = "unique_behaviours", "event_name"
GRAINS = ("day", "month")
COUNT_OF_EVENT = {
    "page_view": "page_views",
    "generate_lead": "generate_lead_events",
    "sign_up": "sign_up_events",
    "purchase": "purchases",
    "view_item": "item_views",
    "add_to_cart": "add_to_carts",
    "begin_checkout": "checkouts",
    "cta_click": "cta_clicks",
}
COLUMNS = ("started_at", "arrives_after_days", "visitor_id", "events", *COUNT_OF_EVENT.values())


def expected_behaviours(truth: Truth, clock: Clock) -> dict[tuple[str, str, date, str, str], tuple[Decimal, None]]:
    """(kpi_id, grain, period_start, slice, member) -> distinct visitors with the event."""
    seen: dict[tuple[str, date, str], set[int]] = {}
    for batch in with_pages(truth.sessions).select(COLUMNS).to_batches():
        for row in batch.to_pylist():
            day = clock.day(row["started_at"])
            if day + timedelta(days=row["arrives_after_days"]) < clock.today:
                for name in _events(row):
                    for grain in GRAINS:
                        place = (grain, period_start(grain, day), name)
                        seen.setdefault(place, set()).add(row["visitor_id"])
    return {
        (KPI_ID, grain, start, SLICE, name): (Decimal(len(visitors)), None)
        for (grain, start, name), visitors in seen.items()
    }


def _events(row: dict[str, Any]) -> Iterator[str]:
    """Names of the events a session has; what has no name of its own is engagement."""
    yield "session_start"
    named = 1
    for name, column in COUNT_OF_EVENT.items():
        named += row[column]
        if row[column]:
            yield name
    if row["events"] > named:
        yield "user_engagement"
