"""What can go wrong between a client and Mailchimp, as a script: which request is spoilt, how, and how often.

Only the script and the spoilt answers belong here; the server asks it before it answers.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Literal

# Mailchimp reference §12: fault injection by path, after, times
Kind = Literal["problem", "html", "empty", "badjson", "truncate", "hang", "reset", "delay"]

JSON = "application/json; charset=utf-8"
# Mailchimp reference §6: errors are problem documents
PROBLEM = "application/problem+json; charset=utf-8"
USUAL_STATUS = {"problem": 429, "html": 403, "empty": 503, "badjson": 200}


@dataclass(frozen=True)
class Fault:
    """Spoils `times` requests to `path` (without /3.0, `*` as in file names) after letting `after` of them pass.

    problem, html, empty and badjson answer with `status` or a usual one; truncate breaks off the right answer; hang
    says nothing and delay answers late, both for `seconds`; reset drops the connection.
    """

    kind: Kind
    path: str = "*"
    after: int = 0
    times: int = 1
    status: int | None = None
    seconds: float = 30.0


@dataclass(frozen=True)
class Response:
    """What goes over the wire."""

    status: int
    content_type: str | None
    body: bytes


class FaultScript:
    """The faults that are due, counted per request; safe to ask from many threads."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._guard = threading.Lock()
        self._planned = [(fault, [0]) for fault in faults]

    def due(self, path: str) -> Fault | None:
        """The first fault that this request meets; every fault counts the requests to its path."""
        with self._guard:
            met = None
            for fault, seen in self._planned:
                if not fnmatchcase(path, fault.path):
                    continue
                seen[0] += 1
                if met is None and fault.after < seen[0] <= fault.after + fault.times:
                    met = fault
            return met


def problem(status: int, title: str, detail: str) -> Response:
    """An error as the API itself reports it."""
    # Mailchimp reference §6: problem+json {type title status detail instance}
    document = {
        "type": "https://mailchimp.com/developer/marketing/docs/errors/",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "00000000-0000-0000-0000-000000000000",
    }
    return Response(status, PROBLEM, json.dumps(document).encode())


def spoilt(fault: Fault) -> Response:
    """The answer of a fault that answers at once."""
    status = fault.status or USUAL_STATUS[fault.kind]
    phrase = HTTPStatus(status).phrase
    if fault.kind == "problem":
        return problem(status, phrase, "A scripted fault.")
    if fault.kind == "html":
        # Mailchimp reference §7: the edge blocks by IP reputation, in HTML
        page = f"<html><head><title>{phrase}</title></head><body><h1>Access Denied</h1>Reference #18.6f</body></html>"
        return Response(status, "text/html", page.encode())
    if fault.kind == "empty":
        # Mailchimp reference §3: 429 and 5xx with an empty body
        return Response(status, None, b"")
    return Response(status, JSON, b'{"reports": [')
