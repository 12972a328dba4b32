"""What Mailchimp's answers mean when they are not the expected JSON: come back later, or a person has to act.

Which of the two is decided here and nowhere else; trying again is the transport's.
"""

from __future__ import annotations

import re
from typing import Any, Self

import requests

from pipelines.failures import KpiError, SourceUnavailable, WrongUse
from pipelines.privacy import ADDRESS, MASK

LONGEST_DETAIL = 200
TRY_LATER = "try again later; status.mailchimp.com tells of outages"
WAIT_FOR_EDGE = "wait some hours: Mailchimp's edge blocks the address of this machine; ask its support when it stays"
CHANGED_API = "run again; when it stays, the API has changed and this program has to follow"
REMEDIES = {
    401: "set MAILCHIMP_API_KEY to a valid key, and MAILCHIMP_SERVER_PREFIX to its data centre",
    403: "give the user of the API key access in Mailchimp, or use another user's key",
    404: "check MAILCHIMP_BASE_URL, and whether the object still exists in Mailchimp",
}
CHECK_ADDRESS = "check MAILCHIMP_BASE_URL and MAILCHIMP_SERVER_PREFIX"


class MailchimpError(KpiError):
    """No usable answer; `status` is the HTTP status, None when none came, `detail` what Mailchimp said itself."""

    retryable = False

    def __init__(self, what: str, why: str, remedy: str, status: int | None = None, detail: str = "") -> None:
        super().__init__(what, why, remedy)
        # All of it in args: an exception is rebuilt from them when it crosses a process boundary.
        self.args = (what, why, remedy, status, detail)
        self.status, self.detail = status, detail


class MailchimpUnavailableError(MailchimpError, SourceUnavailable):
    """Trying again may help: overload, an outage, the network, a block at the edge, a garbled or short answer."""

    retryable = True

    def after(self, tries: int) -> Self:
        """The same error, saying how often it was tried."""
        often = "once" if tries == 1 else f"{tries} times"
        return type(self)(self.what, f"{self.why} (tried {often})", self.remedy, self.status, self.detail)


class MailchimpTooSlowError(MailchimpUnavailableError):
    """The gateway gave up waiting (504): fewer rows at a time may pass."""


class MailchimpBlockedError(MailchimpUnavailableError):
    """The edge lets nobody from here through (403 without a problem document), mostly for hours."""


class MailchimpIncompleteError(MailchimpUnavailableError):
    """Rows of a collection are missing, mostly because it moved under the reading: from the start it may be whole."""


class MailchimpRefusedError(MailchimpError, WrongUse):
    """Trying again is pointless: the key, its rights, the address or the request is wrong."""


def refusal_or_pause(path: str, response: requests.Response) -> MailchimpError:
    """The error for an answer that is no success."""
    status, detail = response.status_code, _detail(response)
    what, why = _call(path), f"HTTP {status} {detail}".rstrip()
    # Mailchimp reference §7: a block at the edge answers 403 too, but never as a problem document
    if status == 403 and not _is_problem(response):
        return MailchimpBlockedError(what, why, WAIT_FOR_EDGE, status, detail)
    if status == 504:
        return MailchimpTooSlowError(what, why, TRY_LATER, status, detail)
    if status in {408, 429} or status >= 500:
        return MailchimpUnavailableError(what, why, TRY_LATER, status, detail)
    return MailchimpRefusedError(what, why, REMEDIES.get(status, CHECK_ADDRESS), status, detail)


def no_answer(path: str, error: requests.RequestException, timeout: tuple[float, float]) -> MailchimpUnavailableError:
    """The error for a request that the network ate."""
    if isinstance(error, requests.ConnectTimeout):
        why = f"no connection within {timeout[0]:g} s"
    elif isinstance(error, requests.Timeout):
        why = f"no answer within {timeout[1]:g} s"
    elif isinstance(error, requests.exceptions.SSLError):
        why = "the certificate or the encryption was not accepted"
    elif isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        why = "the connection failed or broke off"
    else:
        why = type(error).__name__
    return MailchimpUnavailableError(_call(path), why, f"check the network; {CHECK_ADDRESS}", None, why)


def no_json_object(path: str, response: requests.Response) -> MailchimpUnavailableError:
    """The error for a success without the JSON object that every answer is."""
    why = f"HTTP {response.status_code} without a complete JSON object"
    return MailchimpUnavailableError(_call(path), why, TRY_LATER, response.status_code, _detail(response))


def incomplete(collection: str, why: str) -> MailchimpIncompleteError:
    """The error for a collection of which rows are missing."""
    return MailchimpIncompleteError(f"Mailchimp {collection}", why, TRY_LATER, 200, why)


def unexpected(what: str, why: str) -> MailchimpUnavailableError:
    """The error for a value that is not what the field is documented to hold."""
    return MailchimpUnavailableError(what, why, CHANGED_API, 200, why)


def _call(path: str) -> str:
    return f"Mailchimp GET {path}"


def _is_problem(response: requests.Response) -> bool:
    return "application/problem+json" in response.headers.get("content-type", "").lower()


def _detail(response: requests.Response) -> str:
    """What the body says, on one short line without markup and addresses."""
    said = response.text
    if _is_problem(response):
        try:
            problem: Any = response.json()
        except ValueError:
            problem = None
        if isinstance(problem, dict):
            said = ", ".join(str(problem[name]) for name in ("title", "detail") if problem.get(name))
    plain = " ".join(re.sub(r"<[^>]*>", " ", said).split())
    return re.sub(ADDRESS, MASK, plain)[:LONGEST_DETAIL]
