"""What Mailchimp reports of each newsletter on a morning, counted from what recipients did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pipelines.sandbox.answer_key.periods import Clock
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
    """Every send of a day before today, once: a child is in its parent, and what is sent for ever has no day."""
    reported = {one.campaign_id for one in truth.newsletters if one.report == "listed"}
    for newsletter in truth.newsletters:
        send_day = clock.counted_day(newsletter.send_time)
        is_own = newsletter.campaign_id in reported and newsletter.parent_campaign_id not in reported
        if send_day and is_own and newsletter.type != "automation":
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


class AutomationCounts(NamedTuple):
    """What an e-mail that is sent for ever had counted by a morning."""

    emails_sent: int
    delivered: int
    human_unique_opens: int
    unique_clicks: int
    unsubscribes: int
    bounces: int


def automation_counts(truth: Truth, clock: Clock) -> dict[str, AutomationCounts]:
    """The running totals of every automation e-mail on a morning, by campaign."""
    counts = {}
    for newsletter in truth.newsletters:
        if newsletter.type == "automation":
            who: dict[str, set[int]] = {}
            for event in newsletter.events:
                if clock.is_known(event.at):
                    who.setdefault(event.kind, set()).add(event.recipient)
            soft = who.get("soft_bounce", set()) - who.get("soft_bounce_resolved", set())
            sent, bounces = len(who.get("sent", ())), len(who.get("hard_bounce", ())) + len(soft)
            counts[newsletter.campaign_id] = AutomationCounts(
                emails_sent=sent,
                delivered=sent - bounces,
                human_unique_opens=len(who.get("open", ())),
                unique_clicks=len(who.get("click", ())),
                unsubscribes=len(who.get("unsubscribe", ())),
                bounces=bounces,
            )
    return counts
