"""Mailchimp as a source: what the account knows about campaigns and audiences, read whole every night.

Reports have no end: opens and clicks keep coming and bounces are taken back, so every report is an observation and is
read again. What is asked for belongs to `mailchimp_objects`, how it is fetched to `mailchimp_client`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailchimp_marketing import Client

from pipelines.loads import Arrival
from pipelines.mailchimp_client import pages, requests_made
from pipelines.mailchimp_errors import MailchimpRefusedError, incomplete, unexpected
from pipelines.mailchimp_objects import (
    ACTIVITY_DAY,
    CAMPAIGN,
    GROWTH_MONTH,
    LIST,
    REPORT,
    MailchimpObject,
    activity_row,
    campaign_row,
    growth_row,
    list_row,
    report_row,
)
from pipelines.mailchimp_values import Answer

READINGS_OF_A_MOVING_COLLECTION = 3


class MailchimpSource:
    """Reads one account through a client of `mailchimp_client.connect`; `page_size` is at most 1000."""

    def __init__(self, client: Client, page_size: int = 1000) -> None:
        self._client, self._page_size = client, page_size

    def ping(self) -> str:
        """What Mailchimp says of its own health; an error when the key or the way there is wrong."""
        return str(self._client.ping.get().get("health_status", ""))

    def account_time_zone(self) -> ZoneInfo:
        """The zone in which the account counts its days.

        Raises:
            MailchimpUnavailableError: the account names no zone that exists.
        """
        # The root also describes the owner; only the zone is asked for.
        name = Answer(self._client.root.get_root(fields=["account_timezone"]), "Mailchimp account").text(
            "account_timezone"
        )
        try:
            return ZoneInfo(name or "")
        except (ValueError, OSError, KeyError):
            why = f"its time zone {name!r} does not exist"
            raise unexpected("Mailchimp account", why) from None

    def read(self, business_date: date) -> list[Arrival]:
        """All five objects, as far as they concern days before `business_date`.

        A campaign that is not sent to its end is left out, and so is its report: the counts would be partial.

        Raises:
            MailchimpUnavailableError: the account cannot be read completely now.
            MailchimpRefusedError: the key or the address is wrong.
        """
        requests_before = requests_made(self._client)
        zone = self.account_time_zone()
        campaigns, left_out_campaigns = self._sent_campaigns(zone, business_date)
        reports, skipped = self._reports(campaigns, zone, business_date)
        lists = [list_row(answer) for answer in self._collected(LIST, self._client.lists.get_all_lists)]
        months, days, gone = self._histories([row["list_id"] for row in lists], business_date)
        flags = {
            "account_time_zone": zone.key,
            "requests": requests_made(self._client) - requests_before,
        }
        return [
            CAMPAIGN.arrival(campaigns, {**flags, "campaigns_left_out": left_out_campaigns}),
            REPORT.arrival(reports, {**flags, **skipped}),
            LIST.arrival(lists, flags),
            GROWTH_MONTH.arrival(months, {**flags, "lists_gone": gone}),
            ACTIVITY_DAY.arrival(days, {**flags, "lists_gone": gone}),
        ]

    def _sent_campaigns(self, zone: ZoneInfo, business_date: date) -> tuple[list[dict[str, Any]], int]:
        """Rows of the campaigns that are sent to their end, and how many are not."""
        answers = self._collected(CAMPAIGN, self._client.campaigns.list, sort_field="create_time", sort_dir="ASC")
        sent = [
            campaign_row(answer)
            for answer in answers
            if answer.text("status") == "sent" and _is_over(answer.moment("send_time"), zone, business_date)
        ]
        return sent, len(answers) - len(sent)

    def _reports(
        self, campaigns: list[dict[str, Any]], zone: ZoneInfo, business_date: date
    ) -> tuple[list[dict[str, Any]], dict[str, int]]:
        """Rows of the reports on these campaigns, and how many reports and e-mails are left out."""
        sent = {row["campaign_id"] for row in campaigns}
        rows, left_out = [], []
        for answer in self._collected(REPORT, self._client.reports.get_all_campaign_reports):
            sent_at = answer.moment("send_time")
            if answer.text("id") in sent and sent_at is not None and _is_over(sent_at, zone, business_date):
                rows.append(report_row(answer, sent_at, zone))
            else:
                left_out.append(answer.count("emails_sent") or 0)
        return rows, {"reports_left_out": len(left_out), "emails_left_out": sum(left_out)}

    def _histories(
        self, list_ids: list[str], business_date: date
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
        """Growth months and activity days of all lists, and the lists that were deleted while they were read."""
        lists = self._client.lists
        last_day = business_date - timedelta(days=1)
        months, days, gone = [], [], []
        for list_id in list_ids:
            try:
                growth = self._collected(
                    GROWTH_MONTH, lists.get_list_growth_history, list_id, sort_field="month", sort_dir="ASC"
                )
                # Mailchimp forgets activity after 180 days, so all of it is taken every time.
                activity = self._collected(ACTIVITY_DAY, lists.get_list_recent_activity, list_id)
            except MailchimpRefusedError as error:
                if error.status != 404:
                    raise
                gone.append(list_id)
                continue
            months += [growth_row(answer, list_id) for answer in growth]
            days += [activity_row(answer, list_id) for answer in activity]
        return (
            [row for row in months if row["month"] <= f"{last_day:%Y-%m}"],
            [row for row in days if row["day"] <= last_day],
            gone,
        )

    def _collected(
        self, wanted: MailchimpObject, method: Callable[..., dict[str, Any]], *args: str, **kw: str
    ) -> list[Answer]:
        """All rows of a collection; read again when it moved under the reading, so that none is missed.

        Paging goes by position: a row that is added or deleted meanwhile makes another one come twice or not at all.
        """
        for _ in range(READINGS_OF_A_MOVING_COLLECTION):
            rows = list(pages(method, wanted.collection, *args, count=self._page_size, fields=wanted.asked, **kw))
            if len({str(row.get(wanted.identity)) for row in rows}) == len(rows):
                return [Answer(row, f"Mailchimp {wanted.name} {row.get(wanted.identity)}") for row in rows]
        raise incomplete(wanted.collection, "the collection kept changing while it was read")


def _is_over(moment: datetime | None, zone: ZoneInfo, business_date: date) -> bool:
    """Whether the account's day of this moment is over on the business date."""
    return moment is not None and moment.astimezone(zone).date() < business_date
