"""What a company decides about counting, as plain values: the only thing the answer key knows beside the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

DEFAULT_STAGES = ("lead", "mql", "sal", "sql", "opportunity", "customer")


@dataclass(frozen=True)
class Rules:
    """The company's configuration.

    `channel_rules`: (source, medium, campaign, platform, channel) with globs, the first match wins. `exclusions`:
    (source, channel). `cost_drivers`: (category, channel, share). `revenue_from`, `customers_from`: deals, orders or
    both. `plan_customers` are reckoned back from, `revenue_segments` (segment -> share) are marketing's; of fewer than
    `fewest_members` a rate does not count. `page_sets`: globs of page addresses by the name of the set.
    """

    known_channels: tuple[str, ...]
    paid_channels: tuple[str, ...]
    channel_rules: tuple[tuple[str, str, str, str, str], ...] = ()
    exclusions: tuple[tuple[str, str], ...] = ()
    cost_drivers: tuple[tuple[str, str, Decimal], ...] = ()
    platform_aliases: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "Europe/Amsterdam"
    stages: tuple[str, ...] = DEFAULT_STAGES
    qualified_stage: str = "mql"
    window_days: int = 90
    gross_margin: Decimal = Decimal("0.62")
    revenue_from: str = "both"
    customers_from: str = "deals"
    customer_activity_days: int = 365
    handover_stage: str = "sal"
    marketing_channels: tuple[str, ...] = ()
    booking_forms: tuple[str, ...] = ()
    contact_types: tuple[str, ...] = ("call", "email", "meeting")
    plan_customers: int = 100
    fewest_members: int = 10
    revenue_segments: Mapping[str, Decimal] = field(default_factory=dict)
    page_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    content_channels: tuple[str, ...] = ()
    conversion_events: tuple[str, ...] = ("generate_lead", "sign_up", "purchase")
    top_posts_minimum_reach: int = 100
