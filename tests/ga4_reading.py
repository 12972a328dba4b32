"""A GA4 source on a server of its own, for tests: hasty, so that nothing waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from ga4_truth import FIRST, PROPERTY, truth_of

from pipelines.ga4 import Ga4Source, connect
from pipelines.ga4_errors import Patience
from pipelines.ga4_reports import REPORTS
from pipelines.sandbox.ga4_server import Ga4Server, serve_ga4

REPORT = {report.name: report for report in REPORTS}
HASTY = Patience(first_pause_s=0.001, longest_pause_s=0.002, answer_s=10)
NEXT = FIRST + timedelta(days=1)
LATER = FIRST + timedelta(days=30)


@contextmanager
def reading(
    sessions: Any = (), ads: Any = (), clock: Any = LATER, *, faults: Any = (), **more: Any
) -> Iterator[tuple[Ga4Source, Ga4Server]]:
    """A source and the server it reads from."""
    with (
        serve_ga4(truth_of(sessions, ads), clock, faults=faults) as server,
        connect(PROPERTY, server.endpoint, **{"patience": HASTY, **more}) as source,
    ):
        yield source, server
