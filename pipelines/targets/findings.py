"""What a look at the configuration finds, and what it has to know of a KPI. Codes are stable: programs rely on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a target or a pack; with `since` it is wrong from that day on."""

    severity: Severity
    code: str
    subject: str
    message: str
    remedy: str
    since: date | None = None

    def is_true_on(self, day: date) -> bool:
        """Whether it is wrong on a day."""
        return self.since is None or self.since <= day


class KpiFacts(Protocol):
    """What has to be known of a KPI to judge a target on it."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def unit(self) -> str:
        """Count, ratio, EUR and so on."""

    @property
    def range(self) -> str | None:
        """0..1 of a part of a whole, 0.. of what is never negative, any, or unknown."""

    @property
    def made_as(self) -> str:
        """measured, made of other KPIs, or not_built."""

    @property
    def direction(self) -> str:
        """up_good, down_good or neutral."""

    @property
    def vanity(self) -> bool:
        """A figure nobody can act on."""

    @property
    def conflicts(self) -> Sequence[str]:
        """Where its definition differs between books."""
