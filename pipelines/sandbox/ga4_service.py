"""The demo company's GA4 Data API without a network: raw requests in, raw answers out, at a moment of its clock.

The order of one call belongs here. Rules of a request belong to `ga4_checks`, rows to `ga4_query`, messages to
`ga4_answers`, what goes wrong on purpose to `ga4_faults`; gRPC is spoken by `ga4_server`, HTTP by `ga4_rest`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from google.analytics.data_v1beta.types import (
    BatchRunReportsRequest,
    BatchRunReportsResponse,
    CheckCompatibilityRequest,
    CheckCompatibilityResponse,
    GetMetadataRequest,
    Metadata,
    RunReportRequest,
    RunReportResponse,
)

from pipelines.sandbox import ga4_answers
from pipelines.sandbox.ga4_checks import (
    MOST_REQUESTS,
    RefusedError,
    accepted,
    refuse_incompatible,
    refuse_property,
    refuse_unknown,
)
from pipelines.sandbox.ga4_faults import Fault, Faults, Withheld
from pipelines.sandbox.ga4_fields import DEMOGRAPHICS
from pipelines.sandbox.ga4_query import evaluate
from pipelines.sandbox.ga4_quota import Quota, price
from pipelines.sandbox.ga4_world import build_world
from pipelines.sandbox.truth import Truth

# method -> message that is asked, message that is answered
METHODS: dict[str, tuple[Any, Any]] = {
    "RunReport": (RunReportRequest, RunReportResponse),
    "BatchRunReports": (BatchRunReportsRequest, BatchRunReportsResponse),
    "GetMetadata": (GetMetadataRequest, Metadata),
    "CheckCompatibility": (CheckCompatibilityRequest, CheckCompatibilityResponse),
}
MORNING = time(6)

# A bare date is the morning of that day; a moment lets the hours of the quotas pass.
Clock = Callable[[], date]


class BrokenError(Exception):
    """The connection ends here: without a word, or with one that nobody can read."""

    def __init__(self, is_cut: bool) -> None:
        super().__init__(is_cut)
        self.is_cut = is_cut


@dataclass(frozen=True)
class LoggedCall:
    """One call as it came in; `request` is the raw message."""

    method: str
    request: Any


class Ga4Service:
    """Answers calls from many threads; `calls` holds those seen so far."""

    def __init__(self, truth: Truth, clock: Clock | date, faults: Sequence[Fault], quota: Quota) -> None:
        self._property_id, self._time_zone = truth.property_id, truth.time_zone
        self._clock: Clock = clock if callable(clock) else lambda: clock
        self._faults, self.quota = Faults(faults), quota
        self._world = build_world(truth)
        self._world_guard = threading.Lock()
        self._stopping = threading.Event()
        self._methods = {
            "RunReport": self._run_report,
            "BatchRunReports": self._batch_run_reports,
            "GetMetadata": self._get_metadata,
            "CheckCompatibility": self._check_compatibility,
        }
        self.calls: list[LoggedCall] = []

    def answer(self, method: str, request: Any) -> Any:
        """The answer to one call, which meets its fault first.

        Raises:
            RefusedError: a status other than OK. BrokenError: there is no answer at all.
        """
        self.calls.append(LoggedCall(method, request))
        # a call that waits for its delay keeps the faults it came with
        now, faults = self._moment(), self._faults
        fault, broken = faults.failure(method, _fields(request)), faults.broken(method)
        with self.quota.running(now):
            if fault and fault.delay_s and self._stopping.wait(fault.delay_s):
                raise RefusedError("The server is stopping.", "UNAVAILABLE")
            if fault and fault.code:
                self.quota.note_failure(fault.code, now)
                raise RefusedError(fault.wording, fault.code)
            if broken:
                raise BrokenError(broken.is_cut)
            return self._methods[method](request, now, faults)

    def plan(self, *faults: Fault) -> None:
        """Replaces the faults from now on; calls are counted anew."""
        self._faults = Faults(faults)

    def stop(self) -> None:
        """Lets calls that wait for their delay end."""
        self._stopping.set()

    def close(self) -> None:
        """Gives the database back."""
        self._world.close()

    def _moment(self) -> datetime:
        told = self._clock()
        return told if isinstance(told, datetime) else datetime.combine(told, MORNING)

    def _run_report(self, request: Any, now: datetime, faults: Faults) -> Any:
        refuse_property(request.property, self._property_id)
        today = now.date()
        question = accepted(request, today)
        tokens = price(question)
        # GA4 reference §6: which requests may be thresholded depends on the people behind them
        may_be_thresholded = bool(faults.all(Withheld) or DEMOGRAPHICS & {*question.dimensions})
        self.quota.spend(tokens, now, may_be_thresholded=may_be_thresholded)
        # a connection serves one call at a time, also when it only makes a cursor
        with self._world_guard:
            cursor = self._world.cursor()
        with cursor:
            table = evaluate(cursor, question, today, faults)
        answer = ga4_answers.report(question, table, self._time_zone, faults)
        if request.return_property_quota:
            self.quota.write(answer.property_quota, tokens)
        return answer

    def _batch_run_reports(self, request: Any, now: datetime, faults: Faults) -> Any:
        # GA4 reference §4: at most 5 requests, of one property
        if not request.requests:
            raise RefusedError("The batchRunReportsRequest must contain at least one runReportRequest.")
        if len(request.requests) > MOST_REQUESTS:
            raise RefusedError(
                f"Batch requests are limited to {MOST_REQUESTS} requests.\n"
                f"  This batch request contains {len(request.requests)} requests."
            )
        answer = BatchRunReportsResponse.pb()(kind="analyticsData#batchRunReports")
        for one in request.requests:
            if one.property not in ("", request.property):
                raise RefusedError("All requests of a batch must be for the property of the batch.")
            one.property = request.property
            answer.reports.append(self._run_report(one, now, faults))
        return answer

    def _get_metadata(self, request: Any, now: datetime, faults: Faults) -> Any:
        # GA4 reference §4: property 0 has the common fields; §6: the call counts as a request
        if request.name != "properties/0/metadata":
            refuse_property(request.name, self._property_id)
        self.quota.spend(1, now)
        return ga4_answers.metadata(request.name, faults)

    def _check_compatibility(self, request: Any, now: datetime, faults: Faults) -> Any:
        refuse_property(request.property, self._property_id)
        dimensions = tuple(one.name for one in request.dimensions)
        metrics = tuple(one.name for one in request.metrics)
        refuse_unknown(dimensions, metrics, request.dimension_filter, request.metric_filter)
        refuse_incompatible(dimensions, metrics, request.dimension_filter)
        self.quota.spend(1, now)
        return ga4_answers.compatibility(dimensions, metrics)


def _fields(request: Any) -> set[str]:
    """The fields that a call asks for, whatever its method."""
    given = [*getattr(request, "dimensions", ()), *getattr(request, "metrics", ())]
    for one in getattr(request, "requests", ()):
        given += [*one.dimensions, *one.metrics]
    return {one.name for one in given}
