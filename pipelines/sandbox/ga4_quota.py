"""The quotas of the emulated property: what a request costs, what is left, and when it is refused.

GA4 reference §6: six buckets of a standard property. Hours are those of the server's clock, and a spent hour is back
when the next one begins; days begin at its midnight.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.sandbox.ga4_checks import Question, RefusedError
from pipelines.sandbox.ga4_wordings import (
    CONCURRENT,
    PROJECT_HOUR,
    PROPERTY_DAY,
    PROPERTY_HOUR,
    SERVER_ERRORS,
    THRESHOLDED,
)

SPENT = "RESOURCE_EXHAUSTED"
# GA4 reference §6: the statuses that use up the server errors
COUNTED_ERRORS = ("INTERNAL", "UNAVAILABLE")


def price(question: Question) -> int:
    """Tokens of a request, on the four recorded prices.

    GA4 reference §6: 1 for a short narrow report, 2 for 1 x 10 fields, 4 for 9 x 10, 7 for 1 x 1 over 365 days.
    """
    dimensions, metrics = len(question.dimensions), len(question.metrics)
    days = sum((one.last - one.first).days + 1 for one in question.ranges)
    return 1 + metrics // 10 + dimensions * metrics // 45 + days // 60


@dataclass
class Quota:
    """The sizes of the buckets, and what the property's tools have used of them; `spent` counts tokens for ever."""

    tokens_per_day: int = 200_000
    tokens_per_hour: int = 40_000
    tokens_per_project_per_hour: int = 14_000
    concurrent_requests: int = 10
    server_errors_per_project_per_hour: int = 10
    potentially_thresholded_requests_per_hour: int = 120

    def __post_init__(self) -> None:
        self.spent = 0
        self._guard = threading.Lock()
        self._now: datetime | None = None
        self._of_day = self._of_hour = self._errors = self._thresholded = self._running = 0

    @contextmanager
    def running(self, now: datetime) -> Iterator[None]:
        """While a call is answered it is one of the concurrent requests.

        Raises:
            RefusedError: there are too many, or the server failed too often in this hour.
        """
        with self._guard:
            self._turn(now)
            if self._errors >= self.server_errors_per_project_per_hour:
                raise RefusedError(SERVER_ERRORS, SPENT)
            if self._running >= self.concurrent_requests:
                raise RefusedError(CONCURRENT, SPENT)
            self._running += 1
        try:
            yield
        finally:
            with self._guard:
                self._running -= 1

    def note_failure(self, code: str, now: datetime) -> None:
        """Counts a call that the server failed to answer."""
        with self._guard:
            self._turn(now)
            self._errors += code in COUNTED_ERRORS

    def spend(self, tokens: int, now: datetime, *, may_be_thresholded: bool = False) -> None:
        """Takes tokens.

        Raises:
            RefusedError: a bucket does not hold that many.
        """
        with self._guard:
            self._turn(now)
            for used, size, wording in (
                (self._of_day + tokens, self.tokens_per_day, PROPERTY_DAY),
                (self._of_hour + tokens, self.tokens_per_project_per_hour, PROJECT_HOUR),
                (self._of_hour + tokens, self.tokens_per_hour, PROPERTY_HOUR),
                (self._thresholded + may_be_thresholded, self.potentially_thresholded_requests_per_hour, THRESHOLDED),
            ):
                if used > size:
                    raise RefusedError(wording, SPENT)
            self.spent += tokens
            self._of_day += tokens
            self._of_hour += tokens
            self._thresholded += may_be_thresholded

    def write(self, message: Any, tokens: int) -> None:
        """Fills a raw `PropertyQuota` for a request that cost so many tokens."""
        with self._guard:
            for name, consumed, used in (
                ("tokens_per_day", tokens, self._of_day),
                ("tokens_per_hour", tokens, self._of_hour),
                ("tokens_per_project_per_hour", tokens, self._of_hour),
                ("concurrent_requests", 0, max(0, self._running - 1)),
                ("server_errors_per_project_per_hour", 0, self._errors),
                ("potentially_thresholded_requests_per_hour", 0, self._thresholded),
            ):
                bucket = getattr(message, name)
                bucket.consumed, bucket.remaining = consumed, max(0, getattr(self, name) - used)

    def _turn(self, now: datetime) -> None:
        """Gives back what a new day or hour gives back."""
        before, self._now = self._now, now
        if before is None or before.date() != now.date():
            self._of_day = 0
        if before is None or (before.date(), before.hour) != (now.date(), now.hour):
            self._of_hour = self._errors = self._thresholded = 0
