"""The five Mailchimp objects as raw rows: what is asked for, which columns come of it, what identifies a row.

No field that names or describes a person is asked for: no sender, subject, contact, member or share link. Reading and
choosing what counts belongs to `mailchimp`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from pipelines.loads import Arrival
from pipelines.mailchimp_errors import unexpected
from pipelines.mailchimp_values import Answer
from pipelines.privacy import masked

# Before this day Mailchimp did not tell opens by privacy proxies apart; a figure for an older send is no observation.
PROXY_OPENS_KNOWN_SINCE = date(2024, 6, 22)

MONEY = pa.decimal128(18, 6)
UTC_TIMESTAMP = pa.timestamp("us")


@dataclass(frozen=True)
class MailchimpObject:
    """One object: `fields` are asked for below `collection`; a row's part is made of its `key`."""

    name: str
    collection: str
    identity: str
    fields: tuple[str, ...]
    key: tuple[str, ...]
    columns: tuple[tuple[str, pa.DataType], ...]
    masked: tuple[str, ...] = ()

    @property
    def asked(self) -> list[str]:
        """The `fields` parameter of the request."""
        return [f"{self.collection}.{name}" for name in self.fields]

    def arrival(self, rows: Iterable[Mapping[str, Any]], flags: Mapping[str, Any]) -> Arrival:
        """The rows, typed; every row is a part of its own, so that what is no longer listed keeps its last state."""
        parted = [{**row, "part": "/".join(str(row[name]) for name in self.key)} for row in rows]
        table = pa.Table.from_pylist(parted, pa.schema([*self.columns, ("part", pa.string())]))
        for name in self.masked:
            table = table.set_column(table.schema.get_field_index(name), name, masked(table[name]))
        return Arrival(
            object=f"mailchimp.{self.name}",
            table=f"raw.mailchimp_{self.name}",
            key=self.key,
            rows=table,
            rows_read=table.num_rows,
            flags=dict(flags),
        )


CAMPAIGN = MailchimpObject(
    name="campaign",
    collection="campaigns",
    identity="id",
    fields=(
        "id",
        "type",
        "status",
        "parent_campaign_id",
        "create_time",
        "send_time",
        "recipients.list_id",
        "settings.title",
        "tracking.google_analytics",
    ),
    key=("campaign_id",),
    columns=(
        ("campaign_id", pa.string()),
        ("type", pa.string()),
        ("status", pa.string()),
        ("parent_campaign_id", pa.string()),
        ("list_id", pa.string()),
        ("title", pa.string()),
        ("create_time", UTC_TIMESTAMP),
        ("send_time", UTC_TIMESTAMP),
        ("utm_campaign", pa.string()),
    ),
    masked=("title", "utm_campaign"),
)

REPORT_COUNTS = {
    "emails_sent": "emails_sent",
    "hard_bounces": "bounces.hard_bounces",
    "soft_bounces": "bounces.soft_bounces",
    "syntax_errors": "bounces.syntax_errors",
    "unique_opens": "opens.unique_opens",
    "opens_total": "opens.opens_total",
    "human_unique_opens": "opens.proxy_excluded_unique_opens",
    "clicks_total": "clicks.clicks_total",
    "unique_subscriber_clicks": "clicks.unique_subscriber_clicks",
    "unsubscribed": "unsubscribed",
    "abuse_reports": "abuse_reports",
    "forwards_count": "forwards.forwards_count",
    "total_orders": "ecommerce.total_orders",
}
REPORT = MailchimpObject(
    name="report",
    collection="reports",
    identity="id",
    fields=(
        "id",
        "campaign_title",
        "list_id",
        "send_time",
        *REPORT_COUNTS.values(),
        "ecommerce.total_revenue",
        "ecommerce.currency_code",
    ),
    key=("campaign_id",),
    columns=(
        ("campaign_id", pa.string()),
        ("title", pa.string()),
        ("list_id", pa.string()),
        ("send_time", UTC_TIMESTAMP),
        ("send_day", pa.date32()),
        ("account_time_zone", pa.string()),
        *((name, pa.int64()) for name in REPORT_COUNTS),
        ("total_revenue", MONEY),
        ("currency", pa.string()),
    ),
    masked=("title",),
)

LIST_COUNTS = ("member_count", "unsubscribe_count", "cleaned_count")
LIST = MailchimpObject(
    name="list",
    collection="lists",
    identity="id",
    fields=("id", "name", "date_created", *(f"stats.{name}" for name in LIST_COUNTS)),
    key=("list_id",),
    columns=(
        ("list_id", pa.string()),
        ("name", pa.string()),
        ("created_at", UTC_TIMESTAMP),
        *((name, pa.int64()) for name in LIST_COUNTS),
    ),
    masked=("name",),
)

GROWTH_COUNTS = ("subscribed", "unsubscribed", "cleaned", "deleted")
GROWTH_MONTH = MailchimpObject(
    name="growth_month",
    collection="history",
    identity="month",
    fields=("month", *GROWTH_COUNTS),
    key=("list_id", "month"),
    columns=(("list_id", pa.string()), ("month", pa.string()), *((name, pa.int64()) for name in GROWTH_COUNTS)),
)

ACTIVITY_COUNTS = (
    "emails_sent",
    "unique_opens",
    "recipient_clicks",
    "hard_bounce",
    "soft_bounce",
    "subs",
    "unsubs",
    "other_adds",
    "other_removes",
)
ACTIVITY_DAY = MailchimpObject(
    name="activity_day",
    collection="activity",
    identity="day",
    fields=("day", *ACTIVITY_COUNTS),
    key=("list_id", "day"),
    columns=(("list_id", pa.string()), ("day", pa.date32()), *((name, pa.int64()) for name in ACTIVITY_COUNTS)),
)


OBJECTS = (CAMPAIGN, REPORT, LIST, GROWTH_MONTH, ACTIVITY_DAY)


def campaign_row(campaign: Answer) -> dict[str, Any]:
    """One row of `mailchimp.campaign`."""
    return {
        "campaign_id": campaign.identifier("id"),
        "type": campaign.text("type"),
        "status": campaign.text("status"),
        "parent_campaign_id": campaign.text("parent_campaign_id"),
        "list_id": campaign.text("recipients.list_id"),
        "title": campaign.text("settings.title"),
        "create_time": _naive(campaign.moment("create_time")),
        "send_time": _naive(campaign.moment("send_time")),
        "utm_campaign": campaign.text("tracking.google_analytics"),
    }


def report_row(report: Answer, sent_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """One row of `mailchimp.report`; the send day is the account's, because Mailchimp's own pages count by it."""
    send_day = sent_at.astimezone(zone).date()
    counts = {name: report.count(path) for name, path in REPORT_COUNTS.items()}
    if send_day < PROXY_OPENS_KNOWN_SINCE:
        counts["human_unique_opens"] = None
    return {
        "campaign_id": report.identifier("id"),
        "title": report.text("campaign_title"),
        "list_id": report.text("list_id"),
        "send_time": _naive(sent_at),
        "send_day": send_day,
        "account_time_zone": zone.key,
        **counts,
        "total_revenue": report.money("ecommerce.total_revenue"),
        "currency": report.text("ecommerce.currency_code"),
    }


def list_row(audience: Answer) -> dict[str, Any]:
    """One row of `mailchimp.list`."""
    return {
        "list_id": audience.identifier("id"),
        "name": audience.text("name"),
        "created_at": _naive(audience.moment("date_created")),
        **{name: audience.count(f"stats.{name}") for name in LIST_COUNTS},
    }


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


def _parsed(parse: Callable[[], date], why: str) -> date:
    try:
        return parse()
    except ValueError:
        raise unexpected("Mailchimp list", why) from None


def _naive(moment: datetime | None) -> datetime | None:
    """Raw times are UTC without a zone."""
    return None if moment is None else moment.replace(tzinfo=None)
