"""What GA4 says of its quotas with every answer: what was used of each bucket, and what is left.

Keeping it belongs to the intake; what a spent quota means to `ga4_errors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bucket:
    """One bucket: `consumed` by the requests for an object, `remaining` after the last of them."""

    object: str
    name: str
    consumed: int
    remaining: int


class Tally:
    """Adds up what the answers of one source used, by the object that was asked for."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def note(self, reply: Any, object_name: str) -> None:
        """Takes in what a raw `RunReportResponse` says; nothing when it says nothing."""
        for field, status in reply.property_quota.ListFields():
            before = self._buckets.get((object_name, field.name))
            consumed = status.consumed + (before.consumed if before else 0)
            self._buckets[object_name, field.name] = Bucket(object_name, field.name, consumed, status.remaining)

    def taken(self) -> list[Bucket]:
        """What was noted since this was asked last."""
        found = list(self._buckets.values())
        self._buckets.clear()
        return found
