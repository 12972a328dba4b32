"""Distinct visitors by who they are and by what they read, counted from sessions once per grain and slice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.content import is_in
from pipelines.sandbox.answer_key.formulas import Key, Parts, Subject
from pipelines.sandbox.answer_key.page_visits import Visit, visits
from pipelines.sandbox.answer_key.periods import period_start, started_periods
from pipelines.sandbox.answer_key.tally import TOTAL
from pipelines.sandbox.truth_audience import age, city, country, gender

GRAINS = ("day", "month")
# groups of an age or gender below this size are held back, and that some may be is said
FEWEST_SHOWN, WITHHELD = 10, "(withheld)"
Place = tuple[str, date, str, str]
Visitors = dict[Place, set[int]]


def _values(books: Books) -> dict[Key, Parts]:
    segments: Visitors = {}
    seen: Visitors = {}
    scrolled: Visitors = {}
    new: Visitors = {}
    for visit in visits(books):
        _note(segments, visit, _segments(visit))
        for page in visit.pages:
            _note(seen, visit, [("month", "page", page.page)])
            _note(scrolled, visit, [("month", "page", page.page)] if page.has_scrolled else [])
        read = [(grain, *cell) for grain in GRAINS for cell in (TOTAL, ("device", visit.members["device"]))]
        _note(seen, visit, read)
        _note(scrolled, visit, read if any(page.has_scrolled for page in visit.pages) else [])
        if visit.is_first_visit and is_in(books.rules, "content", visit.members["landing_page"]):
            _note(new, visit, _landings(visit))
    for grain in GRAINS:
        for start in started_periods(grain, books.truth.first_day, books.today):
            seen.setdefault((grain, start, *TOTAL), set())
            new.setdefault((grain, start, *TOTAL), set())
    return {
        **dict(_shown(segments, books)),
        **{("scroll_depth", *place): (_number(scrolled.get(place)), _number(seen[place])) for place in seen},
        **{("content_new_users", *place): (_number(new[place]), None) for place in new},
    }


def _segments(visit: Visit) -> list[tuple[str, str, str]]:
    number = visit.visitor_id
    traits = {"country": country(number), "city": city(number), "age": age(number), "gender": gender(number)}
    return [("month", slice_, member) for slice_, member in {**traits, "device": visit.members["device"]}.items()]


def _landings(visit: Visit) -> list[tuple[str, str, str]]:
    cells = [(grain, *cell) for grain in GRAINS for cell in (TOTAL, ("channel", visit.members["channel"]))]
    return [*cells, ("month", "landing_page", visit.members["landing_page"])]


def _note(into: Visitors, visit: Visit, cells: list[tuple[str, str, str]]) -> None:
    for grain, slice_, member in cells:
        place = (grain, period_start(grain, visit.day), slice_, member)
        into.setdefault(place, set()).add(visit.visitor_id)


def _shown(segments: Visitors, books: Books) -> Iterator[tuple[Key, Parts]]:
    for place, visitors in segments.items():
        if place[2] not in ("age", "gender") or len(visitors) >= FEWEST_SHOWN:
            yield ("users_by_audience_segment", *place), (_number(visitors), None)
    for start in started_periods("month", books.truth.first_day, books.today):
        for slice_ in ("age", "gender"):
            yield ("users_by_audience_segment", "month", start, slice_, WITHHELD), (None, None)


def _number(visitors: set[int] | None) -> Decimal:
    return Decimal(len(visitors or ()))


WEBSITE_AUDIENCE = Subject(values=_values)
