"""One GA4 request as a message: fields, days and filter, in the one currency and in an order that pages can follow.

Sending it belongs to `ga4`; which fields are asked for together to `ga4_reports` and whoever derives requests.
"""

from __future__ import annotations

from collections.abc import Sequence

from google.analytics.data_v1beta.types import (
    CheckCompatibilityRequest,
    CohortSpec,
    CohortsRange,
    FilterExpression,
    RunReportRequest,
)

from pipelines.ga4_lookback import Window

# Asked for by name, so that a change of the property's setting cannot rescale the history.
CURRENCY = "EUR"
# GA4 reference §4: limits of one request and of one batch
ROWS_PER_PAGE = 100_000
MOST_REQUESTS = 5


def report_request(
    property_name: str,
    dimensions: Sequence[str],
    metrics: Sequence[str],
    ranges: Sequence[Window],
    dimension_filter: FilterExpression | None = None,
    limit: int = ROWS_PER_PAGE,
    offset: int = 0,
) -> RunReportRequest:
    """A request for one page; `property_name` is `properties/<number>`, `ranges` are first and last days.

    More than one range adds the dimension `dateRange` as the last one of the answer.
    """
    return RunReportRequest(
        property=property_name,
        dimensions=[{"name": field} for field in dimensions],
        metrics=[{"name": field} for field in metrics],
        date_ranges=[{"start_date": first.isoformat(), "end_date": last.isoformat()} for first, last in ranges],
        dimension_filter=dimension_filter,
        # GA4 reference §4: without an order over all dimensions, pages overlap
        order_bys=[{"dimension": {"dimension_name": field}} for field in dimensions],
        currency_code=CURRENCY,
        limit=limit,
        offset=offset,
        return_property_quota=True,
    )


def cohort_spec(first_visits: Sequence[Window], steps: int) -> CohortSpec:
    """Who is followed and how long: those whose first visit was in a window, each window being a cohort."""
    cohorts = [
        {"dimension": "firstSessionDate", "date_range": {"start_date": first.isoformat(), "end_date": last.isoformat()}}
        for first, last in first_visits
    ]
    return CohortSpec(
        cohorts=cohorts,
        cohorts_range={"granularity": CohortsRange.Granularity.MONTHLY, "start_offset": 0, "end_offset": steps},
    )


def compatibility_request(
    property_name: str, dimensions: Sequence[str], metrics: Sequence[str]
) -> CheckCompatibilityRequest:
    """The question whether these fields go together, all at once: pairs do not tell (GA4 reference §7)."""
    return CheckCompatibilityRequest(
        property=property_name,
        dimensions=[{"name": field} for field in dimensions],
        metrics=[{"name": field} for field in metrics],
    )
