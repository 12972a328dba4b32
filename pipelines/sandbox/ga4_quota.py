"""The token buckets of the emulated property: what a request costs, what is left, and when it is refused.

GA4 reference §6: buckets of a standard property. They are full again on every new business date of the clock.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.sandbox.ga4_checks import Question, RefusedError
from pipelines.sandbox.ga4_faults import PROJECT_HOUR, PROPERTY_DAY

PER_DAY, PER_HOUR, PER_PROJECT_HOUR = 200_000, 40_000, 14_000
UNTOUCHED = {
    "concurrent_requests": 10,
    "server_errors_per_project_per_hour": 10,
    "potentially_thresholded_requests_per_hour": 120,
}


def price(question: Question) -> int:
    """Tokens of a request, on the four recorded prices.

    GA4 reference §6: 1 for a short narrow report, 2 for 1 x 10 fields, 4 for 9 x 10, 7 for 1 x 1 over 365 days.
    """
    dimensions, metrics = len(question.dimensions), len(question.metrics)
    days = sum((one.last - one.first).days + 1 for one in question.ranges)
    return 1 + metrics // 10 + dimensions * metrics // 45 + days // 60


@dataclass
class Quota:
    """What the property's tools have spent on the clock's day."""

    tokens_per_day: int = PER_DAY
    tokens_per_hour: int = PER_HOUR
    tokens_per_project_per_hour: int = PER_PROJECT_HOUR

    def __post_init__(self) -> None:
        self._guard = threading.Lock()
        self._day: date | None = None
        self._spent = 0

    def spend(self, tokens: int, today: date) -> int:
        """Takes tokens and returns how many are spent by now.

        Raises:
            RefusedError: a bucket does not hold that many.
        """
        with self._guard:
            if today != self._day:
                self._day, self._spent = today, 0
            spent = self._spent + tokens
            if spent > self.tokens_per_day:
                raise RefusedError(PROPERTY_DAY, "RESOURCE_EXHAUSTED")
            if spent > min(self.tokens_per_hour, self.tokens_per_project_per_hour):
                raise RefusedError(PROJECT_HOUR, "RESOURCE_EXHAUSTED")
            self._spent = spent
            return spent

    def write(self, message: Any, tokens: int, spent: int) -> None:
        """Fills a raw `PropertyQuota` for a request that cost so many tokens."""
        for name in ("tokens_per_day", "tokens_per_hour", "tokens_per_project_per_hour"):
            bucket = getattr(message, name)
            bucket.consumed, bucket.remaining = tokens, getattr(self, name) - spent
        for name, remaining in UNTOUCHED.items():
            getattr(message, name).remaining = remaining
