"""The derived GA4 requests: what is never summed is asked for at each grain and slice that a catalogue entry names.

Which requests follow from the catalogue, and over which periods; compatible ones are one request. What one asks for is
said by `ga4_forms`; fetching them belongs to `ga4_period_reading`, which of their periods are due to `intake`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.configuration import Kpi
from pipelines.configuration.sources import Ga4
from pipelines.ga4_forms import DIMENSION_OF_SLICE, EVENT_NAME, FORMS, VIEWS, Period, PeriodReport
from pipelines.kpi_parts import GRAINS, Measure
from pipelines.loads import Gate
from pipelines.slices import exists_at

TABLE = "raw.ga4_period"
# GA4 reference §4: at most 4 date ranges; long ranges of days hide rows (§10, complaint 7)
RANGES_PER_REQUEST, DAYS_PER_REQUEST = 4, 31
# GA4 reference §9: a period that falls below half of its stored users is a broken answer, unless it was small anyway
COLLAPSED_PERIOD = Gate(column="total_users", floor_share=0.5, minimum=100)


Asked = tuple[PeriodReport, Period]


@dataclass(frozen=True)
class Question:
    """One request to GA4: days in a row of one report, or up to four longer periods of reports with the same fields."""

    asked: tuple[Asked, ...]

    @property
    def report(self) -> PeriodReport:
        """A report that names the fields."""
        return self.asked[0][0]

    @property
    def is_by_day(self) -> bool:
        """Whether its rows tell their period by date."""
        return self.report.grain == "day"

    @property
    def name(self) -> str:
        """How messages call it."""
        return ", ".join(dict.fromkeys(report.name for report, _ in self.asked))

    @property
    def ranges(self) -> tuple[tuple[date, date], ...]:
        """The ranges of days that are asked for."""
        if self.is_by_day:
            return ((self.asked[0][1].first_day, self.asked[-1][1].last_day),)
        return tuple((period.first_day, period.last_day) for _, period in self.asked)


def derived_reports(kpis: Iterable[Kpi], measures: Mapping[str, Measure], ga4: Ga4) -> tuple[PeriodReport, ...]:
    """One report per grain, slice and form that an entry names for a measure that GA4 has to count.

    Events are those that conversions are counted by; the others are asked for only where every event name is shown.
    What can be summed is asked for by day, or by month where only months show the slice, and never beside all visits.
    """
    wanted: set[tuple[str, str, str]] = set()
    of_every_event: set[str] = set()
    for kpi in kpis:
        # an earlier definition still counts for its own months
        for name in (name for definition in kpi.definitions for name in definition.measures):
            for grain, slices in kpi.slices_by_grain.items():
                for slice_ in slices:
                    measure = measures[name].of_slice(slice_)
                    if measure.form is None:
                        continue
                    if measure.is_additive:
                        wanted.add((*_added_up_from(slice_), measure.form))
                        continue
                    asked = "total" if slice_ == EVENT_NAME else slice_
                    # a member without the event shows only among all visits
                    form = FORMS[measure.form]
                    beside = [] if form.page_set or form.followed_steps else ["all"]
                    wanted |= {(grain, asked, form) for form in (measure.form, *beside)}
                    if slice_ == EVENT_NAME:
                        of_every_event.add(grain)
    limited = tuple(sorted(ga4.event_names))
    return tuple(
        _report(place, limited if _is_limited(*place, of_every_event) else (), ga4)
        for place in sorted(wanted, key=_order)
    )


def _added_up_from(slice_: str) -> tuple[str, str]:
    """The grain and slice whose figures are summed: those of days, of the channels where the slice is no other."""
    if slice_ in ("total", EVENT_NAME):
        return "day", "channel"
    return ("day" if exists_at(slice_, "day") else "month"), slice_


def _report(place: tuple[str, str, str], events: tuple[str, ...], ga4: Ga4) -> PeriodReport:
    form = FORMS[place[2]]
    if form.page_set is None:
        return PeriodReport(*place, events)
    clicks = (*VIEWS, *ga4.events.call_to_action) if form.split else ()
    return PeriodReport(*place, clicks, ga4.pages.sets[form.page_set])


def periods_between(grain: str, first_day: date, last_day: date) -> Iterator[Period]:
    """The periods that hold a day of the span, each from its first day; none reaches beyond `last_day`."""
    start = period_start(grain, first_day)
    while start <= last_day:
        following = _next_start(grain, start)
        yield Period(grain, start, min(following - timedelta(days=1), last_day))
        start = following


def old_enough(pairs: Iterable[Asked], yesterday: date) -> Iterator[Asked]:
    """Those that can be asked for: visitors who are followed once every one of them has been for all of the time."""
    return (pair for pair in pairs if pair[0].counted_until(pair[1]) <= yesterday)


def period_start(grain: str, day: date) -> date:
    """First day of the period that holds the day; weeks begin on Monday."""
    match grain:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case _:
            return day.replace(month=1, day=1)


def questions(due: Iterable[Asked]) -> Iterator[Question]:
    """The due periods as requests: days in a row together, longer periods of any grain four at a time."""
    for is_by_day, pairs in _alike(due).values():
        groups = _days_in_a_row(pairs) if is_by_day else _few_at_a_time(pairs)
        yield from map(Question, groups)


def _alike(due: Iterable[Asked]) -> dict[tuple[object, ...], tuple[bool, list[Asked]]]:
    """The due periods by the fields that they are asked for with."""
    found: dict[tuple[object, ...], tuple[bool, list[Asked]]] = {}
    for report, period in due:
        fields = (report.dimensions, report.metrics, report.events, report.pages, report.channel)
        found.setdefault(fields, (report.grain == "day", []))[1].append((report, period))
    return found


def _few_at_a_time(pairs: list[Asked]) -> Iterator[tuple[Asked, ...]]:
    for first in range(0, len(pairs), RANGES_PER_REQUEST):
        yield tuple(pairs[first : first + RANGES_PER_REQUEST])


def _days_in_a_row(pairs: list[Asked]) -> Iterator[tuple[Asked, ...]]:
    group: list[Asked] = []
    for pair in pairs:
        is_next = bool(group) and pair[1].first_day == group[-1][1].first_day + timedelta(days=1)
        if group and (not is_next or len(group) == DAYS_PER_REQUEST):
            yield tuple(group)
            group = []
        group.append(pair)
    if group:
        yield tuple(group)


def _next_start(grain: str, start: date) -> date:
    if grain in ("day", "week"):
        return start + timedelta(days=1 if grain == "day" else 7)
    months = start.year * 12 + start.month - 1 + {"month": 1, "quarter": 3, "year": 12}[grain]
    return date(months // 12, months % 12 + 1, 1)


def _is_limited(grain: str, slice_: str, form: str, of_every_event: set[str]) -> bool:
    return form == "eventName" and not (slice_ == "total" and grain in of_every_event)


def _order(wanted: tuple[str, str, str]) -> tuple[int, int, str]:
    grain, slice_, form = wanted
    return GRAINS.index(grain), list(DIMENSION_OF_SLICE).index(slice_), form
