"""The website's visits: who came when, from where and on what; whole arrays, no loop per session.

Which sessions become leads and orders is drawn here, what those are belongs to `demo_leads` and `demo_orders`, what
GA4 records of a session to `demo_sessions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from pipelines.sandbox.demo_channels import (
    EMAIL_WEIGHT_NEW,
    EMAIL_WEIGHT_RETURNING,
    Origin,
    email_origin,
    landing_pages,
    origins,
    planted_landing_page,
)
from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_season import sessions_by_day
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth import Newsletter

Whole = NDArray[np.int64]
DEVICES = ("desktop", "mobile", "tablet", "smart tv")
DEVICE_SHARES = (56, 38, 5, 1)
HOUR_WEIGHTS = (4, 2, 1, 1, 1, 3, 8, 18, 44, 62, 70, 66, 52, 58, 66, 64, 54, 40, 32, 34, 38, 36, 24, 12)
NEW_PERCENT, HOME_DEVICE_PERCENT = 62, 88
RETURNS_WITHIN_DAYS = 75
EVERY_SO_MANY_PLANTED = 1_777
ONLINE_LEAD_PERCENT = 88


@dataclass(frozen=True)
class Visit:
    """One session, as the leads and orders that come from it need it."""

    position: int
    visitor_id: int
    started_at: datetime
    origin: Origin
    device: str
    landing_page: str


@dataclass(frozen=True)
class Traffic:
    """All sessions as arrays, and the positions of those that end in a lead or an order."""

    origins: tuple[Origin, ...]
    pages: tuple[str, ...]
    started_at: Whole
    visitor: Whole
    is_first_visit: NDArray[np.bool_]
    origin: Whole
    device: Whole
    page: Whole
    engaged: NDArray[np.bool_]
    lead_positions: Whole
    order_positions: Whole

    def visits(self, positions: Whole) -> Iterator[Visit]:
        """Single sessions by position, in the order of time."""
        for position in positions.tolist():
            yield Visit(
                position,
                int(self.visitor[position]),
                datetime.fromtimestamp(int(self.started_at[position]), UTC),
                self.origins[int(self.origin[position])],
                DEVICES[int(self.device[position])],
                self.pages[int(self.page[position])],
            )


def draw_traffic(size: Size, seed: int, newsletters: Sequence[Newsletter]) -> Traffic:
    """Every session from the first day up to the day before today."""
    rng = Dice(seed, Part.TRAFFIC).generator
    per_day = np.array(sessions_by_day(size, rng), np.int64)
    day = np.repeat(np.arange(size.days), per_day)
    seconds = weighted(rng, HOUR_WEIGHTS, len(day)) * 3_600 + rng.integers(0, 3_600, len(day))
    started_at = np.sort(_within_days(size, day, seconds))
    is_new = rng.integers(0, 100, len(day)) < NEW_PERCENT
    is_new[0] = True
    visitor = _visitors(rng, is_new, day)
    known, pages = _known_origins(newsletters), _pages(size, newsletters)
    origin = _origins(rng, is_new, day, _newest_newsletter(size, newsletters), len(newsletters))
    engaged = rng.integers(0, 1_000, len(day)) < np.array([one.engaged_permille for one in known])[origin]
    lead_weight = np.array([one.lead_weight for one in known])[origin] * engaged
    becomes_lead = _drawn(rng, lead_weight, size.leads_per_day * size.days * ONLINE_LEAD_PERCENT / 100)
    order_weight = np.array([one.order_weight for one in known])[origin] * engaged * ~becomes_lead
    becomes_order = _drawn(rng, order_weight, size.orders_per_day * size.days)
    return Traffic(
        origins=known,
        pages=pages,
        started_at=started_at,
        visitor=visitor,
        is_first_visit=is_new,
        origin=origin,
        device=_devices(rng, visitor),
        page=_landing(rng, size, origin, len(newsletters)),
        engaged=engaged,
        lead_positions=np.flatnonzero(becomes_lead),
        order_positions=np.flatnonzero(becomes_order),
    )


def weighted(rng: np.random.Generator, weights: Sequence[int], rows: int) -> Whole:
    """`rows` positions in `weights`, each as likely as its weight."""
    ends = np.cumsum(np.array(weights, np.int64))
    return np.searchsorted(ends, rng.integers(0, ends[-1], rows), side="right").astype(np.int64)


def _drawn(rng: np.random.Generator, weights: Whole, expected: float) -> NDArray[np.bool_]:
    """Which sessions are drawn, so that about `expected` are."""
    return rng.integers(0, max(int(weights.sum()), 1), len(weights)) < weights * round(expected)


def _within_days(size: Size, day: Whole, seconds: Whole) -> Whole:
    """Epoch seconds of a time of local days, also of days of 23 and 25 hours."""
    zone = ZoneInfo(size.time_zone)
    midnights = np.array(
        [
            int(datetime.combine(size.first_day + timedelta(days=number), time(), zone).timestamp())
            for number in range(size.days + 1)
        ],
        np.int64,
    )
    length: Whole = midnights[1:] - midnights[:-1]
    within: Whole = midnights[day] + seconds % length[day]
    return within


def _visitors(rng: np.random.Generator, is_new: NDArray[np.bool_], day: Whole) -> Whole:
    """A number per visitor: new ones count up, returning ones are mostly someone who came not long ago."""
    born = np.cumsum(is_new)
    first_born_of_day = np.searchsorted(day, np.maximum(day - RETURNS_WITHIN_DAYS, 0), side="left")
    candidates = np.maximum(born - born[first_born_of_day] + 1, 1)
    recency = rng.random(len(day))
    back = np.floor(recency * recency * candidates).astype(np.int64)
    return np.where(is_new, born, np.maximum(born - back, 1)).astype(np.int64)


def _devices(rng: np.random.Generator, visitor: Whole) -> Whole:
    at_home = weighted(rng, DEVICE_SHARES, int(visitor.max()) + 1)[visitor]
    elsewhere = weighted(rng, DEVICE_SHARES, len(visitor))
    return np.where(rng.integers(0, 100, len(visitor)) < HOME_DEVICE_PERCENT, at_home, elsewhere).astype(np.int64)


def _known_origins(newsletters: Sequence[Newsletter]) -> tuple[Origin, ...]:
    return (*origins(), *(email_origin(one.utm_campaign) for one in newsletters))


def _origins(rng: np.random.Generator, is_new: NDArray[np.bool_], day: Whole, newest: Whole, newsletters: int) -> Whole:
    """Positions in the known origins; an e-mail session belongs to the newest newsletter of its day."""
    base = origins()
    new = weighted(rng, [*(one.weight_new for one in base), EMAIL_WEIGHT_NEW], len(day))
    returning = weighted(rng, [*(one.weight_returning for one in base), EMAIL_WEIGHT_RETURNING], len(day))
    drawn = np.where(is_new, new, returning)
    direct = next(place for place, one in enumerate(base) if one.channel == "Direct")
    has_letter = newest[day] >= 0
    email = np.where(has_letter, len(base) + newest[day], direct) if newsletters else np.full(len(day), direct)
    return np.where(drawn == len(base), email, drawn).astype(np.int64)


def _newest_newsletter(size: Size, newsletters: Sequence[Newsletter]) -> Whole:
    """Per day the position of the newest newsletter sent on an earlier day or the same, -1 before the first."""
    zone = ZoneInfo(size.time_zone)
    sent: list[date] = [one.send_time.astimezone(zone).date() for one in newsletters]
    days = [size.first_day + timedelta(days=number) for number in range(size.days)]
    return np.array([sum(one <= day for one in sent) - 1 for day in days], np.int64)


def _pages(size: Size, newsletters: Sequence[Newsletter]) -> tuple[str, ...]:
    letters = [
        f"/webinar?utm_source=mailchimp&utm_medium=email&utm_campaign={one.utm_campaign}&mc_cid={one.campaign_id}"
        for one in newsletters
    ]
    planted = planted_landing_page(newsletters[0].campaign_id if newsletters else "0000000000")
    return (*landing_pages(size.landing_pages), *letters, planted)


def _landing(rng: np.random.Generator, size: Size, origin: Whole, newsletters: int) -> Whole:
    """Positions in the pages: e-mail sessions land on their newsletter's page, a few on the planted one."""
    common, unpaid_and_ads = len(landing_pages(size.landing_pages)), len(origins())
    busy = weighted(rng, (30, 18, 12, 8, 10, 8, 6, 4, 2, 1, 1), len(origin))
    any_page = rng.integers(0, common, len(origin))
    page = np.where(rng.integers(0, 100, len(origin)) < 55, busy, any_page)
    page = np.where(origin >= unpaid_and_ads, common + origin - unpaid_and_ads, page)
    page[5::EVERY_SO_MANY_PLANTED] = common + newsletters
    return page.astype(np.int64)
