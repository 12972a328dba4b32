"""A report request as the GA4 emulator understands it, or its refusal in the service's order and words.

Which fields exist and go together is said by `ga4_fields`; computing an answer belongs to `ga4_query`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from google.analytics.data_v1beta.types import CohortsRange, MetricAggregation

from pipelines.sandbox.ga4_fields import DIMENSIONS, METRICS, incompatibility, is_about_cohorts
from pipelines.sandbox.ga4_wordings import BAD_DIMENSION, BAD_METRIC, NO_ACCESS, PROPERTY_ID, TOO_MANY

# GA4 reference §4: limits of a report request
MOST_DIMENSIONS, MOST_METRICS, MOST_RANGES, MOST_REQUESTS = 9, 10, 4, 5
DEFAULT_LIMIT, LARGEST_LIMIT = 10_000, 250_000
AFTER, BEFORE = date(2015, 8, 13), date(3000, 1, 1)

# What the demo company's property counts money in, and the only currency the emulator converts to.
CURRENCY = "EUR"


class RefusedError(Exception):
    """A refusal: the name of a gRPC status and the service's wording."""

    def __init__(self, wording: str, code: str = "INVALID_ARGUMENT") -> None:
        super().__init__(wording, code)
        self.wording, self.code = wording, code


@dataclass(frozen=True)
class Range:
    """One date range, with the name that the dimension `dateRange` shows; of a cohort the first visits end earlier."""

    name: str
    first: date
    last: date
    begun_by: date | None = None


@dataclass(frozen=True)
class Question:
    """A request that was accepted."""

    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    ranges: tuple[Range, ...]
    offset: int
    limit: int
    request: Any

    @property
    def is_of_cohorts(self) -> bool:
        """Whether it follows visitors from their first visit on."""
        return bool(self.request.HasField("cohort_spec"))

    @property
    def has_range_names(self) -> bool:
        """Whether rows tell which range they are of, in a dimension that nobody asked for."""
        return len(self.ranges) > 1 and not self.is_of_cohorts


def accepted(request: Any, today: date) -> Question:
    """The question that a raw `RunReportRequest` asks on a day.

    Raises:
        RefusedError: it breaks a rule; the first one in the service's order.
    """
    # GA4 reference §4: service check order
    dimensions = tuple(one.name for one in request.dimensions)
    metrics = tuple(one.name for one in request.metrics)
    _refuse_unserved(request)
    refuse_unknown(dimensions, metrics, request.dimension_filter, request.metric_filter)
    for name in ("limit", "offset"):
        if getattr(request, name) < 0:
            raise RefusedError(f"{name} must be positive. The API received {name} = {getattr(request, name)}")
    ranges = _cohorts(request, dimensions, metrics, today) or _ranges(request, today)
    _refuse_too_many(dimensions, metrics, ranges)
    if not dimensions and not metrics:
        raise RefusedError("At least one dimension or metric is required.")
    refuse_incompatible(dimensions, metrics, request.dimension_filter)
    _refuse_order(request, dimensions, metrics)
    # GA4 reference §4: 0 is the default, a larger limit is capped silently
    limit = min(request.limit or DEFAULT_LIMIT, LARGEST_LIMIT)
    return Question(dimensions, metrics, ranges, request.offset, limit, request)


def refuse_property(name: str, property_id: str) -> None:
    """Refuses every property but the demo company's."""
    asked = name.removeprefix("properties/").removesuffix("/metadata")
    if not asked.isdecimal():
        # GA4 reference §4: property id
        raise RefusedError(
            f"Invalid property ID: {asked}. A numeric Property ID is required. To learn more about Property ID, "
            f"{PROPERTY_ID}"
        )
    if asked != property_id:
        # GA4 reference §6: no access
        raise RefusedError(NO_ACCESS, "PERMISSION_DENIED")


def refuse_unknown(dimensions: tuple[str, ...], metrics: tuple[str, ...], *filters: Any) -> None:
    """Refuses names that are no fields."""
    dimension_filter, metric_filter = filters
    for name in (*dimensions, *fields_of(dimension_filter)):
        if name not in DIMENSIONS:
            raise RefusedError(BAD_DIMENSION.format(name=name))
    for name in (*metrics, *fields_of(metric_filter)):
        if name not in METRICS:
            raise RefusedError(BAD_METRIC.format(name=name))


def refuse_incompatible(dimensions: tuple[str, ...], metrics: tuple[str, ...], dimension_filter: Any) -> None:
    """Refuses fields that do not go together."""
    advice = incompatibility({*dimensions, *fields_of(dimension_filter)}, metrics)
    if advice:
        raise RefusedError(advice)


def fields_of(expression: Any) -> Iterator[str]:
    """The fields that a filter names."""
    kind = expression.WhichOneof("expr")
    if kind == "filter":
        yield expression.filter.field_name
    elif kind == "not_expression":
        yield from fields_of(expression.not_expression)
    elif kind:
        for one in getattr(expression, kind).expressions:
            yield from fields_of(one)


def _refuse_unserved(request: Any) -> None:
    """What the emulator leaves out must not seem to have worked."""
    if request.comparisons:
        raise RefusedError("Comparisons are not served here.", "UNIMPLEMENTED")
    asked = request.cohort_spec
    is_other = asked.cohorts_range.granularity != CohortsRange.Granularity.MONTHLY or asked.cohorts_range.start_offset
    if request.HasField("cohort_spec") and (
        is_other or asked.cohort_report_settings.accumulate or any(one.name for one in asked.cohorts)
    ):
        raise RefusedError("Cohorts are served by month, from the first one on and without names.", "UNIMPLEMENTED")
    has_expression = any(one.HasField("dimension_expression") for one in request.dimensions)
    if has_expression or any(one.expression for one in request.metrics):
        raise RefusedError("Expressions are not served here.", "UNIMPLEMENTED")
    if request.currency_code not in ("", CURRENCY):
        raise RefusedError(f"Currency {request.currency_code} is not served here.", "UNIMPLEMENTED")


def _ranges(request: Any, today: date) -> tuple[Range, ...]:
    if not request.date_ranges:
        raise RefusedError("A dateRange is required.")
    ranges = []
    for position, asked in enumerate(request.date_ranges):
        first, last = (_day(asked, name, today) for name in ("start_date", "end_date"))
        if first > last:
            raise RefusedError(
                "start_date must be less than or equal to end_date. "
                f"start_date = {asked.start_date} and end_date = {asked.end_date}"
            )
        ranges.append(Range(asked.name or f"date_range_{position}", first, last))
    return tuple(ranges)


def _cohorts(request: Any, dimensions: tuple[str, ...], metrics: tuple[str, ...], today: date) -> tuple[Range, ...]:
    """GA4 reference §4: whose first session was when, each over the days that it is followed; no other range beside."""
    if not request.HasField("cohort_spec"):
        if is_about_cohorts(dimensions, metrics):
            raise RefusedError("A cohortSpec is required for cohort dimensions and metrics.")
        return ()
    if request.date_ranges:
        raise RefusedError("A cohort request must not have dateRanges.")
    if "cohort" not in dimensions:
        raise RefusedError("A cohort request must have the dimension cohort.")
    followed = timedelta(days=30 * request.cohort_spec.cohorts_range.end_offset)
    ranges = []
    for position, one in enumerate(request.cohort_spec.cohorts):
        if one.dimension != "firstSessionDate":
            raise RefusedError("A cohort is made by the dimension firstSessionDate.")
        first, last = (_day(one.date_range, name, today) for name in ("start_date", "end_date"))
        ranges.append(Range(f"cohort_{position}", first, last + followed, last))
    if not ranges:
        raise RefusedError("At least one cohort is required.")
    return tuple(ranges)


def _day(asked: Any, name: str, today: date) -> date:
    """GA4 reference §4: forms of a date, in the property's zone."""
    text = getattr(asked, name)
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    if re.fullmatch(r"\d{1,5}daysAgo", text):
        return today - timedelta(days=int(text.removesuffix("daysAgo")))
    label = "startDate" if name == "start_date" else "endDate"
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError:
        raise RefusedError(
            f"Invalid {label} : {text}. {label} must be YYYY-MM-DD, NdaysAgo, yesterday, or today."
        ) from None
    if not AFTER < day < BEFORE:
        raise RefusedError(f"{name} must be after {AFTER} and before {BEFORE}. {name} = {text}")
    return day


def _refuse_too_many(dimensions: tuple[str, ...], metrics: tuple[str, ...], ranges: tuple[Range, ...]) -> None:
    # GA4 reference §6: wording of too many fields
    if len(ranges) > MOST_RANGES:
        raise RefusedError(
            f"Requests are limited to {MOST_RANGES} dateRanges.\n  This request contains {len(ranges)} dateRanges."
        )
    for names, most, kind in ((metrics, MOST_METRICS, "metrics"), (dimensions, MOST_DIMENSIONS, "dimensions")):
        if len(names) > most:
            raise RefusedError(TOO_MANY.format(most=most, kind=kind, count=len(names)))
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise RefusedError(f"Found duplicate {kind}: {', '.join(repeated)}")


def _refuse_order(request: Any, dimensions: tuple[str, ...], metrics: tuple[str, ...]) -> None:
    """GA4 reference §4: an order names requested fields only; COUNT is no aggregation of a report."""
    for order in request.order_bys:
        name = order.dimension.dimension_name or order.metric.metric_name
        known = dimensions if order.HasField("dimension") else metrics
        if name not in known:
            raise RefusedError(f"Field {name} exists in OrderBy but is not defined in input Dimensions/Metrics list")
    if MetricAggregation.COUNT in request.metric_aggregations:
        raise RefusedError("Metric aggregation Count is not supported in ReportRequest.")
