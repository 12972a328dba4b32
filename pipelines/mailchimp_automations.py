"""E-mails that are sent for ever, one by one: which there are, and what each has counted up to this morning.

Such an e-mail has no day of sending; only the growth between two mornings can be dated, and that is left to the tables.
Sends of one day belong to `mailchimp`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from mailchimp_marketing import Client

from pipelines.mailchimp_collections import Collections
from pipelines.mailchimp_errors import MailchimpRefusedError, incomplete
from pipelines.mailchimp_objects import AUTOMATION, AUTOMATION_DAY
from pipelines.mailchimp_rows import (
    AutomationEmail,
    automation_email,
    automation_row,
    unreadable_automation_row,
    unsent_automation_row,
)
from pipelines.mailchimp_values import Answer

# Mailchimp reference §6: automation campaigns appear among the campaigns too; the schema names no type for them
LISTED_TYPES = frozenset({"automation", "automation-email"})


def is_automation(campaign: Answer) -> bool:
    """Whether an entry of `/campaigns` is an e-mail of an automation or a journey."""
    return campaign.text("type") in LISTED_TYPES


def automation_emails(
    client: Client, collections: Collections, campaigns: Sequence[Answer], zone: ZoneInfo
) -> list[AutomationEmail]:
    """The e-mails of all classic automations, and what `/campaigns` alone lists of others (journeys).

    Raises:
        MailchimpUnavailableError, MailchimpRefusedError: as of any collection.
    """
    found = {one.campaign_id: one for one in (automation_email(a, zone) for a in campaigns if is_automation(a))}
    for workflow_id in _workflows(client, collections):
        for answer in _emails_of(client, workflow_id):
            email = automation_email(answer, zone, workflow_id)
            found[email.campaign_id] = email
    return [found[campaign_id] for campaign_id in sorted(found)]


def automation_days(
    client: Client, emails: Sequence[AutomationEmail], reports: Mapping[str, Answer], observed_on: date
) -> Iterator[dict[str, Any]]:
    """One row of `mailchimp.automation_day` per e-mail; `reports` are those that `/reports` lists, by campaign."""
    for email in emails:
        if email.emails_sent == 0:
            yield unsent_automation_row(email, observed_on)
        elif report := reports.get(email.campaign_id) or _report_of(client, email.campaign_id):
            yield automation_row(report, email, observed_on)
        else:
            yield unreadable_automation_row(email, observed_on)


def _workflows(client: Client, collections: Collections) -> list[str]:
    try:
        return [answer.identifier("id") for answer in collections.rows(AUTOMATION, client.automations.list)]
    except MailchimpRefusedError as error:
        # an account without classic automations has no such collection
        if error.status != 404:
            raise
        return []


def _emails_of(client: Client, workflow_id: str) -> list[Answer]:
    """All e-mails of a workflow; none when it was deleted meanwhile."""
    try:
        # Mailchimp reference §5: no paging; it takes no `fields` either
        answer = client.automations.list_all_workflow_emails(workflow_id)
    except MailchimpRefusedError as error:
        if error.status != 404:
            raise
        return []
    rows, total = answer.get("emails"), answer.get("total_items")
    if not isinstance(total, int) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise incomplete(f"automation {workflow_id}", "the answer names no total_items or holds no e-mails")
    if len(rows) < total:
        raise incomplete(f"automation {workflow_id}", f"{len(rows)} of {total} e-mails arrived")
    return [Answer(row, f"Mailchimp automation e-mail {row.get('id')}") for row in rows]


def _report_of(client: Client, campaign_id: str) -> Answer | None:
    """The report of one e-mail; None when there is none to be read."""
    try:
        answer = client.reports.get_campaign_report(campaign_id, fields=list(AUTOMATION_DAY.fields))
    except MailchimpRefusedError as error:
        # Mailchimp reference §13.12: journeys have no API
        if error.status != 404:
            raise
        return None
    return Answer(answer, f"Mailchimp report {campaign_id}")
