"""What the demo company sent with e-mail tools beside Mailchimp, and how large their lists were."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class ToolMailing:
    """A campaign of another tool; None where the tool exports no such column.

    `soft_bounces_at_first` stand in the exports of the three days after the send: retries succeed later.
    """

    tool: str
    campaign_id: str
    sent_at: datetime
    emails_sent: int
    title: str | None
    list: str | None
    segment: str | None
    automation: str | None
    hard_bounces: int | None
    soft_bounces: int | None
    soft_bounces_at_first: int | None
    unique_opens: int | None
    unique_clicks: int | None
    unsubscribes: int | None
    complaints: int | None
    orders: int | None
    revenue: Decimal | None
    currency: str | None
    utm_campaign: str | None


@dataclass(frozen=True)
class ToolListDay:
    """What a tool says of a list on a day: the stock at its end and what came and went; None where it does not say."""

    tool: str
    list: str
    day: date
    subscribed: int
    signups: int | None
    unsubscribed: int | None
    cleaned: int | None
    deleted: int | None


@dataclass(frozen=True)
class ToolMail:
    """All of it."""

    mailings: tuple[ToolMailing, ...] = field(default=(), repr=False)
    list_days: tuple[ToolListDay, ...] = field(default=(), repr=False)
