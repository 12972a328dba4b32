"""The GA4 request set as data: which dimensions and metrics are asked for together, and what guards each report.

A new report is one entry here; its table, parts, key and look-back follow from its fields. How a report is fetched
belongs to `ga4`, which days of it are due to `ga4_lookback`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from pipelines.loads import Arrival, Gate

LookBack = Literal["nightly", "weekly", "monthly"]

# Metrics that GA4 sends as fractions, seconds or money; all others are whole.
FRACTIONAL = re.compile(r"keyEvents|Revenue|AdCost|Duration|Rate|Value")
# A day that falls below half of its stored sessions is a broken answer, unless it was small anyway.
COLLAPSED_DAY = Gate(column="sessions", floor_share=0.5, minimum=100)
# Attribution, returns and ad costs change for weeks; visits are complete after three days.
CHANGES_FOR_WEEKS = re.compile(r"keyEvent|revenue|purchase|advertiserAd|returnOnAdSpend", re.IGNORECASE)


@dataclass(frozen=True)
class Report:
    """One report. The first dimension is its time: `date` (parts are days) or `yearMonth` (parts are months)."""

    name: str
    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    gate: Gate | None = None
    days_per_request: int = 31

    @property
    def object(self) -> str:
        """The name that loads and parts are kept under."""
        return f"ga4.{self.name}"

    @property
    def table(self) -> str:
        """The raw table."""
        return f"raw.ga4_{self.name}"

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify a row: all dimensions."""
        return tuple(column_name(field) for field in self.dimensions)

    @property
    def part_dimension(self) -> str:
        """The dimension whose value decides the part of a row."""
        return self.dimensions[0]

    @property
    def is_monthly(self) -> bool:
        """Whether the parts are months: what cannot be summed over days is asked for by month."""
        return self.part_dimension == "yearMonth"

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
        if self.is_monthly:
            return "monthly"
        return "weekly" if any(CHANGES_FOR_WEEKS.search(metric) for metric in self.metrics) else "nightly"


def column_name(field: str) -> str:
    """A GA4 field as a column: `sessionDefaultChannelGroup` is `session_default_channel_group`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field).replace(":", "_").lower()


_TRAFFIC = (
    "sessions",
    "engagedSessions",
    "totalUsers",
    "activeUsers",
    "newUsers",
    "userEngagementDuration",
    "screenPageViews",
    "keyEvents",
    "ecommercePurchases",
    "purchaseRevenue",
)
_CAMPAIGN = ("sessionSource", "sessionMedium", "sessionCampaignId", "sessionCampaignName")
_MONTH_USERS = ("totalUsers", "activeUsers", "newUsers", "sessions")

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
    Report("channel_day", ("date", "sessionDefaultChannelGroup", "deviceCategory"), _TRAFFIC, COLLAPSED_DAY),
    Report(
        "campaign_day",
        ("date", "sessionDefaultChannelGroup", *_CAMPAIGN, "sessionManualAdContent"),
        _TRAFFIC,
        COLLAPSED_DAY,
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
        COLLAPSED_DAY,
    ),
    Report(
        "cost_day",
        ("date", "sessionDefaultChannelGroup", *_CAMPAIGN),
        ("advertiserAdCost", "advertiserAdClicks", "advertiserAdImpressions"),
    ),
    Report(
        "funnel_day",
        ("date", "sessionDefaultChannelGroup", "eventName"),
        ("eventCount", "totalUsers", "sessions", "keyEvents"),
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
    ),
    Report("users_month", ("yearMonth",), _MONTH_USERS),
    Report("users_month_channel", ("yearMonth", "sessionDefaultChannelGroup"), _MONTH_USERS),
    Report("users_month_device", ("yearMonth", "deviceCategory"), _MONTH_USERS),
)
