"""The demo company's Mailchimp account at one moment: root, campaigns, reports and audiences as JSON documents.

Everything is computed from the truth and the clock, nothing is stored. What a query leaves of it belongs to
`mailchimp_queries`.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.sandbox.mailchimp_habits import Habits
from pipelines.sandbox.mailchimp_reports import AUTOMATION, LINKS, campaign, created_at, moment_text, report, status
from pipelines.sandbox.truth import MailEvent, MailList, Newsletter, Truth

ACTIVITY_REACHES_DAYS = 180


@dataclass(frozen=True)
class Account:
    """The account as it looks at `now` (aware); its days and months are those of `zone`."""

    truth: Truth
    zone: ZoneInfo
    now: datetime
    habits: Habits = field(default_factory=Habits)

    def root(self) -> dict[str, Any]:
        """The API root: the account and its owner."""
        # Mailchimp reference §5: root gives account_timezone
        return {
            "account_id": "8d3a3db4d97663a9074efcc16",
            "login_id": "1",
            "account_name": "The Demo Company",
            "email": "owner@example.com",
            "first_name": "Demo",
            "last_name": "Owner",
            "role": "owner",
            "contact": {"company": "The Demo Company", "addr1": "1 Sample Street", "city": "Sample", "country": "NL"},
            "account_timezone": self.zone.key,
            "total_subscribers": sum(entry["stats"]["member_count"] for entry in self.lists()),
            "_links": LINKS,
        }

    def campaigns(self) -> list[dict[str, Any]]:
        """`campaigns[]`: made ones, sent or not, newest first."""
        shown = [one for one in self.made() if self.habits.campaigns_list_automations or one.type != AUTOMATION]
        return [campaign(one, self.now) for one in shown]

    def reports(self) -> list[dict[str, Any]]:
        """`reports[]`: one per campaign whose sending has begun, newest first."""
        # Mailchimp reference §12: whether /reports lists automations is unknown
        listed = {"listed", "by_id"} if self.habits.reports_list_automations else {"listed"}
        return [report(one, self.now) for one in self._begun() if one.report in listed]

    def report(self, campaign_id: str) -> dict[str, Any] | None:
        """The report on one campaign; None when there is none to be read."""
        found = (one for one in self._begun() if one.campaign_id == campaign_id and one.report != "none")
        return next((report(one, self.now) for one in found), None)

    def made(self) -> list[Newsletter]:
        """Campaigns that were made and are not deleted, newest first."""
        there = [one for one in self.truth.newsletters if created_at(one) <= self.now and self._is_kept(one)]
        return sorted(there, key=lambda one: (one.send_time, one.campaign_id), reverse=True)

    def lists(self) -> list[dict[str, Any]]:
        """`lists[]`, oldest first."""
        return [self._list(one) for one in self._mail_lists()]

    def growth_history(self, list_id: str) -> list[dict[str, Any]] | None:
        """`history[]` of one audience, newest month first; None when there is no such audience."""
        # Mailchimp reference §6: subscribed is the stock at month end, the others are the month's flows;
        # existing, imports and optins are always 0
        found = self._found(list_id)
        if found is None:
            return None
        return [
            {
                "list_id": list_id,
                "month": month,
                "existing": 0,
                "imports": 0,
                "optins": 0,
                **dict(zip(("subscribed", "unsubscribed", "cleaned", "deleted"), counts, strict=True)),
                "pending": 0,
                "reconfirm": 0,
                "transactional": 0,
            }
            for month, counts in reversed(self._months(found).items())
        ]

    def activity(self, list_id: str) -> list[dict[str, Any]] | None:
        """`activity[]` of one audience, newest day first; None when there is no such audience."""
        found = self._found(list_id)
        if found is None:
            return None
        today = self.now.astimezone(self.zone).date()
        first = max(
            # Mailchimp reference §6: activity covers 180 days, daily
            today - timedelta(days=ACTIVITY_REACHES_DAYS - 1),
            found.created_at.astimezone(self.zone).date(),
        )
        events = self._events_by_day(list_id)
        days = [today - timedelta(days=back) for back in range((today - first).days + 1)]
        return [self._activity_day(found, day, events.get(day, []), is_today=day == today) for day in days]

    def _activity_day(
        self, mail_list: MailList, day: date, events: list[tuple[str, MailEvent]], *, is_today: bool
    ) -> dict[str, Any]:
        subs, other_adds = mail_list.days.get(day, (0, 0))
        if is_today:
            # The running day holds what has happened so far.
            hours = self.now.astimezone(self.zone).hour
            subs, other_adds = subs * hours // 24, other_adds * hours // 24
        sent = [one for one in self._counted_of(mail_list.list_id) if self._sent_on(one, day)]
        kinds = [event.kind for _, event in events]
        return {
            "day": day.isoformat(),
            "emails_sent": sum(one.emails_sent for one in sent),
            "unique_opens": _people(events, {"open", "proxy_open"}),
            "recipient_clicks": _people(events, {"click"}),
            "hard_bounce": kinds.count("hard_bounce"),
            "soft_bounce": kinds.count("soft_bounce"),
            "subs": subs,
            "unsubs": kinds.count("unsubscribe"),
            "other_adds": other_adds,
            "other_removes": 0,
        }

    def _list(self, mail_list: MailList) -> dict[str, Any]:
        # Mailchimp reference §6: lists; §10: they carry the sender's postal contact
        months = list(self._months(mail_list).values())
        sent = [one.send_time for one in self.truth.newsletters if one.list_id == mail_list.list_id]
        return {
            "id": mail_list.list_id,
            "name": mail_list.name,
            "contact": {"company": "The Demo Company", "address1": "1 Sample Street", "country": "NL"},
            "campaign_defaults": {"from_name": "The Demo Company", "from_email": "newsletter@example.com"},
            "date_created": moment_text(mail_list.created_at),
            "stats": {
                "member_count": months[-1][0] if months else 0,
                "unsubscribe_count": sum(counts[1] for counts in months),
                "cleaned_count": sum(counts[2] for counts in months),
                "campaign_last_sent": moment_text(max((one for one in sent if one <= self.now), default=None)),
            },
            "_links": LINKS,
        }

    def _months(self, mail_list: MailList) -> dict[str, tuple[int, int, int, int]]:
        """The months so far, oldest first; the running one moves day by day from the last month's end to its own."""
        today = self.now.astimezone(self.zone).date()
        running = f"{today:%Y-%m}"
        months = {month: mail_list.months[month] for month in sorted(mail_list.months) if month <= running}
        if running in months:
            stock, *flows = months[running]
            before = list(months.values())[-2][0] if len(months) > 1 else 0
            days_over, days = today.day - 1, monthrange(today.year, today.month)[1]
            unsubscribed, cleaned, deleted = (flow * days_over // days for flow in flows)
            months[running] = (before + (stock - before) * days_over // days, unsubscribed, cleaned, deleted)
        return months

    def _events_by_day(self, list_id: str) -> dict[date, list[tuple[str, MailEvent]]]:
        """Events of the audience's newsletters, with the campaign, by day of the account."""
        days: dict[date, list[tuple[str, MailEvent]]] = {}
        for newsletter in self._counted_of(list_id):
            for event in newsletter.events:
                if event.at < self.now:
                    day = event.at.astimezone(self.zone).date()
                    days.setdefault(day, []).append((newsletter.campaign_id, event))
        return days

    def _sent_on(self, newsletter: Newsletter, day: date) -> bool:
        return newsletter.send_time <= self.now and newsletter.send_time.astimezone(self.zone).date() == day

    def _counted_of(self, list_id: str) -> list[Newsletter]:
        """The sends of an audience whose activity counts: a parent holds its children's, automations are left out."""
        reported = {one.campaign_id for one in self.truth.newsletters if one.report != "none"}
        return [
            one
            for one in self.truth.newsletters
            if one.list_id == list_id and one.type != AUTOMATION and one.parent_campaign_id not in reported
        ]

    def _begun(self) -> list[Newsletter]:
        # Mailchimp reference §7: an unsent campaign has no report
        return [one for one in self.made() if status(one, self.now) != "schedule"]

    def _is_kept(self, one: Newsletter | MailList) -> bool:
        # Mailchimp reference §7: deleted campaigns and lists just disappear
        return one.deleted_on is None or self.now.astimezone(self.zone).date() < one.deleted_on

    def _mail_lists(self) -> list[MailList]:
        made = [one for one in self.truth.mail_lists if one.created_at <= self.now and self._is_kept(one)]
        return sorted(made, key=lambda one: (one.created_at, one.list_id))

    def _found(self, list_id: str) -> MailList | None:
        return next((one for one in self._mail_lists() if one.list_id == list_id), None)


def _people(events: list[tuple[str, MailEvent]], kinds: set[str]) -> int:
    """Recipients, counted once per campaign."""
    return len({(campaign_id, event.recipient) for campaign_id, event in events if event.kind in kinds})
