"""The demo company's GA4 Data API over HTTP: Google's paths, its JSON and its errors.

What is answered belongs to `ga4_service`.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from google.protobuf import json_format

from pipelines.sandbox.ga4_checks import RefusedError
from pipelines.sandbox.ga4_service import METHODS, BrokenError, Ga4Service

JSON, HTML = "application/json; charset=UTF-8", "text/html; charset=UTF-8"
# GA4 reference §2: paths of the methods
POSTED = re.compile(r"/v1beta/(?P<property>properties/[^/:]+):(?P<method>\w+)")
METADATA = re.compile(r"/v1beta/(?P<name>properties/[^/:]+/metadata)")
METHOD_NAMES = {
    "runReport": "RunReport",
    "batchRunReports": "BatchRunReports",
    "checkCompatibility": "CheckCompatibility",
}
# GA4 reference §6: HTTP statuses of the gRPC statuses
HTTP_STATUSES = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNKNOWN": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
UNREADABLE = b'{"rows": ['
# GA4 reference §6: a wrong address is answered with a page, whatever the method
PAGE = b"<!DOCTYPE html><title>Error 404 (Not Found)!!1</title><p>The requested URL was not found on this server."
POLL_SECONDS = 0.01


class Ga4RestServer(ThreadingHTTPServer):
    """`endpoint` is host:port."""

    daemon_threads = True

    def __init__(self, service: Ga4Service) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = service
        self.endpoint = f"127.0.0.1:{self.server_address[1]}"
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True)

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the server and every connection that is kept alive."""
        self.shutdown()
        self._thread.join()
        with self._guard:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remembers the connection, so that stopping can end it."""
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forgets the connection."""
        with self._guard:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of the server; anything else is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept alive over many calls."""

    server: Ga4RestServer
    protocol_version = "HTTP/1.1"
    # head and body leave in one packet
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        found = METADATA.fullmatch(unquote(urlsplit(self.path).path))
        if found is None:
            self._send(404, HTML, PAGE)
            return
        self._answer("GetMetadata", {"name": found["name"]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        found = POSTED.fullmatch(unquote(urlsplit(self.path).path))
        if found is None or found["method"] not in METHOD_NAMES:
            self._send(404, HTML, PAGE)
            return
        try:
            asked = {**json.loads(body or b"{}"), "property": found["property"]}
        except (ValueError, TypeError):
            self._refuse(RefusedError("Invalid JSON payload received."))
            return
        self._answer(METHOD_NAMES[found["method"]], asked)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Says nothing: the service keeps the log."""

    def _answer(self, method: str, asked: dict[str, Any]) -> None:
        message = METHODS[method][0].pb()()
        try:
            # GA4 reference §4: an unknown field is refused before anything else is looked at
            json_format.ParseDict(asked, message)
            answer = self.server.service.answer(method, message)
        except json_format.ParseError as error:
            self._refuse(RefusedError(f"Invalid JSON payload received. {error}"))
        except RefusedError as refused:
            self._refuse(refused)
        except BrokenError as broken:
            if broken.is_cut:
                self.close_connection = True
            else:
                self._send(200, JSON, UNREADABLE)
        else:
            self._send(200, JSON, json_format.MessageToJson(answer, use_integers_for_enums=True, indent=None).encode())

    def _refuse(self, refused: RefusedError) -> None:
        code = HTTP_STATUSES[refused.code]
        error = {"code": code, "message": refused.wording, "status": refused.code}
        self._send(code, JSON, json.dumps({"error": error}).encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
