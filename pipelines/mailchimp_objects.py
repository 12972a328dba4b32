"""The Mailchimp objects as raw tables: what is asked for, which columns come of it, what identifies a row.

No field that names or describes a person is asked for: no sender, subject, contact, member or share link. How an answer
becomes a row belongs to `mailchimp_rows`, choosing what counts to `mailchimp`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipelines.loads import ROWS, Arrival, Gate
from pipelines.privacy import masked

MONEY = pa.decimal128(18, 6)
RATE = pa.decimal128(18, 6)
UTC_TIMESTAMP = pa.timestamp("us")


@dataclass(frozen=True)
class MailchimpObject:
    """One object: `fields` are asked for below `collection`; a row's part is made of its `key`.

    `described` tells people what it holds. Of a full listing, what it lacks is withdrawn; of all others it keeps its
    last state.
    """

    name: str
    described: str
    collection: str
    identity: str
    fields: tuple[str, ...]
    key: tuple[str, ...]
    columns: tuple[tuple[str, pa.DataType], ...]
    masked: tuple[str, ...] = ()
    is_full_listing: bool = False
    gate: Gate | None = None

    @property
    def asked(self) -> list[str]:
        """The `fields` parameter of the request."""
        return [f"{self.collection}.{name}" for name in self.fields]

    def arrival(self, rows: Iterable[Mapping[str, Any]], flags: Mapping[str, Any]) -> Arrival:
        """The rows, typed; every row is a part of its own."""
        parted = [{**row, "part": "/".join(str(row[name]) for name in self.key)} for row in rows]
        table = pa.Table.from_pylist(parted, pa.schema([*self.columns, ("part", pa.string())]))
        for name in self.masked:
            table = table.set_column(table.schema.get_field_index(name), name, masked(table[name]))
        return Arrival(
            object=f"mailchimp.{self.name}",
            table=f"raw.mailchimp_{self.name}",
            key=self.key,
            rows=table,
            full=self.is_full_listing,
            gate=self.gate,
            rows_read=table.num_rows,
            flags=dict(flags),
        )


CAMPAIGN = MailchimpObject(
    name="campaign",
    described="The e-mail campaigns that were sent, and the e-mails of automations",
    collection="campaigns",
    identity="id",
    fields=(
        "id",
        "type",
        "status",
        "parent_campaign_id",
        "create_time",
        "send_time",
        "emails_sent",
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
        ("utm_campaign_decoded", pa.string()),
    ),
    masked=("title", "utm_campaign", "utm_campaign_decoded"),
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
# What Mailchimp says of the industry that the account belongs to; may be absent.
INDUSTRY_RATES = {
    "industry_open_rate": "industry_stats.open_rate",
    "industry_click_rate": "industry_stats.click_rate",
    "industry_bounce_rate": "industry_stats.bounce_rate",
    "industry_unsubscribe_rate": "industry_stats.unsub_rate",
    "industry_complaint_rate": "industry_stats.abuse_rate",
}
REPORT = MailchimpObject(
    name="report",
    described="What every e-mail campaign counted",
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
        "industry_stats.type",
        *INDUSTRY_RATES.values(),
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
        ("industry", pa.string()),
        *((name, RATE) for name in INDUSTRY_RATES),
    ),
    masked=("title", "industry"),
)

LIST_COUNTS = ("member_count", "unsubscribe_count", "cleaned_count")
LIST = MailchimpObject(
    name="list",
    described="The audiences",
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

# How many contacts an audience had on the morning of a day: Mailchimp itself remembers month ends only.
LIST_DAY = MailchimpObject(
    name="list_day",
    described="The stock of every audience on a morning",
    collection="",
    identity="id",
    fields=(),
    key=("list_id", "observed_on"),
    columns=(("list_id", pa.string()), ("observed_on", pa.date32()), ("member_count", pa.int64())),
)

GROWTH_COUNTS = ("subscribed", "unsubscribed", "cleaned", "deleted")
GROWTH_MONTH = MailchimpObject(
    name="growth_month",
    described="The stock of every audience by month, and what left it",
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
    described="What happened in every audience by day",
    collection="activity",
    identity="day",
    fields=("day", *ACTIVITY_COUNTS),
    key=("list_id", "day"),
    columns=(("list_id", pa.string()), ("day", pa.date32()), *((name, pa.int64()) for name in ACTIVITY_COUNTS)),
)


# Classic automations; their e-mails have no list endpoint with `fields`, so only the workflows are described.
AUTOMATION = MailchimpObject(
    name="automation",
    described="The classic automations",
    collection="automations",
    identity="id",
    fields=("id",),
    key=("workflow_id",),
    columns=(),
)
# What an automation e-mail, which sends for ever, had counted on the morning of a day.
AUTOMATION_DAY = MailchimpObject(
    name="automation_day",
    described="What every automation e-mail had counted on a morning",
    collection="",
    identity="id",
    # one report is asked for by its id: the fields stand at the top
    fields=("id", *REPORT_COUNTS.values()),
    key=("campaign_id", "observed_on"),
    columns=(
        ("campaign_id", pa.string()),
        ("observed_on", pa.date32()),
        ("created_on", pa.date32()),
        ("is_readable", pa.bool_()),
        *((name, pa.int64()) for name in REPORT_COUNTS),
    ),
)

# Mailchimp reference §7: deleted campaigns and lists just disappear. This listing knows what is still there; when more
# than half of it vanishes in one night, the night is not believed.
LISTED = MailchimpObject(
    name="listed",
    described="What campaigns and audiences are still there",
    collection="",
    identity="id",
    fields=(),
    key=("kind", "id"),
    columns=(("kind", pa.string()), ("id", pa.string())),
    is_full_listing=True,
    gate=Gate(ROWS, floor_share=0.5),
)

OBJECTS = (CAMPAIGN, REPORT, AUTOMATION_DAY, LIST, LIST_DAY, GROWTH_MONTH, ACTIVITY_DAY, LISTED)
