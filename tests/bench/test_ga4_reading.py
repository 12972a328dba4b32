"""How fast a GA4 answer becomes an Arrow table, against the loop over its rows that the client's examples show."""

from __future__ import annotations

import time
from collections.abc import Callable

import pandas as pd
import pytest
from google.analytics.data_v1beta.types import MetricType, RunReportResponse

from pipelines.ga4_replies import columns_of
from pipelines.ga4_reports import Report

ROWS = 20_000
# Measured at 12 on two cores; below this the flat pass has been lost.
LEAST_RATIO = 4.0
REPORT = Report("bench", ("date", "landingPage", "deviceCategory"), ("sessions", "keyEvents"))


def answer() -> RunReportResponse:
    reply = RunReportResponse.pb(RunReportResponse())
    for name in REPORT.dimensions:
        reply.dimension_headers.add(name=name)
    for name, kind in zip(REPORT.metrics, (MetricType.TYPE_INTEGER, MetricType.TYPE_FLOAT), strict=True):
        reply.metric_headers.add(name=name, type_=kind)
    for number in range(ROWS):
        row = reply.rows.add()
        for text in (f"202609{number % 28 + 1:02}", f"/page/{number}", "mobile"):
            row.dimension_values.add(value=text)
        row.metric_values.add(value=str(number))
        row.metric_values.add(value=f"{number}.5")
    return RunReportResponse.wrap(reply)


def looped(reply: RunReportResponse) -> pd.DataFrame:
    names = [header.name for header in reply.dimension_headers] + [header.name for header in reply.metric_headers]
    return pd.DataFrame(
        [
            dict(zip(names, [value.value for value in (*row.dimension_values, *row.metric_values)], strict=True))
            for row in reply.rows
        ]
    )


def cpu_seconds(work: Callable[[], object]) -> float:
    """The best of three, because other programs only ever add."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


@pytest.mark.bench
def test_the_flat_pass_is_several_times_faster_than_a_loop_over_the_rows() -> None:
    reply = answer()
    raw = RunReportResponse.pb(reply)
    assert columns_of(raw, REPORT).num_rows == len(looped(reply)) == ROWS
    ratio = cpu_seconds(lambda: looped(reply)) / cpu_seconds(lambda: columns_of(raw, REPORT))
    print(f"\nflat pass: {ratio:.1f} times as fast as a loop over {ROWS:,} rows")
    assert ratio > LEAST_RATIO
