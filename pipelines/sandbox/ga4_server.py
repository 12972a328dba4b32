"""The demo company's GA4 Data API over gRPC on loopback, with a clock that is a business date.

gRPC and the order of one call belong here. Rules of a request belong to `ga4_checks`, rows to `ga4_query`, messages to
`ga4_answers`, what goes wrong on purpose to `ga4_faults`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import grpc
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
from pipelines.sandbox.ga4_faults import Fault, Faults
from pipelines.sandbox.ga4_query import evaluate
from pipelines.sandbox.ga4_quota import Quota, price
from pipelines.sandbox.ga4_world import build_world
from pipelines.sandbox.truth import Truth

SERVICE = "google.analytics.data.v1beta.BetaAnalyticsData"
WORKERS = 4
# An idle client is told to leave; a call under way may end by itself.
GRACE_SECONDS = 1.0

Clock = Callable[[], date]


@dataclass(frozen=True)
class LoggedCall:
    """One call as it came in; `request` is the raw message."""

    method: str
    request: Any


@contextmanager
def serve_ga4(
    truth: Truth, clock: Clock | date, *, faults: Sequence[Fault] = (), quota: Quota | None = None
) -> Iterator[Ga4Server]:
    """Serves the truth as it looks at 06:00 on the clock's business date, on a free port, until the block ends."""
    server = Ga4Server(truth, clock, faults, quota or Quota())
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Ga4Server:
    """`endpoint` is host:port to point a client at; `calls` holds those seen so far."""

    def __init__(self, truth: Truth, clock: Clock | date, faults: Sequence[Fault], quota: Quota) -> None:
        self._property_id, self._time_zone = truth.property_id, truth.time_zone
        self._clock: Clock = clock if callable(clock) else lambda: clock
        self._faults, self._quota = Faults(faults), quota
        self._world = build_world(truth)
        self._world_guard = threading.Lock()
        self._stopping = threading.Event()
        self.calls: list[LoggedCall] = []
        # GA4 reference §3: a server that nobody holds stops serving
        self._workers = ThreadPoolExecutor(WORKERS)
        self._server = grpc.server(self._workers, options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, self._handlers())])
        self.endpoint = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def start(self) -> None:
        """Begins to answer."""
        self._server.start()

    def stop(self) -> None:
        """Ends calls that are under way, and the database."""
        self._stopping.set()
        self._server.stop(GRACE_SECONDS).wait()
        self._workers.shutdown(wait=True)
        self._world.close()

    def plan(self, *faults: Fault) -> None:
        """Replaces the faults from now on; calls are counted anew."""
        self._faults = Faults(faults)

    def _handlers(self) -> dict[str, Any]:
        """GA4 reference §2: generic handlers over the raw messages are enough."""
        methods = (
            ("RunReport", self._run_report, RunReportRequest, RunReportResponse),
            ("BatchRunReports", self._batch_run_reports, BatchRunReportsRequest, BatchRunReportsResponse),
            ("GetMetadata", self._get_metadata, GetMetadataRequest, Metadata),
            ("CheckCompatibility", self._check_compatibility, CheckCompatibilityRequest, CheckCompatibilityResponse),
        )
        return {
            name: grpc.unary_unary_rpc_method_handler(
                self._guarded(name, method),
                request_deserializer=asked.pb().FromString,
                response_serializer=answered.pb().SerializeToString,
            )
            for name, method, asked, answered in methods
        }

    def _guarded(self, name: str, method: Callable[[Any], Any]) -> Callable[[Any, grpc.ServicerContext], Any]:
        """A method that meets its fault first, and whose refusals become gRPC statuses."""

        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            self.calls.append(LoggedCall(name, request))
            fault = self._faults.failure(name, _fields(request))
            if fault and fault.delay_s and self._stopping.wait(fault.delay_s):
                context.abort(grpc.StatusCode.UNAVAILABLE, "The server is stopping.")
            if fault and fault.code:
                context.abort(grpc.StatusCode[fault.code], fault.wording)
            try:
                return method(request)
            except RefusedError as refused:
                return context.abort(grpc.StatusCode[refused.code], refused.wording)

        return answer

    def _run_report(self, request: Any) -> Any:
        refuse_property(request.property, self._property_id)
        today, faults = self._clock(), self._faults
        question = accepted(request, today)
        tokens = price(question)
        spent = self._quota.spend(tokens, today)
        # a connection serves one call at a time, also when it only makes a cursor
        with self._world_guard:
            cursor = self._world.cursor()
        with cursor:
            table = evaluate(cursor, question, today, faults)
        answer = ga4_answers.report(question, table, self._time_zone, faults)
        if request.return_property_quota:
            self._quota.write(answer.property_quota, tokens, spent)
        return answer

    def _batch_run_reports(self, request: Any) -> Any:
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
            answer.reports.append(self._run_report(one))
        return answer

    def _get_metadata(self, request: Any) -> Any:
        # GA4 reference §4: property 0 has the common fields
        if request.name != "properties/0/metadata":
            refuse_property(request.name, self._property_id)
        return ga4_answers.metadata(request.name)

    def _check_compatibility(self, request: Any) -> Any:
        refuse_property(request.property, self._property_id)
        dimensions = tuple(one.name for one in request.dimensions)
        metrics = tuple(one.name for one in request.metrics)
        refuse_unknown(dimensions, metrics, request.dimension_filter, request.metric_filter)
        refuse_incompatible(dimensions, metrics, request.dimension_filter)
        return ga4_answers.compatibility(dimensions, metrics)


def _fields(request: Any) -> set[str]:
    """The fields that a call asks for, whatever its method."""
    given = [*getattr(request, "dimensions", ()), *getattr(request, "metrics", ())]
    return {one.name for one in given}
