"""An HTTP server on loopback that can be stopped at any time: every kept-alive or hanging connection ends with it.

What is answered belongs to the emulated APIs.
"""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

POLL_SECONDS = 0.02


class LoopbackHandler(BaseHTTPRequestHandler):
    """One connection, kept alive over many requests; the server keeps the log."""

    protocol_version = "HTTP/1.1"
    # Head and body leave in one packet; without both, every answer would wait for a delayed acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Says nothing."""


class LoopbackServer(ThreadingHTTPServer):
    """Answers on a free port from `start` to `stop`; `endpoint` is host:port."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, handler: type[LoopbackHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.endpoint = f"127.0.0.1:{self.server_address[1]}"
        self.connections_accepted = 0
        self._connections: set[socket.socket] = set()
        self._connections_guard = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True)

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the server and every connection."""
        self.shutdown()
        self._thread.join()
        with self._connections_guard:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remembers the connection, so that stopping can end it."""
        with self._connections_guard:
            self.connections_accepted += 1
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forgets the connection."""
        with self._connections_guard:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of the server; anything else is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
