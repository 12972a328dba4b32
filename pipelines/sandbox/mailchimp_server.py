"""The demo company's Mailchimp Marketing API over HTTP on loopback, with a clock that is a business date.

HTTP, the key and the limit on simultaneous requests belong here. Which document a path names is decided by
`mailchimp_routes`, what goes wrong on purpose by `mailchimp_faults`.
"""

from __future__ import annotations

import base64
import hmac
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from pipelines.sandbox.loopback_http import LoopbackHandler, LoopbackServer
from pipelines.sandbox.mailchimp_answers import Account
from pipelines.sandbox.mailchimp_faults import JSON, Fault, FaultScript, Response, blanked, problem, shortened, spoilt
from pipelines.sandbox.mailchimp_habits import Habits, without_empty_times
from pipelines.sandbox.mailchimp_queries import BadQueryError, projected
from pipelines.sandbox.mailchimp_routes import BASE_PATH, resource, split_target
from pipelines.sandbox.truth import Truth

DEMO_API_KEY = "0123456789abcdef0123456789abcdef-us6"
# Mailchimp reference §7: 10 simultaneous connections per user, excess = 429
LARGEST_IN_FLIGHT = 10
CLOCK_HOUR = time(6)
DROPPED_AT_ONCE = struct.pack("ii", 1, 0)

Clock = Callable[[], date]


@dataclass(frozen=True)
class LoggedRequest:
    """One request as it came in; `path` is without /3.0, `status` None when nothing whole was answered."""

    method: str
    path: str
    query: dict[str, str]
    status: int | None


@contextmanager
def serve_mailchimp(
    truth: Truth,
    clock: Clock | date,
    *,
    api_key: str = DEMO_API_KEY,
    account_time_zone: str | None = None,
    faults: Sequence[Fault] = (),
    habits: Habits | None = None,
) -> Iterator[MailchimpServer]:
    """Serves the truth as it looks at 06:00 on the clock's business date, on a free port, until the block ends.

    The account counts its days in `account_time_zone`, by default the company's.
    """
    zone = ZoneInfo(account_time_zone or truth.time_zone)
    server = MailchimpServer(truth, clock, api_key, zone, FaultScript(faults), habits or Habits())
    server.start()
    try:
        yield server
    finally:
        server.stop()


class MailchimpServer(LoopbackServer):
    """`base_url` to point a client at; `requests` seen so far; `peak_in_flight` of them at the same time."""

    def __init__(
        self, truth: Truth, clock: Clock | date, api_key: str, zone: ZoneInfo, faults: FaultScript, habits: Habits
    ) -> None:
        super().__init__(_Handler)
        self.base_url = f"http://{self.endpoint}{BASE_PATH}"
        self.requests: list[LoggedRequest] = []
        self.peak_in_flight = 0
        self.faults, self.stopping = faults, threading.Event()
        self._truth, self._clock, self._zone = truth, clock, zone
        self._api_key, self._habits = api_key, habits
        self._in_flight, self._guard = 0, threading.Lock()

    def enter(self) -> bool:
        """Takes one of the places for simultaneous requests; False when all are taken."""
        with self._guard:
            self._in_flight += 1
            self.peak_in_flight = max(self.peak_in_flight, self._in_flight)
            return self._in_flight <= LARGEST_IN_FLIGHT

    def leave(self) -> None:
        """Gives the place back."""
        with self._guard:
            self._in_flight -= 1

    def log(self, request: LoggedRequest) -> None:
        """Remembers a request."""
        with self._guard:
            self.requests.append(request)

    def answer(self, method: str, target: str, authorization: str) -> Response:
        """The answer to one request, faults apart."""
        # Mailchimp reference §7: a wrong key is 401; any user name goes with it
        if not self._is_authorized(authorization):
            return problem(401, "API Key Invalid", "Your API key may be invalid, or the datacenter is not yours.")
        path, query = split_target(target)
        now = datetime.combine(self._today(), CLOCK_HOUR, ZoneInfo(self._truth.time_zone))
        try:
            document = resource(Account(self._truth, self._zone, now, self._habits), path, query)
        except BadQueryError as error:
            return problem(400, "Invalid Resource", str(error))
        # Mailchimp reference §6: 404 and 405 are problem documents
        if document is None:
            return problem(404, "Resource Not Found", "The requested resource could not be found.")
        if method != "GET":
            return problem(405, "Method Not Allowed", f"{method} is not allowed here.")
        told = projected(document, query)
        return Response(
            200, JSON, json.dumps(told if self._habits.has_empty_times else without_empty_times(told)).encode()
        )

    def plan(self, *faults: Fault) -> None:
        """Replaces the faults from now on; requests are counted anew."""
        self.faults = FaultScript(faults)

    def stop(self) -> None:
        """Ends the server and every connection, hanging ones too."""
        self.stopping.set()
        super().stop()

    def _today(self) -> date:
        return self._clock() if callable(self._clock) else self._clock

    def _is_authorized(self, authorization: str) -> bool:
        scheme, _, credentials = authorization.partition(" ")
        try:
            _, _, key = base64.b64decode(credentials, validate=True).partition(b":")
        except ValueError:
            return False
        return scheme == "Basic" and hmac.compare_digest(key, self._api_key.encode())


class _Handler(LoopbackHandler):
    server: MailchimpServer

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        if self.command != "GET":
            # A body that nobody reads would be taken for the next request.
            self.close_connection = True
        path, query = split_target(self.path)
        has_place = self.server.enter()
        try:
            answer, fault = self._decided(path, has_place)
        finally:
            # Before the client sees the answer, so that what it does next finds the place free and the log complete.
            self.server.leave()
        is_whole = answer is not None and (fault is None or fault.kind != "truncate")
        self.server.log(LoggedRequest(self.command, path, query, answer.status if answer and is_whole else None))
        if answer is None:
            self._drop(with_reset=fault is not None and fault.kind == "reset")
        else:
            self._send(answer, breaks_off=not is_whole)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def _decided(self, path: str, has_place: bool) -> tuple[Response | None, Fault | None]:
        """The answer, None when there will be none, and the fault that made it what it is."""
        if not has_place:
            return problem(429, "Too Many Requests", "You have exceeded the limit of 10 connections."), None
        fault = self.server.faults.due(path)
        if fault is not None and fault.kind in {"hang", "delay"}:
            self.server.stopping.wait(fault.seconds)
        if fault is not None and fault.kind in {"hang", "reset"}:
            return None, fault
        if fault is not None and fault.kind not in {"delay", "truncate", "short", "blank"}:
            return spoilt(fault), fault
        answer = self.server.answer(self.command, self.path, self.headers.get("Authorization", ""))
        distorted = {"short": shortened, "blank": blanked}.get(fault.kind if fault else "")
        return distorted(answer) if distorted else answer, fault

    def _send(self, answer: Response, *, breaks_off: bool) -> None:
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if breaks_off:
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(answer.body)

    def _drop(self, *, with_reset: bool) -> None:
        if with_reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, DROPPED_AT_ONCE)
            self.connection.close()
        self.close_connection = True
