"""A GA4 source on a server of its own, for tests: hasty, so that nothing waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from ga4_truth import FIRST, PROPERTY, truth_of

from pipelines.ga4 import Ga4Source, connect
from pipelines.ga4_client import Transport
from pipelines.ga4_errors import Patience
from pipelines.ga4_reports import REPORTS, Report
from pipelines.loads import Arrival
from pipelines.sandbox.ga4_quota import Quota
from pipelines.sandbox.ga4_server import Ga4Server, serve_ga4

REPORT = {report.name: report for report in REPORTS}
HASTY = Patience(first_pause_s=0.001, longest_pause_s=0.002, answer_s=10)
NEXT = FIRST + timedelta(days=1)
LATER = FIRST + timedelta(days=30)


@contextmanager
def reading(
    sessions: Any = (),
    ads: Any = (),
    clock: Any = LATER,
    *,
    faults: Any = (),
    quota: Quota | None = None,
    transport: Transport = "grpc",
    **more: Any,
) -> Iterator[tuple[Ga4Source, Ga4Server]]:
    """A source and the server it reads from."""
    with serve_ga4(truth_of(sessions, ads), clock, faults=faults, quota=quota) as server:
        endpoint = server.rest_endpoint if transport == "rest" else server.endpoint
        with connect(PROPERTY, endpoint, transport=transport, **{"patience": HASTY, **more}) as source:
            yield source, server


def read_one(source: Ga4Source, report: Report, first_day: date, last_day: date) -> Arrival:
    """The only answer to a window of days."""
    (arrival,) = source.read(report, first_day, last_day)
    return arrival


def ranges(server: Ga4Server) -> list[tuple[str, str]]:
    """The first and last day of every report that was asked for."""
    asked = [call.request.date_ranges[0] for call in server.calls if call.method == "RunReport"]
    return [(one.start_date, one.end_date) for one in asked]
