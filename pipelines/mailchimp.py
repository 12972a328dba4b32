"""Mailchimp as a source: what the account knows about campaigns and audiences, read whole every night.

Reports have no end: opens and clicks keep coming and bounces are taken back, so every report is an observation and is
read again. E-mails without a day of sending belong to `mailchimp_automations`, how anything is fetched to
`mailchimp_collections` and `mailchimp_client`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from mailchimp_marketing import Client

from pipelines.loads import Arrival
from pipelines.mailchimp_automations import automation_days, automation_emails
from pipelines.mailchimp_client import requests_made
from pipelines.mailchimp_collections import Collections
from pipelines.mailchimp_errors import MailchimpRefusedError, unexpected
from pipelines.mailchimp_objects import (
    ACTIVITY_DAY,
    AUTOMATION_DAY,
    CAMPAIGN,
    GROWTH_MONTH,
    LIST,
    LIST_DAY,
    LISTED,
    REPORT,
    MailchimpObject,
)
from pipelines.mailchimp_rows import activity_row, campaign_row, growth_row, list_day_row, list_row, report_row
from pipelines.mailchimp_values import Answer

Row = dict[str, Any]


class Found(NamedTuple):
    """What was read of one object, and what is to be said about it."""

    wanted: MailchimpObject
    rows: list[Row]
    flags: dict[str, Any]


class MailchimpSource:
    """Reads one account through a client of `mailchimp_client.connect`; `page_size` is at most 1000."""

    def __init__(self, client: Client, page_size: int = 1000) -> None:
        self._client, self._collections = client, Collections(page_size)

    def ping(self) -> str:
        """What Mailchimp says of its own health; an error when the key or the way there is wrong."""
        return str(self._client.ping.get().get("health_status", ""))

    def number_of_reports(self) -> int:
        """How many reports the key may read; an error when it may read none."""
        # Mailchimp reference §7: count=0 is ambiguous
        answer = self._client.reports.get_all_campaign_reports(count=1, fields=["total_items"])
        number = Answer(answer, "Mailchimp reports").count("total_items")
        if number is None:
            raise unexpected("Mailchimp reports", "the answer names no total_items")
        return number

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
        """All objects, as far as they concern days before `business_date`; the listing of what is there comes last.

        A campaign that is not sent to its end is left out, and so is its report: the counts would be partial.

        Raises:
            MailchimpUnavailableError: the account cannot be read completely now.
            MailchimpRefusedError: the key or the address is wrong.
        """
        requests_before = requests_made(self._client)
        zone = self.account_time_zone()
        mailings, campaigns_there = self._mailings(zone, business_date)
        audiences, lists_there = self._audiences(business_date)
        there = [{"kind": "campaign", "id": one} for one in campaigns_there]
        there += [{"kind": "list", "id": one} for one in lists_there]
        flags = {"account_time_zone": zone.key, "requests": requests_made(self._client) - requests_before}
        return [
            wanted.arrival(rows, {**flags, **own})
            for wanted, rows, own in (*mailings, *audiences, Found(LISTED, there, {}))
        ]

    def _mailings(self, zone: ZoneInfo, business_date: date) -> tuple[list[Found], list[str]]:
        """Campaigns, their reports and what automations counted; and the ids of all that is still there."""
        listed = self._collections.rows(CAMPAIGN, self._client.campaigns.list, sort_field="create_time", sort_dir="ASC")
        reports = {
            one.identifier("id"): one
            for one in self._collections.rows(REPORT, self._client.reports.get_all_campaign_reports)
        }
        automations = automation_emails(self._client, self._collections, listed, zone)
        of_automations = {email.campaign_id for email in automations}
        sends = [one for one in listed if one.identifier("id") not in of_automations]
        over = [one for one in sends if _is_over(one.moment("send_time"), zone, business_date)]
        sent = [campaign_row(one) for one in over if one.text("status") == "sent"]
        of_sends = {name: report for name, report in reports.items() if name not in of_automations}
        report_rows, left_out = _reports_of(sent, of_sends, zone)
        observed = list(automation_days(self._client, automations, reports, business_date))
        unreadable = sum(not row["is_readable"] for row in observed)
        found = [
            Found(CAMPAIGN, [*sent, *(one.row for one in automations)], {"campaigns_left_out": len(sends) - len(sent)}),
            Found(REPORT, report_rows, left_out),
            Found(AUTOMATION_DAY, observed, {"automations_without_report": unreadable}),
        ]
        return found, [*(one.identifier("id") for one in over), *sorted(of_automations)]

    def _audiences(self, business_date: date) -> tuple[list[Found], list[str]]:
        """Lists with their months and days; and the ids of those that are still there."""
        lists = [list_row(one) for one in self._collections.rows(LIST, self._client.lists.get_all_lists)]
        months, days, gone = self._histories([row["list_id"] for row in lists], business_date)
        found = [
            Found(LIST, lists, {}),
            Found(LIST_DAY, [list_day_row(row, business_date) for row in lists], {}),
            Found(GROWTH_MONTH, months, {"lists_gone": gone}),
            Found(ACTIVITY_DAY, days, {"lists_gone": gone}),
        ]
        return found, [row["list_id"] for row in lists if row["list_id"] not in gone]

    def _histories(self, list_ids: list[str], business_date: date) -> tuple[list[Row], list[Row], list[str]]:
        """Growth months and activity days of all lists, and the lists that were deleted while they were read."""
        lists = self._client.lists
        last_day = business_date - timedelta(days=1)
        months, days, gone = [], [], []
        for list_id in list_ids:
            try:
                growth = self._collections.rows(
                    GROWTH_MONTH, lists.get_list_growth_history, list_id, sort_field="month", sort_dir="ASC"
                )
                # Mailchimp reference §7: activity reaches back 180 days only, so all of it is taken every time.
                activity = self._collections.rows(ACTIVITY_DAY, lists.get_list_recent_activity, list_id)
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


def _reports_of(sent: Sequence[Row], reports: Mapping[str, Answer], zone: ZoneInfo) -> tuple[list[Row], dict[str, Any]]:
    """Rows of the reports on what was sent to its end, and how many reports and e-mails are left out."""
    rows, left_out = [], []
    ids = {row["campaign_id"] for row in sent}
    for campaign_id, report in reports.items():
        sent_at = report.moment("send_time")
        if campaign_id in ids and sent_at is not None:
            rows.append(report_row(report, sent_at, zone))
        else:
            left_out.append(report.count("emails_sent") or 0)
    return rows, {"reports_left_out": len(left_out), "emails_left_out": sum(left_out)}


def _is_over(moment: datetime | None, zone: ZoneInfo, business_date: date) -> bool:
    """Whether the account's day of this moment is over on the business date."""
    return moment is not None and moment.astimezone(zone).date() < business_date
