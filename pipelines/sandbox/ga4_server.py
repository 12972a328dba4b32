"""The demo company's GA4 Data API on loopback: over gRPC, and over HTTP when that is asked for.

Starting, stopping and gRPC belong here; what is answered to `ga4_service`, HTTP to `ga4_rest`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import Any

import grpc

from pipelines.sandbox.ga4_checks import RefusedError
from pipelines.sandbox.ga4_faults import Fault
from pipelines.sandbox.ga4_quota import Quota
from pipelines.sandbox.ga4_rest import Ga4RestServer
from pipelines.sandbox.ga4_service import METHODS, BrokenError, Clock, Ga4Service, LoggedCall
from pipelines.sandbox.truth import Truth

SERVICE = "google.analytics.data.v1beta.BetaAnalyticsData"
# more than a property answers at the same time
WORKERS = 12
# An idle client is told to leave; a call under way may end by itself.
GRACE_SECONDS = 1.0
UNREADABLE = b"\xff"


@contextmanager
def serve_ga4(
    truth: Truth, clock: Clock | date, *, faults: Sequence[Fault] = (), quota: Quota | None = None
) -> Iterator[Ga4Server]:
    """Serves the truth as it looks at 06:00 on the clock's day, on free ports, until the block ends."""
    server = Ga4Server(truth, clock, faults, quota or Quota())
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Ga4Server:
    """`endpoint` is host:port for gRPC, `rest_endpoint` for HTTP; `calls` holds those seen so far."""

    def __init__(self, truth: Truth, clock: Clock | date, faults: Sequence[Fault], quota: Quota) -> None:
        self._service = Ga4Service(truth, clock, faults, quota)
        self._rest: Ga4RestServer | None = None
        # GA4 reference §3: a server that nobody holds stops serving
        self._workers = ThreadPoolExecutor(WORKERS)
        self._server = grpc.server(self._workers, options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, self._handlers())])
        self.endpoint = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    @property
    def calls(self) -> list[LoggedCall]:
        """The calls over both transports, in the order in which they came."""
        return self._service.calls

    @property
    def quota(self) -> Quota:
        """The property's buckets; `quota.spent` is the number of tokens used so far."""
        return self._service.quota

    @cached_property
    def rest_endpoint(self) -> str:
        """host:port of the HTTP server, which begins to answer when this is asked first."""
        self._rest = Ga4RestServer(self._service)
        self._rest.start()
        return self._rest.endpoint

    def start(self) -> None:
        """Begins to answer."""
        self._server.start()

    def stop(self) -> None:
        """Ends calls that are under way, and the database."""
        self._service.stop()
        if self._rest:
            self._rest.stop()
        self._server.stop(GRACE_SECONDS).wait()
        self._workers.shutdown(wait=True)
        self._service.close()

    def plan(self, *faults: Fault) -> None:
        """Replaces the faults from now on; calls are counted anew."""
        self._service.plan(*faults)

    def _handlers(self) -> dict[str, Any]:
        """GA4 reference §2: generic handlers over the raw messages are enough."""
        return {
            name: grpc.unary_unary_rpc_method_handler(
                self._method(name),
                request_deserializer=asked.pb().FromString,
                response_serializer=lambda answer: answer if answer is UNREADABLE else answer.SerializeToString(),
            )
            for name, (asked, _) in METHODS.items()
        }

    def _method(self, name: str) -> Callable[[Any, grpc.ServicerContext], Any]:
        """A method whose refusals become gRPC statuses."""

        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            try:
                return self._service.answer(name, request)
            except RefusedError as refused:
                return context.abort(grpc.StatusCode[refused.code], refused.wording)
            except BrokenError as broken:
                if broken.is_cut:
                    return context.abort(grpc.StatusCode.UNAVAILABLE, "Socket closed")
                return UNREADABLE

        return answer
