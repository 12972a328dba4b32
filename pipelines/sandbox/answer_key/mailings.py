"""What Mailchimp reports of each newsletter on a morning, counted from what recipients did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.answer_key.tally import Tally
from pipelines.sandbox.truth import Newsletter, Truth

PROXY_OPENS_KNOWN_FROM = date(2024, 6, 22)


@dataclass(frozen=True)
class Mailing:
    """The counts of one send."""

    newsletter: Newsletter
    send_day: date
    hard_bounces: int
    soft_bounces: int
    unique_opens: int
    human_unique_opens: int | None
    unique_clicks: int
    unsubscribes: int
    complaints: int
    forwards: int

    @property
    def bounces(self) -> int:
        """All that did not arrive."""
        return self.hard_bounces + self.soft_bounces + self.newsletter.syntax_errors

    @property
    def delivered(self) -> int:
        """All that did."""
        return self.newsletter.emails_sent - self.bounces


def mailings(truth: Truth, clock: Clock) -> Iterator[Mailing]:
    """Every send of a day before today."""
    for newsletter in truth.newsletters:
        send_day = clock.counted_day(newsletter.send_time)
        if send_day:
            yield _mailing(newsletter, send_day, clock)


def _mailing(newsletter: Newsletter, send_day: date, clock: Clock) -> Mailing:
    people: dict[str, set[int]] = {}
    forwards = 0
    for event in newsletter.events:
        if clock.is_known(event.at):
            people.setdefault(event.kind, set()).add(event.recipient)
            forwards += event.kind == "forward"

    def who(kind: str) -> set[int]:
        return people.get(kind, set())

    return Mailing(
        newsletter,
        send_day,
        hard_bounces=len(who("hard_bounce")),
        soft_bounces=len(who("soft_bounce") - who("soft_bounce_resolved")),
        unique_opens=len(who("open") | who("proxy_open")),
        human_unique_opens=len(who("open")) if send_day >= PROXY_OPENS_KNOWN_FROM else None,
        unique_clicks=len(who("click")),
        unsubscribes=len(who("unsubscribe")),
        complaints=len(who("complaint")),
        forwards=forwards,
    )


def count_mailings(tally: Tally, sent: list[Mailing]) -> None:
    """Deliveries and what followed, on the day of the send."""
    for one in sent:
        day = one.send_day
        tally.add("emails_sent", day, one.newsletter.emails_sent)
        tally.add("email_bounces", day, one.bounces)
        tally.add("delivered", day, one.delivered)
        tally.add("email_clicks", day, one.unique_clicks)
        tally.add("email_unsubscribes", day, one.unsubscribes)
        if one.human_unique_opens is not None:
            tally.add("human_opens", day, one.human_unique_opens)
            tally.add("delivered_open_known", day, one.delivered)
