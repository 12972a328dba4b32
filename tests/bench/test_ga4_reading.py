"""What a GA4 answer costs from the response to the stored row, against loops over its rows as others write them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime

import duckdb
import pandas as pd
import pytest
from google.analytics.data_v1beta.types import MetricType, RunReportResponse

from pipelines.ga4_lookback import Window
from pipelines.ga4_replies import columns_of, parts_between, refuse_repeated_keys, with_parts, without_personal_text
from pipelines.ga4_reports import Report
from pipelines.loads import Arrival, Occasion, create_meta_tables, store

LEAST_RATIO = 10.0
ROUNDS = 5
WINDOW: Window = (date(2026, 9, 1), date(2026, 9, 28))
# GA4 reference §11 was measured with six dimensions and eight metrics
REPORT = Report(
    "bench",
    ("date", "sessionDefaultChannelGroup", "sessionSource", "sessionMedium", "landingPage", "deviceCategory"),
    (
        "sessions",
        "engagedSessions",
        "totalUsers",
        "activeUsers",
        "newUsers",
        "screenPageViews",
        "keyEvents",
        "purchaseRevenue",
    ),
)
KINDS = (*[MetricType.TYPE_INTEGER] * 6, MetricType.TYPE_FLOAT, MetricType.TYPE_CURRENCY)
# what reads and stores an answer, and tells the name of every stage when it is through
Work = Callable[[RunReportResponse, duckdb.DuckDBPyConnection], Iterator[str]]
NIGHT = Occasion("ga4", "bench", date(2026, 9, 29), datetime(2026, 9, 29, tzinfo=UTC).replace(tzinfo=None))


def answer(row_count: int) -> RunReportResponse:
    reply = RunReportResponse.pb(RunReportResponse())
    for name in REPORT.dimensions:
        reply.dimension_headers.add(name=name)
    for name, kind in zip(REPORT.metrics, KINDS, strict=True):
        reply.metric_headers.add(name=name, type_=kind)
    for number in range(row_count):
        row = reply.rows.add()
        day = f"202609{number % 28 + 1:02}"
        for text in (day, "Paid Search", "google", "cpc", f"/page/{number}", "mobile"):
            row.dimension_values.add(value=text)
        for metric in range(6):
            row.metric_values.add(value=str(number + metric))
        for metric in range(2):
            row.metric_values.add(value=f"{number + metric}.5")
    reply.row_count = row_count
    return RunReportResponse.wrap(reply)


def stored_value_by_value(reply: RunReportResponse, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """GA4 reference §11, first row: each value gets its name and type from the header while the rows are walked."""
    rows = []
    for row in reply.rows:
        values: dict[str, object] = {}
        for place, dimension in enumerate(row.dimension_values):
            values[reply.dimension_headers[place].name] = dimension.value
        for place, metric in enumerate(row.metric_values):
            header = reply.metric_headers[place]
            is_whole = header.type_ == MetricType.TYPE_INTEGER
            values[header.name] = int(metric.value) if is_whole else float(metric.value)
        rows.append(values)
    yield "loop"
    _insert(pd.DataFrame(rows), connection)
    yield "insert"


def stored_row_by_row(reply: RunReportResponse, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """GA4 reference §11, third row: names are looked up once, types are set on the whole frame."""
    names = [header.name for header in (*reply.dimension_headers, *reply.metric_headers)]
    rows = [
        dict(zip(names, [value.value for value in (*row.dimension_values, *row.metric_values)], strict=True))
        for row in reply.rows
    ]
    yield "loop"
    _insert(pd.DataFrame(rows).astype(dict.fromkeys(REPORT.metrics, float)), connection)
    yield "insert"


def _insert(frame: pd.DataFrame, connection: duckdb.DuckDBPyConnection) -> None:
    connection.register("frame", frame)
    connection.execute("create or replace table looped as select * from frame")
    connection.unregister("frame")


def stored_as_a_load(reply: RunReportResponse, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """All that a night does with an answer: types, keys, parts, privacy, the comparison with before, the load."""
    rows = columns_of(RunReportResponse.pb(reply), REPORT)
    yield "typed columns"
    refuse_repeated_keys(rows, REPORT)
    yield "no key twice"
    rows = without_personal_text(with_parts(rows, REPORT, WINDOW), REPORT)
    yield "parts and privacy"
    arrival = Arrival(
        REPORT.object, REPORT.table, REPORT.key, rows, parts_between(WINDOW), keep_unchanged=True, window=WINDOW
    )
    store(connection, [arrival], NIGHT)
    yield "judged and stored"


def cpu_seconds(works: Sequence[Work], reply: RunReportResponse, rounds: int) -> list[dict[str, float]]:
    """What the stages of each work took in its best round: other programs only ever add, and to all of them in turn."""
    taken = [[_one_run(work, reply) for work in works] for _ in range(rounds)]
    return [min(runs, key=lambda stages: sum(stages.values())) for runs in zip(*taken, strict=True)]


def _one_run(work: Work, reply: RunReportResponse) -> dict[str, float]:
    """The CPU seconds of each stage, into a warehouse of its own."""
    with duckdb.connect(config={"threads": "2"}) as connection:
        create_meta_tables(connection)
        began, stages = time.process_time(), {}
        for stage in work(reply, connection):
            ended = time.process_time()
            stages[stage], began = ended - began, ended
        return stages


@pytest.mark.bench
@pytest.mark.parametrize("row_count", [20_000, 100_000])
def test_from_the_response_to_the_stored_row_costs_a_tenth_of_a_loop_over_the_rows(row_count: int) -> None:
    reply = answer(row_count)
    loaded, by_row = cpu_seconds([stored_as_a_load, stored_row_by_row], reply, ROUNDS)
    (by_value,) = cpu_seconds([stored_value_by_value], reply, 1)
    total = sum(loaded.values())
    ratio_by_row, ratio_by_value = (sum(stages.values()) / total for stages in (by_row, by_value))
    print(f"\nGA4, {row_count:,} rows from the response to the stored row: {total:.2f} CPU s")
    for stage, seconds in loaded.items():
        print(f"  {stage:<18} {seconds:6.3f} CPU s {row_count / seconds:12,.0f} rows per CPU s")
    print(f"  a loop over rows   {sum(by_row.values()):6.2f} CPU s, {ratio_by_row:.1f} times as much")
    print(f"  a loop over values {sum(by_value.values()):6.2f} CPU s, {ratio_by_value:.1f} times as much")
    assert ratio_by_row >= LEAST_RATIO
