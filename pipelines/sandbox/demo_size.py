"""How large a demo company is, and over which days: the only thing that differs between tests, demo and benchmark.

The random draws and what they make belong to the neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Size:
    """Days from `first_day` up to but not including `today`, and mean volumes of them."""

    first_day: date
    today: date
    sessions_per_day: int
    leads_per_day: float
    orders_per_day: float
    newsletters_per_month: int
    recipients_per_newsletter: int
    landing_pages: int
    time_zone: str = "Europe/Amsterdam"
    # what an automated e-mail counted by day depends on the nights that looked at it
    has_automations: bool = False
    # so does the score that a lead had at a certain age
    has_scores: bool = False

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.today - self.first_day).days


TINY = Size(
    first_day=date(2026, 5, 18),
    today=date(2026, 9, 8),
    sessions_per_day=25,
    leads_per_day=1.0,
    orders_per_day=1.0,
    newsletters_per_month=2,
    recipients_per_newsletter=160,
    landing_pages=12,
)
DEMO = Size(
    first_day=date(2025, 9, 1),
    today=date(2026, 11, 6),
    sessions_per_day=350,
    leads_per_day=7.0,
    orders_per_day=8.0,
    newsletters_per_month=4,
    recipients_per_newsletter=1_500,
    landing_pages=60,
    has_automations=True,
    has_scores=True,
)
# About 45,000 combinations of landing page, channel and device on each of 431 days: 20 million rows of a GA4 report.
BENCHMARK = Size(
    first_day=date(2025, 9, 1),
    today=date(2026, 11, 6),
    sessions_per_day=52_000,
    leads_per_day=60.0,
    orders_per_day=60.0,
    newsletters_per_month=4,
    recipients_per_newsletter=1_500,
    landing_pages=40_000,
)
