"""Distinct visitors and sessions with an event, counted from single sessions once for every grain and slice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pipelines.sandbox.answer_key.periods import GRAINS, period_start, started_periods
from pipelines.sandbox.answer_key.tally import TOTAL
from pipelines.sandbox.answer_key.website import Session

Place = tuple[str, date, str, str]
Parts = tuple[Decimal | None, Decimal | None]

MOST_MEMBERS = 200
EVERYWHERE = ("total", "channel", "device")
# slices that only months have, by KPI
OF_MONTHS = {
    **dict.fromkeys(("users", "new_users", "returning_users"), ("source_medium", "campaign")),
    **dict.fromkeys(("new_vs_returning_ratio", "sessions_per_user"), ("source_medium", "campaign")),
    "site_conversion_rate": ("source_medium", "campaign", "landing_page"),
    "landing_page_conversion_rate": ("campaign", "landing_page"),
    "ecommerce_session_conversion_rate": ("source_medium", "campaign"),
    "cart_abandonment_rate": ("source_medium", "campaign"),
    "checkout_abandonment_rate": ("source_medium", "campaign"),
}
GRAINS_OF = {"site_conversion_rate": ("month", "quarter", "year")}


@dataclass
class _Seen:
    """Who came and what their sessions held, in one place."""

    sessions: int = 0
    visitors: set[int] = field(default_factory=set)
    new: set[int] = field(default_factory=set)
    returning: set[int] = field(default_factory=set)
    converted: set[int] = field(default_factory=set)
    with_lead: int = 0
    with_cart: int = 0
    with_checkout: int = 0
    with_purchase: int = 0

    def take(self, one: Session) -> None:
        """Counts one session."""
        self.sessions += 1
        self.visitors.add(one.visitor_id)
        (self.new if one.is_first_visit else self.returning).add(one.visitor_id)
        if one.has_lead:
            self.converted.add(one.visitor_id)
        self.with_lead += one.has_lead
        self.with_cart += one.has_cart
        self.with_checkout += one.has_checkout
        self.with_purchase += one.has_purchase


def expected_visitor_kpis(sessions: list[Session], first_day: date, today: date) -> dict[tuple[str, *Place], Parts]:
    """(kpi_id, grain, period_start, slice, member) -> (numerator, denominator) of what is never summed."""
    seen = _by_place(sessions)
    for grain in GRAINS:
        for start in started_periods(grain, first_day, today):
            seen.setdefault((grain, start, *TOTAL), _Seen())
    shown = _largest(seen)
    expected: dict[tuple[str, *Place], Parts] = {}
    for place, one in shown.items():
        for kpi_id, parts in _parts(one).items():
            if _exists(kpi_id, place[0], place[2]):
                expected[kpi_id, *place] = parts
    return expected


def _parts(one: _Seen) -> dict[str, Parts]:
    def ratio(above: int | None, below: int) -> Parts:
        return (None if above is None else Decimal(above), Decimal(below))

    def lost(begun: int) -> int | None:
        return begun - one.with_purchase if begun >= one.with_purchase else None

    returning = len(one.returning)
    return {
        "users": (Decimal(len(one.visitors)), None),
        "new_users": (Decimal(len(one.new)), None),
        "returning_users": (Decimal(returning), None),
        "new_vs_returning_ratio": ratio(returning, returning + len(one.new)),
        "sessions_per_user": ratio(one.sessions, len(one.visitors)),
        "site_conversion_rate": ratio(len(one.converted), len(one.visitors)),
        "landing_page_conversion_rate": ratio(one.with_lead, one.sessions),
        "ecommerce_session_conversion_rate": ratio(one.with_purchase, one.sessions),
        "cart_abandonment_rate": ratio(lost(one.with_cart), one.with_cart),
        "checkout_abandonment_rate": ratio(lost(one.with_checkout), one.with_checkout),
    }


def _exists(kpi_id: str, grain: str, slice_: str) -> bool:
    if grain not in GRAINS_OF.get(kpi_id, GRAINS):
        return False
    return slice_ in EVERYWHERE or (grain == "month" and slice_ in OF_MONTHS[kpi_id])


def _by_place(sessions: list[Session]) -> dict[Place, _Seen]:
    seen: dict[Place, _Seen] = {}
    for one in sessions:
        for place in _places(one):
            seen.setdefault(place, _Seen()).take(one)
    return seen


def _places(one: Session) -> Iterator[Place]:
    for grain in GRAINS:
        start = period_start(grain, one.day)
        yield (grain, start, *TOTAL)
        yield (grain, start, "channel", one.channel)
        yield (grain, start, "device", one.device)
        if grain == "month":
            yield (grain, start, "source_medium", one.source_medium)
            yield (grain, start, "campaign", one.campaign)
            yield (grain, start, "landing_page", one.landing_page)


def _largest(seen: dict[Place, _Seen]) -> dict[Place, _Seen]:
    """Of long slices the members with the most sessions of a period."""
    groups: dict[tuple[str, date, str], list[Place]] = {}
    for place in seen:
        groups.setdefault(place[:3], []).append(place)
    shown: dict[Place, _Seen] = {}
    for (_, _, slice_), places in groups.items():
        places.sort(key=lambda place: (-seen[place].sessions, place[3]))
        kept = places if slice_ in EVERYWHERE else places[:MOST_MEMBERS]
        shown |= {place: seen[place] for place in kept}
    return shown
