"""What the visitors of a mailing bought: sessions joined to sends by the campaign name in the links."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import unquote_plus

from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.truth import Truth

COLUMNS = ("started_at", "arrives_after_days", "medium", "campaign", "purchases")
VISITS_WITHIN_DAYS, CONVERSIONS_WITHIN_DAYS = 30, 7


@dataclass(frozen=True)
class Tagged:
    """A send and the campaign name in its links; empty when there is none."""

    send_id: str
    sent_at: datetime
    day: date
    utm_campaign: str


def conversions_by_send(truth: Truth, clock: Clock, sent: list[Tagged]) -> Counter[str]:
    """Purchases within a week of the send, by send."""
    found: Counter[str] = Counter()
    for batch in truth.sessions.select(COLUMNS).to_batches():
        for row in batch.to_pylist():
            day = clock.day(row["started_at"])
            is_visible = day + timedelta(days=row["arrives_after_days"]) < clock.today
            if is_visible and row["purchases"] and (row["medium"] or "").lower() == "email":
                won_by = _newest(sent, campaign_key(row["campaign"] or ""), day)
                if won_by and (day - won_by.day).days <= CONVERSIONS_WITHIN_DAYS:
                    found[won_by.send_id] += row["purchases"]
    return found


def campaign_key(name: str) -> str:
    """A campaign name as names are compared: a plus is a space, encoded or not."""
    return unquote_plus(name).replace("+", " ").strip().lower()


def _newest(sent: list[Tagged], key: str, day: date) -> Tagged | None:
    """The newest send of that name whose window holds the day."""
    found = [
        one
        for one in sent
        if key and campaign_key(one.utm_campaign) == key and 0 <= (day - one.day).days <= VISITS_WITHIN_DAYS
    ]
    return max(found, key=lambda one: (one.sent_at, one.send_id), default=None)
