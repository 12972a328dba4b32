"""The demo company's GA4 Data API over HTTP: Google's paths, its JSON and its errors.

What is answered belongs to `ga4_service`.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from google.protobuf import json_format

from pipelines.sandbox.ga4_checks import RefusedError
from pipelines.sandbox.ga4_service import METHODS, BrokenError, Ga4Service
from pipelines.sandbox.loopback_http import LoopbackHandler, LoopbackServer

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


class Ga4RestServer(LoopbackServer):
    """`endpoint` is host:port."""

    def __init__(self, service: Ga4Service) -> None:
        super().__init__(_Handler)
        self.service = service


class _Handler(LoopbackHandler):
    server: Ga4RestServer

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        found = METADATA.fullmatch(unquote(urlsplit(self.path).path))
        if found is None:
            self._send(404, HTML, PAGE)
            return
        self._answer("GetMetadata", {"name": found["name"]})

    def do_POST(self) -> None:  # noqa: N802 - the library's name
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
