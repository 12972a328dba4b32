"""What the visitors of a newsletter bought: sessions joined to sends by the campaign name in the links."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import unquote_plus

from pipelines.sandbox.answer_key.mailings import Mailing
from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.answer_key.tally import Tally
from pipelines.sandbox.truth import Truth

COLUMNS = ("started_at", "arrives_after_days", "medium", "campaign", "purchases")
VISITS_WITHIN_DAYS, CONVERSIONS_WITHIN_DAYS = 30, 7


def count_mail_conversions(tally: Tally, truth: Truth, clock: Clock, sent: list[Mailing]) -> None:
    """Purchases within a week of the send, and the deliveries of the sends whose links name a campaign."""
    for one in sent:
        if campaign_key(one.newsletter.utm_campaign):
            tally.add("delivered_tagged", one.send_day, one.delivered)
    for batch in truth.sessions.select(COLUMNS).to_batches():
        for row in batch.to_pylist():
            day = clock.day(row["started_at"])
            is_visible = day + timedelta(days=row["arrives_after_days"]) < clock.today
            if is_visible and row["purchases"] and (row["medium"] or "").lower() == "email":
                won_by = _newest(sent, campaign_key(row["campaign"] or ""), day)
                if won_by and (day - won_by.send_day).days <= CONVERSIONS_WITHIN_DAYS:
                    tally.add("email_conversions", won_by.send_day, row["purchases"])


def campaign_key(name: str) -> str:
    """A campaign name as names are compared: a plus is a space, encoded or not."""
    return unquote_plus(name).replace("+", " ").strip().lower()


def _newest(sent: list[Mailing], key: str, day: date) -> Mailing | None:
    """The newest send of that name whose window holds the day."""
    found = [
        one
        for one in sent
        if key
        and campaign_key(one.newsletter.utm_campaign) == key
        and 0 <= (day - one.send_day).days <= VISITS_WITHIN_DAYS
    ]
    return max(found, key=lambda one: (one.newsletter.send_time, one.newsletter.campaign_id), default=None)
