"""The fields that the GA4 emulator knows: how each is computed, of what type it is, and what goes with what.

The names of columns are those of `ga4_world`. Checking a whole request belongs to `ga4_checks`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.sandbox.truth_audience import (
    AGES,
    CITIES,
    COUNTRIES,
    GENDERS,
    MULTIPLIER,
    SHIFT,
    TURN_OF_AGE,
    TURN_OF_CITY,
    TURN_OF_COUNTRY,
    TURN_OF_GENDER,
)

Scope = Literal["time", "traffic", "content", "page", "device", "event", "user", "cohort"]
# GA4 reference §7, compatibility classes: A user and session, B event, C attributable, F ads; K those of cohorts
MetricClass = Literal["A", "B", "C", "F", "K"]

# GA4 reference §5: numbers of the metric types
INTEGER, FLOAT, SECONDS, CURRENCY = 1, 2, 4, 9


@dataclass(frozen=True)
class Dimension:
    """A dimension as an SQL expression over one row of the world."""

    name: str
    scope: Scope
    sql: str


@dataclass(frozen=True)
class Metric:
    """A metric as an SQL aggregate over rows of the world; sums are exact decimals, distinct counts are true ones."""

    name: str
    metric_class: MetricClass
    type: int
    sql: str


# GA4 reference §9: small groups are withheld where demographics are asked for; about so many users are shown
DEMOGRAPHICS, FEWEST_SHOWN = frozenset({"userAgeBracket", "userGender"}), 10


def trait_sql(turn: int, shares: Sequence[tuple[str, int]]) -> str:
    """A trait of the visitor as `truth_audience` says it."""
    rest = f"((visitor_id * {MULTIPLIER} + {turn * 40_503_001}) // {SHIFT}) % 100"
    ends = [sum(share for _, share in shares[: place + 1]) for place in range(len(shares))]
    cases = " ".join(f"when {rest} < {end} then '{value}'" for (value, _), end in zip(shares, ends, strict=True))
    return f"(case {cases} end)"


def _city_sql() -> str:
    country = trait_sql(TURN_OF_COUNTRY, COUNTRIES)
    cases = " ".join(f"when '{name}' then {trait_sql(TURN_OF_CITY, cities)}" for name, cities in CITIES.items())
    return f"(case {country} {cases} end)"


def _traffic(suffix: str, column: str) -> Dimension:
    return Dimension(f"session{suffix}", "traffic", column)


# GA4 reference §5: forms of the time dimensions
_DIMENSIONS = (
    Dimension("date", "time", "strftime(day, '%Y%m%d')"),
    Dimension("yearMonth", "time", "strftime(day, '%Y%m')"),
    Dimension("year", "time", "strftime(day, '%Y')"),
    Dimension("month", "time", "strftime(day, '%m')"),
    Dimension("day", "time", "strftime(day, '%d')"),
    Dimension("dayOfWeek", "time", "strftime(day, '%w')"),
    Dimension("isoYearIsoWeek", "time", "strftime(day, '%G%V')"),
    _traffic("DefaultChannelGroup", "channel"),
    _traffic("Source", "source"),
    _traffic("Medium", "medium"),
    _traffic("SourceMedium", "source || ' / ' || medium"),
    _traffic("CampaignId", "campaign_id"),
    _traffic("CampaignName", "campaign"),
    Dimension("sessionManualAdContent", "content", "ad"),
    # the address of a landing page comes with and without its query string
    Dimension("landingPage", "page", "split_part(split_part(landing_page, '#', 1), '?', 1)"),
    Dimension("landingPagePlusQueryString", "page", "split_part(landing_page, '#', 1)"),
    Dimension("pagePath", "page", "page"),
    Dimension("hostName", "page", "host"),
    Dimension("deviceCategory", "device", "device"),
    Dimension("newVsReturning", "user", "case when is_first_visit then 'new' else 'returning' end"),
    Dimension("country", "user", trait_sql(TURN_OF_COUNTRY, COUNTRIES)),
    Dimension("city", "user", _city_sql()),
    Dimension("userAgeBracket", "user", trait_sql(TURN_OF_AGE, AGES)),
    Dimension("userGender", "user", trait_sql(TURN_OF_GENDER, GENDERS)),
    Dimension("eventName", "event", "event_name"),
    Dimension("firstUserDefaultChannelGroup", "user", "first_channel"),
    Dimension("cohort", "cohort", "'cohort_' || range_no"),
    # months of the calendar, whatever the steps in which a cohort is followed
    Dimension("cohortNthMonth", "cohort", "lpad(cast(date_diff('month', first_session_day, day) as varchar), 4, '0')"),
)

_SESSIONS = "count(distinct session_id)"
_ENGAGED = "count(distinct session_id) filter (where engaged)"
_FIRST_PURCHASERS = "count(distinct visitor_id) filter (where is_first_purchase and purchases > 0)"
_ACTIVE = "count(distinct visitor_id) filter (where engaged or is_first_visit)"


def _share(numerator: str, denominator: str) -> str:
    return f"coalesce(cast({numerator} as double) / nullif({denominator}, 0), 0)"


def _sum(column: str) -> str:
    return f"coalesce(sum({column}), 0)"


_METRICS = (
    Metric("sessions", "A", INTEGER, _SESSIONS),
    Metric("engagedSessions", "A", INTEGER, _ENGAGED),
    Metric("totalUsers", "A", INTEGER, "count(distinct visitor_id)"),
    Metric("activeUsers", "A", INTEGER, _ACTIVE),
    Metric("totalPurchasers", "A", INTEGER, "count(distinct visitor_id) filter (where purchases > 0)"),
    Metric("firstTimePurchasers", "A", INTEGER, _FIRST_PURCHASERS),
    Metric("engagementRate", "A", FLOAT, _share(_ENGAGED, _SESSIONS)),
    Metric("bounceRate", "A", FLOAT, _share(f"{_SESSIONS} - {_ENGAGED}", _SESSIONS)),
    # GA4 reference §5: the denominator is activeUsers
    Metric("sessionsPerUser", "A", FLOAT, _share(_SESSIONS, _ACTIVE)),
    Metric("newUsers", "B", INTEGER, "count(distinct visitor_id) filter (where is_first_visit)"),
    Metric("screenPageViews", "B", INTEGER, _sum("page_views")),
    Metric("eventCount", "B", INTEGER, _sum("events")),
    Metric("scrolledUsers", "B", INTEGER, "count(distinct visitor_id) filter (where has_scrolled)"),
    Metric("averageSessionDuration", "B", SECONDS, _share("sum(seconds)", _SESSIONS)),
    Metric("userEngagementDuration", "B", SECONDS, _sum("engagement_seconds")),
    Metric("itemViewEvents", "B", INTEGER, _sum("item_views")),
    Metric("addToCarts", "B", INTEGER, _sum("add_to_carts")),
    Metric("checkouts", "B", INTEGER, _sum("checkouts")),
    Metric("ecommercePurchases", "B", INTEGER, _sum("purchases")),
    Metric("transactions", "B", INTEGER, _sum("purchases")),
    # GA4 reference §5: keyEvents is a float
    Metric("keyEvents", "C", FLOAT, _sum("key_events")),
    Metric("purchaseRevenue", "C", CURRENCY, _sum("revenue_eur")),
    Metric("totalRevenue", "C", CURRENCY, _sum("revenue_eur")),
    Metric("advertiserAdCost", "F", CURRENCY, _sum("ad_cost_eur")),
    Metric("advertiserAdClicks", "F", INTEGER, _sum("ad_clicks")),
    Metric("advertiserAdImpressions", "F", INTEGER, _sum("ad_impressions")),
    Metric("cohortActiveUsers", "K", INTEGER, _ACTIVE),
    # the same in every row of a cohort
    Metric("cohortTotalUsers", "K", INTEGER, "max(cohort_total)"),
)

DIMENSIONS = {one.name: one for one in _DIMENSIONS}
METRICS = {one.name: one for one in _METRICS}


def incompatibility(dimensions: Collection[str], metrics: Sequence[str]) -> str | None:
    """Why these fields cannot be asked for together, as the service words it; None when they can."""
    # GA4 reference §7: ad metrics go with traffic dimensions only; `date` and other metrics need one beside them
    asked = [METRICS[name] for name in metrics]
    if is_about_cohorts(dimensions, metrics):
        # GA4 reference §4: cohorts have no dates, and metrics of their own
        others = [name for name in dimensions if DIMENSIONS[name].scope == "time"]
        others += [metric.name for metric in asked if metric.metric_class != "K"]
        return _wording(f"remove {', '.join(others)}") if others else None
    if not any(metric.metric_class == "F" for metric in asked):
        return None
    excluded = [name for name in dimensions if DIMENSIONS[name].scope not in {"time", "traffic"}]
    excluded += [metric.name for metric in asked if metric.metric_class == "B"]
    if excluded:
        return _wording(f"remove {', '.join(excluded)}")
    has_traffic = any(DIMENSIONS[name].scope == "traffic" for name in dimensions)
    needs_traffic = bool(dimensions) or any(metric.metric_class != "F" for metric in asked)
    return _wording("add sessionCampaignName") if needs_traffic and not has_traffic else None


def is_about_cohorts(dimensions: Collection[str], metrics: Sequence[str]) -> bool:
    """Whether a field tells of cohorts."""
    of_cohorts = any(DIMENSIONS[name].scope == "cohort" for name in dimensions)
    return of_cohorts or any(METRICS[name].metric_class == "K" for name in metrics)


def _wording(advice: str) -> str:
    # GA4 reference §6: wording of an incompatible request
    action, _, fields = advice.partition(" ")
    return (
        f"Please {action} {fields} to make the request compatible. "
        "The request's dimensions & metrics are incompatible. To learn more, see https://ga-dev-tools.google/ga4/dimensions-metrics-explorer/"
    )
