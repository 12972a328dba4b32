"""The shape of what search engines, editors and colleagues tell of the demo company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class Sighting:
    """A row of a search report; `report` is the file it comes in: queries, pages, crossed or positions.

    Empty texts are what the report does not divide by; a rank tracker's `position` is None when it found nothing.
    """

    report: str
    day: date
    query: str
    page: str
    country: str
    device: str
    clicks: int | None
    impressions: int | None
    position: Decimal | None
    tracked: bool = False


@dataclass(frozen=True)
class SiteDay:
    """What the search engine counts for the whole site on a day."""

    day: date
    clicks: int
    impressions: int
    position: Decimal


@dataclass(frozen=True)
class SiteMeasurement:
    """What the page index, or the link index, holds on a day; the other of the two is None."""

    day: date
    indexed_pages: int | None = None
    submitted_pages: int | None = None
    submitted_indexed_pages: int | None = None
    backlinks: int | None = None
    referring_domains: int | None = None


@dataclass(frozen=True)
class Article:
    """A published article."""

    article_id: str
    published_at: datetime
    url: str
    type: str | None


@dataclass(frozen=True)
class HandedIn:
    """A figure that somebody hands in under the id of a KPI, or of a test."""

    metric_id: str
    day: date
    slice: str
    member: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True)
class Findings:
    """Everything of this subject; search reports lag by `search_lag_days` days."""

    sightings: tuple[Sighting, ...] = ()
    site_days: tuple[SiteDay, ...] = ()
    measurements: tuple[SiteMeasurement, ...] = ()
    articles: tuple[Article, ...] = ()
    handed_in: tuple[HandedIn, ...] = ()
    search_lag_days: int = 2
