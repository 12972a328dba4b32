"""The shape of the demo company's truth: what really happened, before any system recorded it.

Only data classes and column schemas belong here. The generator fills them, the emulators and the export files show
them through a clock, the answer key counts them. Times are UTC and aware; money is exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from pipelines.sandbox.truth_crm import CrmHistory
from pipelines.sandbox.truth_email import ToolMail
from pipelines.sandbox.truth_retail import Stores
from pipelines.sandbox.truth_search import Findings
from pipelines.sandbox.truth_shop import Cart, OrderLine
from pipelines.sandbox.truth_social import SocialMedia

# One row per web session. `started_at` UTC; `arrives_after_days`: 0..3, GA4 shows the session only when its clock has
# passed the session's day by that many days. `landing_page` may carry a query string with utm_*, mc_cid and mc_eid.
SESSION_SCHEMA = pa.schema(
    [
        ("session_id", pa.int64()),
        ("visitor_id", pa.int64()),
        ("started_at", pa.timestamp("us", "UTC")),
        ("arrives_after_days", pa.int32()),
        ("channel", pa.string()),
        ("source", pa.string()),
        ("medium", pa.string()),
        ("campaign_id", pa.string()),
        ("campaign", pa.string()),
        ("ad", pa.string()),
        ("device", pa.string()),
        ("landing_page", pa.string()),
        ("host", pa.string()),
        ("is_first_visit", pa.bool_()),
        ("engaged", pa.bool_()),
        ("engagement_seconds", pa.int64()),
        ("page_views", pa.int64()),
        ("events", pa.int64()),
        ("generate_lead_events", pa.int64()),
        ("sign_up_events", pa.int64()),
        ("key_events", pa.float64()),
        ("item_views", pa.int64()),
        ("add_to_carts", pa.int64()),
        ("checkouts", pa.int64()),
        ("purchases", pa.int64()),
        ("revenue_eur", pa.float64()),
    ]
)


@dataclass(frozen=True)
class StageEntry:
    """A stage that the CRM recorded for a lead; skipped stages have no entry, regressions have a later lower one."""

    stage: str
    entered_at: datetime


@dataclass(frozen=True)
class Lead:
    """A CRM person. `known_from`: an export of that morning or later shows the lead (None: once it is created).

    `merged_on`: the day of the merge, which exports of later mornings show (None with `merged_into`: always merged).
    """

    lead_id: str
    created_at: datetime
    channel: str | None
    source: str | None
    medium: str | None
    campaign: str | None
    ad: str | None
    device: str | None
    landing_page: str | None
    origin: str | None
    segment: str | None
    region: str | None
    stages: tuple[StageEntry, ...]
    is_test: bool = False
    merged_into: str | None = None
    customer_id: str | None = None
    form: str | None = None
    offer: str | None = None
    company_id: str | None = None
    known_from: date | None = None
    merged_on: date | None = None


@dataclass(frozen=True)
class Deal:
    """A sales opportunity; amounts in its own currency, ex VAT. `merged_on` as of a lead; `closed_at` may lie ahead."""

    deal_id: str
    created_at: datetime
    stage: str
    lead_id: str | None
    account_id: str | None
    amount: Decimal | None
    currency: str | None
    margin: Decimal | None
    status: str
    closed_at: datetime | None
    deal_type: str | None
    quote_sent_at: datetime | None
    channel: str | None
    campaign: str | None
    segment: str | None
    merged_into: str | None = None
    is_test: bool = False
    merged_on: date | None = None


@dataclass(frozen=True)
class Order:
    """A web-shop order; `net_amount` ex VAT and shipping, before later returns."""

    order_id: str
    ordered_at: datetime
    status: str
    net_amount: Decimal
    currency: str
    customer_id: str | None
    lead_id: str | None
    margin: Decimal | None
    refunded_amount: Decimal | None
    refunded_at: datetime | None
    channel: str | None
    source: str | None
    medium: str | None
    campaign: str | None
    device: str | None
    country: str | None


@dataclass(frozen=True)
class AdDay:
    """What one advertisement did on one day; `in_export` False: only GA4 knows the cost (a linked platform)."""

    day: date
    platform: str
    account: str
    campaign_id: str
    campaign: str
    ad_group: str
    ad: str
    channel: str | None
    source: str
    medium: str
    cost: Decimal
    currency: str
    impressions: int
    clicks: int
    in_export: bool
    in_ga4: bool
    video_views: int | None = None
    # what the platform credits itself with, at the day of the click
    conversions: Decimal | None = None


@dataclass(frozen=True)
class Invoice:
    """A cost that is not an ad platform's: accrued equally over its days."""

    cost_id: str
    period_start: date
    period_end: date
    amount: Decimal
    currency: str
    category: str
    channel: str | None
    allocation: str


@dataclass(frozen=True)
class MailEvent:
    """Something one recipient did, or that happened to the delivery; `recipient` is a number, never an address.

    kind: open, proxy_open, click, unsubscribe, complaint, forward, hard_bounce, soft_bounce, soft_bounce_resolved; of
    an automation also sent.
    """

    kind: str
    recipient: int
    at: datetime
    link: int = 0


@dataclass(frozen=True)
class Newsletter:
    """One e-mail campaign, on its own or a child (`parent_campaign_id`) of another.

    An automation (`type`) sends from `send_time` on for ever, by its `sent` events; its parent is the workflow, and
    without one it is a journey. `report`: listed among the reports, to be had by_id only, or none. `deleted_on`: the
    first morning without it.
    """

    campaign_id: str
    title: str
    subject: str
    list_id: str
    send_time: datetime
    emails_sent: int
    syntax_errors: int
    utm_campaign: str
    orders: int
    revenue: Decimal
    events: tuple[MailEvent, ...] = field(repr=False)
    type: str = "regular"
    parent_campaign_id: str = ""
    report: str = "listed"
    deleted_on: date | None = None


@dataclass(frozen=True)
class MailList:
    """An audience; month -> (subscribed at month end, unsubscribed, cleaned, deleted); day -> (subs, other adds).

    `deleted_on`: the first morning without it.
    """

    list_id: str
    name: str
    created_at: datetime
    months: dict[str, tuple[int, int, int, int]]
    days: dict[date, tuple[int, int]]
    deleted_on: date | None = None


@dataclass(frozen=True)
class Truth:
    """Everything that happened to the demo company. `today` is its fixed last day: the first one not yet read."""

    seed: int
    first_day: date
    today: date
    time_zone: str
    property_id: str
    sessions: pa.Table = field(repr=False)
    leads: tuple[Lead, ...] = field(repr=False)
    deals: tuple[Deal, ...] = field(repr=False)
    orders: tuple[Order, ...] = field(repr=False)
    ads: tuple[AdDay, ...] = field(repr=False)
    invoices: tuple[Invoice, ...] = field(repr=False)
    units_per_eur: dict[tuple[date, str], Decimal] = field(repr=False)
    newsletters: tuple[Newsletter, ...] = field(repr=False)
    mail_lists: tuple[MailList, ...] = field(repr=False)
    order_lines: tuple[OrderLine, ...] = field(default=(), repr=False)
    carts: tuple[Cart, ...] = field(default=(), repr=False)
    crm: CrmHistory = field(default=CrmHistory(), repr=False)
    tool_mail: ToolMail = field(default=ToolMail(), repr=False)
    findings: Findings = field(default=Findings(), repr=False)
    social: SocialMedia = field(default=SocialMedia(), repr=False)
    stores: Stores = field(default=Stores(), repr=False)
