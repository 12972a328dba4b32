"""Requests that are sent together: five to a call, answers in their order, the same refusals as single reports."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ga4_reading import NEXT, reading
from ga4_truth import FIRST, session, sessions_of
from google.analytics.data_v1beta.types import Filter, FilterExpression

from pipelines.failures import DataFailed, NotThereYet
from pipelines.ga4_requests import report_request
from pipelines.sandbox.ga4_faults import Converted, Failure, Hidden
from pipelines.sandbox.ga4_wordings import PROJECT_HOUR

DAYS = [FIRST + timedelta(days=number) for number in range(7)]
EMAIL = FilterExpression(
    filter=Filter(field_name="sessionDefaultChannelGroup", string_filter=Filter.StringFilter(value="Email"))
)


def test_seven_requests_are_two_calls_and_seven_answers_in_order() -> None:
    visits = [one for number, day in enumerate(DAYS) for one in sessions_of(day, number + 1)]
    with reading(visits) as (source, server):
        requests = [report_request(source.property_name, ("date",), ("sessions",), [(day, day)]) for day in DAYS]
        replies = source.batch(requests, "ga4.period")

    assert [call.method for call in server.calls] == ["BatchRunReports", "BatchRunReports"]
    assert [reply.rows[0].metric_values[0].value for reply in replies] == ["1", "2", "3", "4", "5", "6", "7"]
    assert all(reply.property_quota.tokens_per_day.consumed for reply in replies)


def test_no_request_is_no_call() -> None:
    with reading() as (source, server):
        assert source.batch([], "ga4.period") == []
    assert server.calls == []


def test_a_request_can_hold_a_filter_and_two_ranges() -> None:
    visits = [session(FIRST, channel="Email"), session(NEXT, channel="Email"), session(NEXT)]
    with reading(visits) as (source, _):
        request = report_request(source.property_name, (), ("sessions",), [(FIRST, FIRST), (FIRST, NEXT)], EMAIL)
        (reply,) = source.batch([request], "ga4.period")

    found = {row.dimension_values[0].value: row.metric_values[0].value for row in reply.rows}
    assert found == {"date_range_0": "1", "date_range_1": "2"}


@pytest.mark.parametrize(
    ("fault", "why"), [(Hidden("totalRevenue", "REVENUE_DATA"), "totalRevenue is hidden"), (Converted("USD"), "USD")]
)
def test_answers_that_hide_or_change_money_are_refused(fault: Hidden | Converted, why: str) -> None:
    with reading(faults=[fault]) as (source, _), pytest.raises(DataFailed, match=f"ga4.period: .*{why}"):
        source.batch([report_request(source.property_name, (), ("totalRevenue",), [(FIRST, NEXT)])], "ga4.period")


def test_a_spent_quota_ends_a_batch_at_once() -> None:
    faults = [Failure("RESOURCE_EXHAUSTED", PROJECT_HOUR, calls=(), method="BatchRunReports")]
    with reading(faults=faults) as (source, server), pytest.raises(NotThereYet, match=r"ga4\.period: quota spent"):
        source.batch([report_request(source.property_name, (), ("sessions",), [(FIRST, NEXT)])], "ga4.period")
    assert len(server.calls) == 1
