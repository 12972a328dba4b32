"""The GA4 request set as data: which dimensions and metrics are asked for together, and what guards each report.

A new report is one entry here; its table, parts, key and look-back follow from its fields. How a report is fetched
belongs to `ga4`, which days of it are due to `ga4_lookback`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa

from pipelines.ga4_aliases import current_name
from pipelines.loads import Arrival, Control, Gate, NeverFree

LookBack = Literal["nightly", "weekly"]

# Metrics that GA4 sends as fractions, seconds or money; all others are whole.
FRACTIONAL = re.compile(r"keyEvents|Revenue|AdCost|Duration|Rate|Value")
# A day that falls below half of its stored sessions is a broken answer, unless it was small anyway.
COLLAPSED_DAY = Gate(column="sessions", floor_share=0.5, minimum=100)
# GA4 reference §9: the sessions of all members lie within 3 % of those of the day, also when the day comes first.
GAP_TO_DAY_TOTAL = replace(COLLAPSED_DAY, control=Control("ga4.day_total", "raw.ga4_day_total", "sessions"))
# GA4 reference §10: cost that is suddenly zero, or zero beside clicks, is a right that was lost, not a
# day without advertisements.
COST_LOST = Gate(
    column="advertiser_ad_cost", floor_share=0.5, minimum=10, never_free=NeverFree("advertiser_ad_clicks", minimum=50)
)
# Attribution, returns and ad costs change for weeks; visits are complete after three days.
CHANGES_FOR_WEEKS = re.compile(r"keyEvent|revenue|purchase|advertiserAd|returnOnAdSpend", re.IGNORECASE)


@dataclass(frozen=True)
class Report:
    """One report by day: the first dimension is `date`, and its parts are days."""

    name: str
    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    gate: Gate | None = None
    days_per_request: int = 31

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimensions", tuple(map(current_name, self.dimensions)))
        object.__setattr__(self, "metrics", tuple(map(current_name, self.metrics)))

    @property
    def object(self) -> str:
        """The name that loads and parts are kept under."""
        return f"ga4.{self.name}"

    @property
    def table(self) -> str:
        """The raw table."""
        return f"raw.ga4_{self.name}"

    @property
    def asked(self) -> str:
        """Short hash of what is asked for, so that a changed report shows."""
        return hash_of_asked(self.dimensions, self.metrics)

    @property
    def control_table(self) -> str | None:
        """The raw table of the report that the sums of a day are held against."""
        return self.gate.control.table if self.gate and self.gate.control else None

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify a row: all dimensions."""
        return tuple(column_name(field) for field in self.dimensions)

    @property
    def part_dimension(self) -> str:
        """The dimension whose value decides the part of a row."""
        return self.dimensions[0]

    def empty_arrival(self) -> Arrival:
        """The report without a row, as the table it is stored in."""
        columns: dict[str, pa.Array] = {"property_id": pa.array([], pa.string())}
        columns |= {column_name(field): pa.array([], pa.string()) for field in self.dimensions}
        for field in self.metrics:
            kind = pa.float64() if FRACTIONAL.search(field) else pa.int64()
            columns[column_name(field)] = pa.array([], kind)
        columns["part"] = pa.array([], pa.string())
        return Arrival(self.object, self.table, self.key, pa.table(columns))

    @property
    def look_back(self) -> LookBack:
        """How far back the report changes."""
        return "weekly" if any(CHANGES_FOR_WEEKS.search(metric) for metric in self.metrics) else "nightly"


def hash_of_asked(*names: Sequence[str]) -> str:
    """Short hash of the names that make up a request, list by list."""
    return hashlib.sha256("||".join("|".join(listed) for listed in names).encode()).hexdigest()[:16]


def column_name(field: str) -> str:
    """A GA4 field as a column: `sessionDefaultChannelGroup` is `session_default_channel_group`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field).replace(":", "_").lower()


_TRAFFIC = (
    "sessions",
    "engagedSessions",
    "totalUsers",
    "averageSessionDuration",
    "newUsers",
    "userEngagementDuration",
    "screenPageViews",
    "keyEvents",
    "ecommercePurchases",
    "purchaseRevenue",
)
_CAMPAIGN = ("sessionSource", "sessionMedium", "sessionCampaignId", "sessionCampaignName")

REPORTS: tuple[Report, ...] = (
    Report(
        "day_total",
        ("date",),
        (
            "totalUsers",
            "activeUsers",
            "newUsers",
            "sessions",
            "engagedSessions",
            "userEngagementDuration",
            "screenPageViews",
            "eventCount",
            "keyEvents",
            "purchaseRevenue",
        ),
        COLLAPSED_DAY,
    ),
    Report("channel_day", ("date", "sessionDefaultChannelGroup", "deviceCategory"), _TRAFFIC, GAP_TO_DAY_TOTAL),
    Report(
        "campaign_day",
        ("date", "sessionDefaultChannelGroup", *_CAMPAIGN, "sessionManualAdContent", "deviceCategory"),
        _TRAFFIC,
        GAP_TO_DAY_TOTAL,
    ),
    Report(
        "landing_day",
        ("date", "landingPage", "sessionDefaultChannelGroup", "deviceCategory"),
        (
            "sessions",
            "engagedSessions",
            "totalUsers",
            "newUsers",
            "userEngagementDuration",
            "keyEvents",
            "purchaseRevenue",
        ),
        GAP_TO_DAY_TOTAL,
    ),
    Report(
        "cost_day",
        ("date", "sessionDefaultChannelGroup", *_CAMPAIGN),
        ("advertiserAdCost", "advertiserAdClicks", "advertiserAdImpressions"),
        COST_LOST,
    ),
    Report(
        "funnel_day",
        ("date", "sessionDefaultChannelGroup", "eventName"),
        ("eventCount", "totalUsers", "sessions", "keyEvents"),
        replace(COLLAPSED_DAY, column="event_count"),
    ),
    Report(
        "shop_day",
        ("date", "sessionDefaultChannelGroup"),
        (
            "itemViewEvents",
            "addToCarts",
            "checkouts",
            "ecommercePurchases",
            "purchaseRevenue",
            "totalPurchasers",
            "firstTimePurchasers",
        ),
        replace(COLLAPSED_DAY, column="item_view_events"),
    ),
)
