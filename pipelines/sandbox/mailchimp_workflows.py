"""Classic automations of the demo company's account: the workflows and the e-mails they send, as JSON.

Journeys have no API and are not here; what an e-mail counts belongs to `mailchimp_reports`.
"""

from __future__ import annotations

from typing import Any

from pipelines.sandbox.mailchimp_answers import Account
from pipelines.sandbox.mailchimp_reports import AUTOMATION, LINKS, created_at, emails_so_far, moment_text, status
from pipelines.sandbox.truth import Newsletter


def automations(account: Account) -> list[dict[str, Any]]:
    """`automations[]`: one per workflow, oldest first."""
    return [_automation(account, workflow_id, emails) for workflow_id, emails in _workflows(account).items()]


def workflow_emails(account: Account, workflow_id: str) -> dict[str, Any] | None:
    """All e-mails of a workflow at once; None when there is no such workflow."""
    # Mailchimp reference §5: no paging
    emails = _workflows(account).get(workflow_id)
    if emails is None:
        return None
    rows = [_email(account, place, one) for place, one in enumerate(emails, 1)]
    return {"emails": rows, "total_items": len(rows), "_links": LINKS}


def _workflows(account: Account) -> dict[str, list[Newsletter]]:
    found: dict[str, list[Newsletter]] = {}
    for one in reversed(account.made()):
        if one.type == AUTOMATION and one.parent_campaign_id:
            found.setdefault(one.parent_campaign_id, []).append(one)
    return found


def _automation(account: Account, workflow_id: str, emails: list[Newsletter]) -> dict[str, Any]:
    return {
        "id": workflow_id,
        "create_time": moment_text(created_at(emails[0])),
        "start_time": moment_text(emails[0].send_time),
        "status": _state(account, emails[0]),
        "emails_sent": sum(emails_so_far(one, account.now) for one in emails),
        "recipients": {"list_id": emails[0].list_id, "list_is_active": True},
        "settings": {"title": emails[0].title, "from_name": "The Demo Company", "reply_to": "newsletter@example.com"},
        "_links": LINKS,
    }


def _email(account: Account, place: int, one: Newsletter) -> dict[str, Any]:
    return {
        "id": one.campaign_id,
        "workflow_id": one.parent_campaign_id,
        "position": place,
        "create_time": moment_text(created_at(one)),
        "start_time": moment_text(one.send_time),
        "send_time": moment_text(None),
        "status": _state(account, one),
        "emails_sent": emails_so_far(one, account.now),
        "content_type": "template",
        "recipients": {"list_id": one.list_id, "list_is_active": True, "segment_text": ""},
        "settings": {
            "subject_line": one.subject,
            "title": one.title,
            "from_name": "The Demo Company",
            "reply_to": "newsletter@example.com",
        },
        "tracking": {"opens": True, "html_clicks": True, "google_analytics": one.utm_campaign[:50]},
        "_links": LINKS,
    }


def _state(account: Account, one: Newsletter) -> str:
    return "sending" if status(one, account.now) == "sending" else "save"
