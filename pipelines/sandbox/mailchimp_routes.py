"""Which document of the account a request target names.

Only paths belong here: what the documents say is `mailchimp_answers`', a query `mailchimp_queries`'.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pipelines.sandbox.mailchimp_answers import Account
from pipelines.sandbox.mailchimp_queries import (
    ACTIVITY,
    AUTOMATIONS,
    CAMPAIGNS,
    HISTORY,
    LISTS,
    REPORTS,
    collection_answer,
)
from pipelines.sandbox.mailchimp_workflows import automations, workflow_emails

BASE_PATH = "/3.0"


def split_target(target: str) -> tuple[str, dict[str, str]]:
    """A request target as path below the base path and query; a path outside of it keeps its full length."""
    parts = urlsplit(target)
    path = parts.path.removeprefix(BASE_PATH) if parts.path.startswith(BASE_PATH) else f"/..{parts.path}"
    return path.rstrip("/") or "/", dict(parse_qsl(parts.query, keep_blank_values=True))


def resource(account: Account, path: str, query: dict[str, str]) -> dict[str, Any] | None:
    """The whole document behind a path; None when there is none."""
    # Mailchimp reference §12: the endpoints of §5 that the marketing figures need
    match [unquote(step) for step in path.strip("/").split("/")]:
        case [""]:
            return account.root()
        case ["ping"]:
            return {"health_status": "Everything's Chimpy!"}
        case ["campaigns"]:
            return collection_answer(CAMPAIGNS, account.campaigns(), query)
        case ["reports"]:
            return collection_answer(REPORTS, account.reports(), query)
        case ["reports", campaign_id]:
            # Mailchimp reference §7: unsent campaign: 404
            return account.report(campaign_id)
        case ["automations"]:
            return collection_answer(AUTOMATIONS, automations(account), query)
        case ["automations", workflow_id, "emails"]:
            return workflow_emails(account, workflow_id)
        case ["lists"]:
            return collection_answer(LISTS, account.lists(), query)
        case ["lists", list_id, "growth-history"]:
            months = account.growth_history(list_id)
            return None if months is None else collection_answer(HISTORY, months, query)
        case ["lists", list_id, "activity"]:
            days = account.activity(list_id)
            return None if days is None else collection_answer(ACTIVITY, days, query)
    return None
