"""The one seam to Mailchimp: the official client with its transport replaced by one that never hides a failure.

Every call of the generated client ends here: GET only, bounded concurrency, jittered retries, one session per thread,
and either a JSON object or a typed error. What is asked for and what it means belongs to `mailchimp`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
from mailchimp_marketing import Client
from tenacity import (
    Retrying,
    retry_if_exception_type,
    retry_if_not_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from pipelines.failures import WrongUse
from pipelines.mailchimp_errors import (
    MailchimpBlockedError,
    MailchimpRefusedError,
    MailchimpTooSlowError,
    MailchimpUnavailableError,
    incomplete,
    no_answer,
    no_json_object,
    refusal_or_pause,
)
from pipelines.mailchimp_requests import filled_path, query_pairs

LONGEST_DELAY_SECONDS = 60
# A page of this size or less is not halved after a 504; it is asked for again.
SMALLEST_PAGE = 100
API_ADDRESS = "https://{data_centre}.api.mailchimp.com/3.0"
DATA_CENTRE = re.compile(r"[a-z]{2,3}\d{1,3}")

__all__ = ["MailchimpRefusedError", "MailchimpUnavailableError", "connect", "disconnect", "pages", "requests_made"]


def connect(
    api_key: str,
    server_prefix: str | None = None,
    base_url: str | None = None,
    timeout: tuple[float, float] = (10, 120),
    tries: int = 6,
    base_delay: float = 2.0,
    concurrency: int = 6,
) -> Client:
    """The official client behind the repaired seam; nothing is sent yet.

    `timeout` is (connect, read) in seconds. A failed try is repeated up to `tries` times in all, after `base_delay`
    seconds doubling up to a minute; 0 never waits. The account allows 10 requests at a time across all programs.

    Raises:
        WrongUse: the key cannot be one, or nothing says in which data centre the account lives.
    """
    if not re.fullmatch(r"[\x21-\x7e]+", api_key):
        raise WrongUse("MAILCHIMP_API_KEY", "it is empty or holds characters no key has", "copy the key again")
    client = Client({"api_key": api_key})
    # The stock client replaces "server" anywhere in the address; an empty prefix switches that off.
    client.api_client.server = ""
    client.api_client.host = _address(api_key, server_prefix, base_url)
    client.api_client.call_api = _Transport(client.api_client.host, api_key, timeout, tries, base_delay, concurrency)
    return client


def disconnect(client: Client) -> None:
    """Closes the connections that the client kept open; a later call opens new ones."""
    client.api_client.call_api.close()


def requests_made(client: Client) -> int:
    """How many requests the client has sent so far, repeated ones included."""
    return int(client.api_client.call_api.requests_made)


def pages(
    method: Callable[..., dict[str, Any]], key: str, *args: Any, count: int = 500, **kw: Any
) -> Iterator[dict[str, Any]]:
    """Every row of a collection, in the order of the answers; `total_items` is asked for and believed on every page.

    After a 504 the page is halved, down to SMALLEST_PAGE, and the reading goes on where it was.

    Raises:
        MailchimpIncompleteError: fewer rows than the total arrived, the total fell, so that a row may have moved into a
            page already read, or the answer is no collection.
        MailchimpUnavailableError: a page is not to be had.
    """
    if isinstance(kw.get("fields"), list) and "total_items" not in kw["fields"]:
        kw["fields"] = [*kw["fields"], "total_items"]
    seen = highest_total = 0
    while True:
        try:
            answer = method(*args, count=count, offset=seen, **kw)
        except MailchimpTooSlowError:
            # Mailchimp reference §7: large pages give intermittent 504
            if count <= SMALLEST_PAGE:
                raise
            count = max(count // 2, SMALLEST_PAGE)
            continue
        total, rows = answer.get("total_items"), answer.get(key, [])
        if not isinstance(total, int) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise incomplete(key, "the answer names no total_items or holds no rows")
        if total < highest_total:
            raise incomplete(key, f"it fell from {highest_total} to {total} rows while it was read")
        highest_total = total
        yield from rows
        seen += len(rows)
        if seen >= total:
            return
        if not rows:
            raise incomplete(key, f"{seen} of {total} rows arrived")


class _Transport:
    """Stands in for `ApiClient.call_api`: same arguments, but always a JSON object or a typed error."""

    def __init__(
        self,
        host: str,
        api_key: str,
        timeout: tuple[float, float],
        tries: int,
        base_delay: float,
        concurrency: int,
    ) -> None:
        self.requests_made = 0
        self._host, self._api_key, self._timeout = host, api_key, timeout
        self._slots = threading.BoundedSemaphore(concurrency)
        self._of_this_thread = threading.local()
        self._guard = threading.Lock()
        self._sessions: list[requests.Session] = []
        self._retrying = Retrying(
            stop=stop_after_attempt(tries),
            wait=wait_exponential_jitter(multiplier=base_delay, max=LONGEST_DELAY_SECONDS, jitter=base_delay),
            retry=retry_if_exception_type(MailchimpUnavailableError),
            reraise=True,
        )
        self._retrying_large_page = self._retrying.copy(
            retry=self._retrying.retry & retry_if_not_exception_type(MailchimpTooSlowError)
        )
        self._blocked: MailchimpBlockedError | None = None

    def __call__(
        self,
        resource_path: str,
        method: str,
        path_params: Mapping[str, Any] | None = None,
        query_params: Iterable[tuple[str, Any]] | None = None,
        *_ignored: Any,
        **_also_ignored: Any,
    ) -> dict[str, Any]:
        if method != "GET":
            # A key cannot be limited to reading, so the limit is here.
            raise WrongUse(f"Mailchimp {method} {resource_path}", "this program only reads", "use a GET method")
        path, query = filled_path(resource_path, path_params or {}), query_pairs(query_params or ())
        if self._blocked:
            # Mailchimp reference §7: the edge blocks by reputation for hours; asking on makes it worse
            raise self._blocked
        is_large_page = int(dict(query).get("count", 0)) > SMALLEST_PAGE
        retrying = self._retrying_large_page if is_large_page else self._retrying
        try:
            return retrying(self._get, path, query)
        except MailchimpUnavailableError as error:
            told = error.after(int(retrying.statistics["attempt_number"]))
            if isinstance(told, MailchimpBlockedError):
                self._blocked = told
            raise told from error

    def close(self) -> None:
        """Closes the sessions of all threads; the next call of each opens a new one."""
        with self._guard:
            sessions, self._sessions = self._sessions, []
            self._of_this_thread = threading.local()
        for session in sessions:
            session.close()

    def _get(self, path: str, query: list[tuple[str, str]]) -> dict[str, Any]:
        with self._slots:
            with self._guard:
                self.requests_made += 1
            try:
                response = self._session().get(
                    self._host + path, params=query, timeout=self._timeout, allow_redirects=False
                )
            except requests.RequestException as error:
                raise no_answer(path, error, self._timeout) from error
        if not 200 <= response.status_code < 300:
            raise refusal_or_pause(path, response)
        return _json_object(path, response)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._of_this_thread, "session", None)
        if session is None:
            session = self._of_this_thread.session = requests.Session()
            # Neither a netrc entry nor a proxy variable may change who reads what.
            session.trust_env = False
            session.auth = ("user", self._api_key)
            session.headers.update(
                {"Accept": "application/json, application/problem+json", "User-Agent": "marketing-kpi-pipeline"}
            )
            with self._guard:
                self._sessions.append(session)
        return session


def _json_object(path: str, response: requests.Response) -> dict[str, Any]:
    """The body of a 200; numbers with a fraction become Decimal, because some are money."""
    try:
        document = json.loads(response.content, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        document = None
    if response.status_code != 200 or not isinstance(document, dict):
        raise no_json_object(path, response)
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _address(api_key: str, server_prefix: str | None, base_url: str | None) -> str:
    if base_url:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise WrongUse("MAILCHIMP_BASE_URL", f"{base_url!r} is no address", "write https://<host>/3.0")
        return base_url.rstrip("/")
    data_centre = server_prefix or api_key.partition("-")[2]
    if not DATA_CENTRE.fullmatch(data_centre):
        raise WrongUse(
            "MAILCHIMP_SERVER_PREFIX",
            "neither it nor the end of the API key names a data centre",
            "set it to the first part of the address Mailchimp shows, such as us6",
        )
    return API_ADDRESS.format(data_centre=data_centre)
