"""The derived GA4 requests: what is never summed is asked for at each grain and slice that a catalogue entry names.

Which requests follow from the catalogue, and over which periods; compatible ones are one request. Fetching them belongs
to `ga4_period_reading`, which of their periods are due to `intake`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.configuration import Kpi
from pipelines.ga4_reports import hash_of_asked
from pipelines.kpi_parts import GRAINS, Measure
from pipelines.loads import Gate

OBJECT, TABLE = "ga4.period", "raw.ga4_period"
DIMENSION_OF_SLICE = {
    "total": None,
    "channel": "sessionDefaultChannelGroup",
    "device": "deviceCategory",
    "source_medium": "sessionSourceMedium",
    "campaign": "sessionCampaignName",
    "landing_page": "landingPage",
}
# members of this slice are the values of the form's own dimension
EVENT_NAME = "event_name"
# the form `all` counts every visit; the others divide the same visits by the GA4 dimension they are named after
METRICS_OF_FORM = {
    "all": ("totalUsers", "newUsers", "sessions"),
    "newVsReturning": ("totalUsers",),
    "eventName": ("totalUsers", "sessions"),
}
# GA4 reference §4: at most 4 date ranges; long ranges of days hide rows (§10, complaint 7)
RANGES_PER_REQUEST, DAYS_PER_REQUEST = 4, 31
# GA4 reference §9: a period that falls below half of its stored users is a broken answer, unless it was small anyway
COLLAPSED_PERIOD = Gate(column="total_users", floor_share=0.5, minimum=100)


@dataclass(frozen=True)
class Period:
    """Days counted as one; `last_day` lies before the end of a period that is not over."""

    grain: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class PeriodReport:
    """One derived request; `events` limits the form `eventName` to these names, none of them means every name."""

    grain: str
    slice: str
    form: str
    events: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How parts call it."""
        return f"{self.grain}/{self.slice}/{self.form}"

    @property
    def asked(self) -> str:
        """Short hash of what is asked for: an answer to other fields or events is no answer to this."""
        return hash_of_asked(self.dimensions, self.metrics, self.events)

    @property
    def object(self) -> str:
        """How messages call it."""
        return f"{OBJECT} {self.name}"

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The fields it divides by; days come by `date`, longer periods each as a range of days."""
        slice_dimension = DIMENSION_OF_SLICE[self.slice]
        by_day = ("date",) if self.grain == "day" else ()
        by_member = (slice_dimension,) if slice_dimension else ()
        return (*by_day, *by_member, *(() if self.form == "all" else (self.form,)))

    @property
    def metrics(self) -> tuple[str, ...]:
        """What it counts."""
        return METRICS_OF_FORM[self.form]

    def part(self, period: Period) -> str:
        """The part of the load that a period is."""
        return f"{self.name}/{period.first_day.isoformat()}"


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


def derived_reports(
    kpis: Iterable[Kpi], measures: Mapping[str, Measure], events: Iterable[str]
) -> tuple[PeriodReport, ...]:
    """One report per grain, slice and form that an entry names for a measure that GA4 has to count.

    `events` are those that conversions are counted by; the others are asked for only where every event name is shown.
    """
    wanted: set[tuple[str, str, str]] = set()
    of_every_event: set[str] = set()
    for kpi in kpis:
        # an earlier definition still counts for its own months
        for measure in (measures[name] for definition in kpi.definitions for name in definition.measures):
            if measure.form is None:
                continue
            for grain, slices in kpi.slices_by_grain.items():
                for slice_ in slices:
                    asked = "total" if slice_ == EVENT_NAME else slice_
                    # a member without the event shows only among all visits
                    wanted |= {(grain, asked, measure.form), (grain, asked, "all")}
                    if slice_ == EVENT_NAME:
                        of_every_event.add(grain)
    limited = tuple(sorted(events))
    return tuple(
        PeriodReport(grain, slice_, form, limited if _is_limited(grain, slice_, form, of_every_event) else ())
        for grain, slice_, form in sorted(wanted, key=_order)
    )


def periods_between(grain: str, first_day: date, last_day: date) -> Iterator[Period]:
    """The periods that hold a day of the span, each from its first day; none reaches beyond `last_day`."""
    start = period_start(grain, first_day)
    while start <= last_day:
        following = _next_start(grain, start)
        yield Period(grain, start, min(following - timedelta(days=1), last_day))
        start = following


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
        fields = (report.dimensions, report.metrics, report.events)
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
