"""What can go wrong between a client and Mailchimp, as a script: which request is spoilt, how, and how often.

Only the script and the spoilt answers belong here; the server asks it before it answers.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any, Literal

# Mailchimp reference §12: fault injection by path, after, times
Kind = Literal["problem", "html", "empty", "badjson", "truncate", "short", "blank", "hang", "reset", "delay"]

JSON = "application/json; charset=utf-8"
# Mailchimp reference §6: errors are problem documents
PROBLEM = "application/problem+json; charset=utf-8"
USUAL_STATUS = {"problem": 429, "html": 403, "empty": 503, "badjson": 200}


@dataclass(frozen=True)
class Fault:
    """Spoils `times` requests to `path` (without /3.0, `*` as in file names) after letting `after` of them pass.

    problem, html, empty and badjson answer with `status` or a usual one, a problem with `title` or the usual words of
    the status; truncate breaks off the right answer, short leaves its rows out but not their total, blank sends their
    counts as null; hang says nothing and delay answers late, both for `seconds`; reset drops the connection.
    """

    kind: Kind
    path: str = "*"
    after: int = 0
    times: int = 1
    status: int | None = None
    seconds: float = 30.0
    title: str | None = None


# Mailchimp reference §3, §4, §7, §13.5, §13.8: every fault after which trying again may help, by name
PASSING_FAULTS: Mapping[str, Fault] = {
    "empty 429": Fault("empty", status=429),
    "problem 429": Fault("problem", status=429),
    "problem 408": Fault("problem", status=408),
    "html 403 of the edge": Fault("html", status=403),
    "empty 403 of the edge": Fault("empty", status=403),
    "problem 500": Fault("problem", status=500),
    "empty 500": Fault("empty", status=500),
    "empty 503": Fault("empty", status=503),
    "html 503 of the edge": Fault("html", status=503),
    "html 504 mid-paging": Fault("html", path="/reports", after=1, status=504),
    "bad JSON with 200": Fault("badjson"),
    "empty 200": Fault("empty", status=200),
    "truncated": Fault("truncate"),
    "reset": Fault("reset"),
    "hang": Fault("hang"),
    "fewer rows than total": Fault("short", path="/reports"),
}
# §4, §13.11: those after which a person has to act
FINAL_FAULTS: Mapping[str, Fault] = {
    "problem 400 Invalid Resource": Fault("problem", path="/reports", status=400, title="Invalid Resource"),
    "problem 401 API Key Invalid": Fault("problem", status=401, title="API Key Invalid"),
    "problem 403 User Disabled": Fault("problem", status=403, title="User Disabled"),
    "problem 403 Forbidden": Fault("problem", status=403, title="Forbidden"),
    "problem 404 Resource Not Found": Fault("problem", path="/reports", status=404, title="Resource Not Found"),
    "redirect": Fault("html", status=302),
}
FAULTS: Mapping[str, Fault] = {**PASSING_FAULTS, **FINAL_FAULTS}


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
        return problem(status, fault.title or phrase, "A scripted fault.")
    if fault.kind == "html":
        # Mailchimp reference §7: the edge blocks by IP reputation, in HTML
        page = f"<html><head><title>{phrase}</title></head><body><h1>Access Denied</h1>Reference #18.6f</body></html>"
        return Response(status, "text/html", page.encode())
    if fault.kind == "empty":
        # Mailchimp reference §3: 429 and 5xx with an empty body
        return Response(status, None, b"")
    return Response(status, JSON, b'{"reports": [')


def shortened(answer: Response) -> Response:
    """A page whose rows are left out while its total still counts them."""
    # Mailchimp reference §13.5: fewer rows than exist, and no error
    document = json.loads(answer.body)
    emptied = {name: [] if isinstance(value, list) else value for name, value in document.items()}
    return Response(answer.status, answer.content_type, json.dumps(emptied).encode())


def blanked(answer: Response) -> Response:
    """A page whose rows lack every count, as null."""
    # Mailchimp reference §6: all fields are optional; `""`, absent and null are the same
    document = json.loads(answer.body)
    rows = {name: _without_counts(value) for name, value in document.items() if isinstance(value, list)}
    return Response(answer.status, answer.content_type, json.dumps({**document, **rows}).encode())


def _without_counts(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_counts(one) for one in value]
    if isinstance(value, dict):
        return {name: _without_counts(one) for name, one in value.items()}
    return None if isinstance(value, int | float) and not isinstance(value, bool) else value
