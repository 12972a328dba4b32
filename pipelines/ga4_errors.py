"""What GA4's refusals mean: try again now, come back later, or a person has to act.

Which of these an answer is, is decided here and nowhere else. Quota is never waited for: the caller comes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import requests
from google.api_core import exceptions as api
from google.api_core.retry import Retry
from google.auth.exceptions import GoogleAuthError, TransportError
from google.protobuf.json_format import ParseError

from pipelines.failures import KpiError, NotThereYet, SourceUnavailable, WrongUse
from pipelines.privacy import ADDRESS, MASK

Answer = TypeVar("Answer")

LONGEST_WORDING = 300
BUCKET = re.compile(r"Exhausted (?P<bucket>.+?)(?: quota)?\.(?:\s|$)")
# The gRPC library reports its own limit on the size of an answer with the code of a spent quota.
TOO_LARGE = "Received message larger than max"
# A key that Google does not accept reaches a gRPC caller as "unavailable".
REFUSED_SIGN_IN = re.compile(r"invalid_(grant|client|scope)|unauthorized_client|deleted_client|account not found")
NOT_ENABLED = re.compile(r"SERVICE_DISABLED|has not been used in project|is disabled")

NETWORK = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
KEY_FILE = "set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account"
TRIED_AGAIN = (api.InternalServerError, api.ServiceUnavailable, api.GatewayTimeout, *NETWORK)
FAILURES = (api.GoogleAPIError, GoogleAuthError, requests.RequestException, ParseError)


@dataclass(frozen=True)
class Patience:
    """How often and how long a call is tried; a property has only 10 server errors an hour to spend.

    `tries` counts calls that ended in 500, 503 or 504, `unknown_tries` those that ended without a code.
    """

    tries: int = 4
    unknown_tries: int = 3
    first_pause_s: float = 2.0
    longest_pause_s: float = 60.0
    total_s: float = 600.0
    answer_s: float = 120.0


class _Allowance:
    """Says for one call whether its latest failure is worth another try."""

    def __init__(self, patience: Patience, renew: Callable[[], None] | None) -> None:
        self._tries, self._unknown_tries, self._renew = patience.tries, patience.unknown_tries, renew

    def __call__(self, error: Exception) -> bool:
        if isinstance(error, api.Unknown):
            self._unknown_tries -= 1
            return self._unknown_tries > 0
        if isinstance(error, TRIED_AGAIN) and not REFUSED_SIGN_IN.search(str(error)):
            self._tries -= 1
            return self._tries > 0
        if isinstance(error, api.Unauthorized) and self._renew:
            # GA4 reference §6: a token that is no longer taken is fetched anew, once
            self._renew()
            self._renew = None
            return True
        return False


def with_patience(
    call: Callable[[], Answer], patience: Patience, what: str, renew: Callable[[], None] | None = None
) -> Answer:
    """The answer of `call`, tried again while that may help; `renew` lets the next try fetch a new token.

    Raises:
        NotThereYet: a quota is spent; its bucket is named.
        SourceUnavailable: no answer came.
        WrongUse: the request, the sign-in or the address is wrong; trying again is pointless.
    """
    retry = Retry(
        predicate=_Allowance(patience, renew),
        initial=patience.first_pause_s,
        maximum=patience.longest_pause_s,
        multiplier=2.0,
        timeout=patience.total_s,
    )
    try:
        answer: Answer = retry(call)()
    except FAILURES as error:
        cause = error.cause if isinstance(error, api.RetryError) and error.cause else error
        raise meaning(cause, what) from error
    return answer


def meaning(error: BaseException, what: str) -> KpiError:
    """The failure that an exception of the client stands for."""
    why = wording(error)
    if isinstance(error, api.TooManyRequests):
        return _spent(why, what)
    if isinstance(error, api.Unauthorized) or REFUSED_SIGN_IN.search(why):
        return WrongUse(what, why, "set GOOGLE_APPLICATION_CREDENTIALS to a valid key file of a service account")
    if isinstance(error, api.Forbidden):
        return _forbidden(why, what)
    if isinstance(error, api.BadRequest):
        return WrongUse(what, why, "correct the report or the property id; GA4 will refuse it every time")
    if isinstance(error, api.NotFound | api.MethodNotImplemented):
        return WrongUse(what, why, "check GA4_ENDPOINT")
    if isinstance(error, GoogleAuthError) and not isinstance(error, TransportError):
        return WrongUse(what, why, KEY_FILE)
    if isinstance(error, api.GatewayTimeout | requests.Timeout):
        remedy = "try again later; where a proxy breaks gRPC, set GA4_TRANSPORT=rest"
        return SourceUnavailable(what, f"no answer in time ({why})", remedy)
    return SourceUnavailable(what, why, "try again later; check the network and GA4_ENDPOINT")


def wording(error: BaseException) -> str:
    """What an exception says, on one short line without addresses."""
    said = str(error)
    if isinstance(error, api.GoogleAPICallError):
        # GA4 reference §6: over REST the address of the call stands before what the server says
        said = re.sub(r"^(GET|POST) \S+: ", "", error.message)
        said = f"{int(error.code)} {said}" if error.code else said
    plain = " ".join(said.split()) or type(error).__name__
    return re.sub(ADDRESS, MASK, plain)[:LONGEST_WORDING]


def _spent(why: str, what: str) -> KpiError:
    """A 429: a spent quota, named, or this program's own limit on the size of an answer."""
    if TOO_LARGE in why:
        remedy = "raise grpc.max_receive_message_length of the channel; this is no quota, so waiting does not help"
        return WrongUse(what, why, remedy)
    found = BUCKET.search(why)
    bucket = found["bucket"] if found else "a quota that is not named"
    if "per day" in bucket:
        remedy = "run again tomorrow; daily tokens return at midnight Pacific time"
    elif "concurrent" in bucket:
        remedy = "run again in a minute, when other tools have finished reading the property"
    else:
        remedy = "run again in an hour; every tool that reads the property shares its quotas"
    return NotThereYet(what, f"quota spent: {bucket}" if found else f"quota spent: {bucket} ({why})", remedy)


def _forbidden(why: str, what: str) -> WrongUse:
    if NOT_ENABLED.search(why):
        return WrongUse(what, why, "enable the Google Analytics Data API in the project of the service account")
    return WrongUse(what, why, "give the service account the Viewer role on the property, under Admin in GA4")
