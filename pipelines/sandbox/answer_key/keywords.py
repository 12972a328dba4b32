"""Stocks of search: where the followed keywords stand, and what the index and the links hold at a period's end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.coverage import Coverage
from pipelines.sandbox.answer_key.formulas import Key, Parts, Subject, exists_at
from pipelines.sandbox.answer_key.periods import GRAINS, period_start, started_periods
from pipelines.sandbox.answer_key.search import counted_until
from pipelines.sandbox.truth_search import Sighting

LOWEST_RANK = 100
SLICES = ("total", "query", "country", "device")
# kpi -> the figures of a measurement that it needs, numerator first
STOCKS = {
    "indexed_pages": ("indexed_pages",),
    "indexation_rate": ("submitted_indexed_pages", "submitted_pages"),
    "backlinks": ("backlinks",),
}
List = list[Sighting]


def expected_keywords(books: Books) -> dict[Key, Parts]:
    """Each period by its last measurement; what is new by the last one before it, or the first one inside."""
    told = [one for one in books.truth.findings.sightings if _is_known(books, one)]
    first_day = min(one.day for one in told)
    followed = [one for one in told if one.tracked]
    expected: dict[Key, Parts] = {}
    for grain in GRAINS:
        starts = started_periods(grain, first_day, books.today)
        for slice_ in SLICES:
            if not exists_at(slice_, grain):
                continue
            for member, rows in _by_member(followed, slice_).items():
                for start in starts:
                    expected |= _standing(grain, start, slice_, member, rows)
        if grain != "day":
            expected |= _stocks(books, grain)
    return expected


def _is_known(books: Books, one: Sighting) -> bool:
    return one.day < (books.today if one.report == "positions" else counted_until(books))


def _by_member(followed: Sequence[Sighting], slice_: str) -> dict[str, list[Sighting]]:
    """The rows of each member; a row that does not say counts for none."""
    if slice_ == "total":
        return {"": list(followed)}
    rows: dict[str, list[Sighting]] = {}
    for one in followed:
        if member := getattr(one, slice_):
            rows.setdefault(member, []).append(one)
    return rows


def _standing(grain: str, start: date, slice_: str, member: str, rows: Sequence[Sighting]) -> dict[Key, Parts]:
    """The figures of one cell; a total is there without a measurement too, a member is not."""
    at_end, at_start = _measurements(grain, start, rows)
    cell = (grain, start, slice_, member)
    expected: dict[Key, Parts] = {}
    is_total = slice_ == "total"
    if at_end or is_total:
        found = [position for position in at_end.values() if position is not None]
        expected["tracked_keyword_position", *cell] = (_median(found), None)
    if grain != "day" and slice_ in ("total", "country"):
        ranking = {query for query, position in at_end.items() if _ranks(position)}
        if at_end or is_total:
            expected["ranking_keywords", *cell] = (Decimal(len(ranking)) if at_end else None, None)
        new = [query for query in ranking if query in at_start and not _ranks(at_start[query])]
        if at_start or is_total:
            expected["new_ranking_keywords_top100", *cell] = (Decimal(len(new)) if at_start else None, None)
    return expected


Positions = dict[str, Decimal | None]


def _measurements(grain: str, start: date, rows: Sequence[Sighting]) -> tuple[Positions, Positions]:
    """Best position of each keyword at the end and at the start; every country of a report is measured on its own."""
    at_end: Positions = {}
    at_start: Positions = {}
    for measured in _lists(rows):
        days = sorted({one.day for one in measured})
        inside = [day for day in days if period_start(grain, day) == start]
        before = [day for day in days if day < start]
        if not inside:
            continue
        _note(at_end, measured, inside[-1])
        if before:
            _note(at_start, measured, before[-1])
        elif len(inside) > 1:
            _note(at_start, measured, inside[0])
    return at_end, at_start


def _lists(rows: Sequence[Sighting]) -> Iterator[list[Sighting]]:
    for key in sorted({(one.report, one.country, one.device) for one in rows}):
        yield [one for one in rows if (one.report, one.country, one.device) == key]


def _note(positions: Positions, rows: Sequence[Sighting], day: date) -> None:
    for one in rows:
        if one.day == day:
            known = [position for position in (positions.get(one.query), one.position) if position is not None]
            positions[one.query] = min(known) if known else None


def _ranks(position: Decimal | None) -> bool:
    return position is not None and position <= LOWEST_RANK


def _median(positions: Sequence[Decimal]) -> Decimal | None:
    ordered = sorted(positions)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _stocks(books: Books, grain: str) -> dict[Key, Parts]:
    expected: dict[Key, Parts] = {}
    for kpi_id, names in STOCKS.items():
        measured = {
            one.day: [getattr(one, name) for name in names]
            for one in books.truth.findings.measurements
            if one.day < books.today and all(getattr(one, name) is not None for name in names)
        }
        # as long as nothing was ever measured there is no source, in no period
        first_day = min(measured, default=Coverage(books).first_known_day)
        for start in started_periods(grain, first_day, books.today):
            days = [day for day in measured if period_start(grain, day) == start]
            above, below = None, None
            if days:
                above, *others = (Decimal(one) for one in measured[max(days)])
                below = others[0] if others else None
            expected[kpi_id, grain, start, "total", ""] = (above, below)
    return expected


KEYWORDS = Subject(values=expected_keywords)
