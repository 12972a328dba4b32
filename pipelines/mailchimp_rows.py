"""One JSON object of an answer as one raw row: typed, in UTC, on the account's day.

Which fields exist belongs to `mailchimp_objects`, which answers count to `mailchimp`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo

from pipelines.mailchimp_errors import unexpected
from pipelines.mailchimp_objects import ACTIVITY_COUNTS, GROWTH_COUNTS, INDUSTRY_RATES, LIST_COUNTS, REPORT_COUNTS
from pipelines.mailchimp_values import Answer

# Before this day Mailchimp did not tell opens by privacy proxies apart; a figure for an older send is no observation.
PROXY_OPENS_KNOWN_SINCE = date(2024, 6, 22)
AUTOMATION_TYPE = "automation"


@dataclass(frozen=True)
class AutomationEmail:
    """An e-mail that is sent for ever; `created_on` in the account zone, `row` is its row of `mailchimp.campaign`."""

    campaign_id: str
    created_on: date | None
    emails_sent: int | None
    row: dict[str, Any]


def automation_email(answer: Answer, zone: ZoneInfo, workflow_id: str | None = None) -> AutomationEmail:
    """An automation e-mail as `/campaigns` lists it, or as the workflow of this id does."""
    created_at = answer.moment("create_time")
    row = {**campaign_row(answer), "type": AUTOMATION_TYPE}
    if workflow_id:
        row["parent_campaign_id"] = workflow_id
    created_on = None if created_at is None else created_at.astimezone(zone).date()
    return AutomationEmail(row["campaign_id"], created_on, answer.count("emails_sent"), row)


def campaign_row(campaign: Answer) -> dict[str, Any]:
    """One row of `mailchimp.campaign`."""
    utm_campaign = campaign.text("tracking.google_analytics")
    return {
        "campaign_id": campaign.identifier("id"),
        "type": campaign.text("type"),
        "status": campaign.text("status"),
        "parent_campaign_id": campaign.text("parent_campaign_id"),
        "list_id": campaign.text("recipients.list_id"),
        "title": campaign.text("settings.title"),
        "create_time": _naive(campaign.moment("create_time")),
        "send_time": _naive(campaign.moment("send_time")),
        "utm_campaign": utm_campaign,
        # Mailchimp reference §9: names are compared decoded, and only here can every escape be read
        "utm_campaign_decoded": None if utm_campaign is None else unquote_plus(utm_campaign),
    }


def report_row(report: Answer, sent_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """One row of `mailchimp.report`; the send day is the account's, because Mailchimp's own pages count by it."""
    send_day = sent_at.astimezone(zone).date()
    return {
        "campaign_id": report.identifier("id"),
        "title": report.text("campaign_title"),
        "list_id": report.text("list_id"),
        "send_time": _naive(sent_at),
        "send_day": send_day,
        "account_time_zone": zone.key,
        **_counts(report, send_day),
        "total_revenue": report.money("ecommerce.total_revenue"),
        "currency": report.text("ecommerce.currency_code"),
        "industry": report.text("industry_stats.type"),
        **{name: report.rate(path) for name, path in INDUSTRY_RATES.items()},
    }


def automation_row(report: Answer, email: AutomationEmail, observed_on: date) -> dict[str, Any]:
    """One row of `mailchimp.automation_day`: what the e-mail had counted when it was looked at."""
    return {**_observation(email, observed_on), "is_readable": True, **_counts(report, observed_on)}


def unsent_automation_row(email: AutomationEmail, observed_on: date) -> dict[str, Any]:
    """The same of an e-mail that nobody was sent yet: what was never sent was never opened either."""
    return {**_observation(email, observed_on), "is_readable": True, **dict.fromkeys(REPORT_COUNTS, 0)}


def unreadable_automation_row(email: AutomationEmail, observed_on: date) -> dict[str, Any]:
    """The same of an e-mail that has no report: only how many were sent is known, if that."""
    counts = {**dict.fromkeys(REPORT_COUNTS), "emails_sent": email.emails_sent}
    return {**_observation(email, observed_on), "is_readable": False, **counts}


def list_row(audience: Answer) -> dict[str, Any]:
    """One row of `mailchimp.list`."""
    return {
        "list_id": audience.identifier("id"),
        "name": audience.text("name"),
        "created_at": _naive(audience.moment("date_created")),
        **{name: audience.count(f"stats.{name}") for name in LIST_COUNTS},
    }


def list_day_row(audience: Mapping[str, Any], observed_on: date) -> dict[str, Any]:
    """One row of `mailchimp.list_day`, from that of `mailchimp.list`."""
    return {"observed_on": observed_on, **{name: audience[name] for name in ("list_id", "member_count")}}


def growth_row(history: Answer, list_id: str) -> dict[str, Any]:
    """One row of `mailchimp.growth_month`: the stock at the month's end and what left during it."""
    month = history.identifier("month")
    _parsed(lambda: date.fromisoformat(f"{month}-01"), f"month {month!r} is not of the form 2026-01")
    return {"list_id": list_id, "month": month, **{name: history.count(name) for name in GROWTH_COUNTS}}


def activity_row(activity: Answer, list_id: str) -> dict[str, Any]:
    """One row of `mailchimp.activity_day`."""
    text = activity.identifier("day")
    day = _parsed(lambda: date.fromisoformat(text[:10]), f"day {text!r} is not of the form 2026-01-31")
    return {"list_id": list_id, "day": day, **{name: activity.count(name) for name in ACTIVITY_COUNTS}}


def _observation(email: AutomationEmail, observed_on: date) -> dict[str, Any]:
    return {"campaign_id": email.campaign_id, "observed_on": observed_on, "created_on": email.created_on}


def _counts(report: Answer, day: date) -> dict[str, int | None]:
    """The counts of a report; opens outside of privacy proxies only where Mailchimp could know them."""
    counts = {name: report.count(path) for name, path in REPORT_COUNTS.items()}
    return counts if day >= PROXY_OPENS_KNOWN_SINCE else {**counts, "human_unique_opens": None}


def _parsed(parse: Callable[[], date], why: str) -> date:
    try:
        return parse()
    except ValueError:
        raise unexpected("Mailchimp list", why) from None


def _naive(moment: datetime | None) -> datetime | None:
    """Raw times are UTC without a zone."""
    return None if moment is None else moment.replace(tzinfo=None)
