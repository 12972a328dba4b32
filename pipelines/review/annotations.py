"""The remarks on a page: numbered, marked on the charts, and listed with what they are about and who made them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pipelines.review.afterwards import Annotation
from pipelines.review.month import ClosedMonth, months_before
from pipelines.review.wording import Wording

TREND_MONTHS = 13


@dataclass(frozen=True)
class Remark:
    """One annotation as it is listed."""

    number: int
    period: str
    about: tuple[str, ...]
    text: str
    author: str


@dataclass(frozen=True)
class Remarks:
    """Those of the month itself, and those of the months before that trend lines show."""

    of_month: tuple[Remark, ...]
    earlier: tuple[Remark, ...]


@dataclass(frozen=True)
class DayMark:
    """The days of the month that an annotation covers, and where lines show them: on a day, or around a period."""

    number: int
    first: int
    last: int
    edges: tuple[float, ...]
    kpi_id: str | None


def remarks(month: ClosedMonth, wording: Wording) -> Remarks | None:
    """What is listed below the charts; None when there is nothing to say."""
    listed = [(one, _remark(number, one, month, wording)) for number, one in _numbered(month)]
    if not listed:
        return None
    here = month.snapshot.month
    return Remarks(
        tuple(remark for one, remark in listed if one.touches(here)),
        tuple(remark for one, remark in listed if not one.touches(here)),
    )


def day_marks(month: ClosedMonth) -> list[DayMark]:
    """The annotations of the month on its days; those that reach beyond it are cut off, without a line there."""
    here = month.snapshot.month
    return [_day_mark(number, one, here) for number, one in _numbered(month) if one.touches(here)]


def _day_mark(number: int, one: Annotation, here: date) -> DayMark:
    after = months_before(here, -1)
    begins, ends = one.date_from >= here, one.date_to < after
    first, last = one.date_from.day if begins else 1, one.date_to.day if ends else (after - here).days
    around = (*((first - 0.5,) if begins else ()), *((last + 0.5,) if ends else ()))
    return DayMark(number, first, last, (first,) if one.date_from == one.date_to else around, one.kpi_id)


def trend_marks(month: ClosedMonth, kpi_id: str) -> dict[int, tuple[int, ...]]:
    """Place of a month in a trend line -> the numbers of its annotations that are about the KPI."""
    found: dict[int, tuple[int, ...]] = {}
    for place in range(TREND_MONTHS):
        day = months_before(month.snapshot.month, TREND_MONTHS - 1 - place)
        numbers = tuple(number for number, one in _numbered(month) if one.touches(day) and one.concerns(kpi_id))
        if numbers:
            found[place] = numbers
    return found


def numbers_in(month: ClosedMonth, day: date) -> list[int]:
    """The numbers of all annotations of the month that begins on a day."""
    return [number for number, one in _numbered(month) if one.touches(day)]


def described(month: ClosedMonth, numbers: Iterable[int], wording: Wording) -> str:
    """Numbers with their days, for whoever does not see the drawing."""
    periods = {number: wording.period(one.date_from, one.date_to) for number, one in _numbered(month)}
    entries = [wording("annotations.entry", number=number, period=periods[number]) for number in sorted(set(numbers))]
    return wording("annotations.described", listed="; ".join(entries)) if entries else ""


def _numbered(month: ClosedMonth) -> list[tuple[int, Annotation]]:
    return list(enumerate(month.afterwards.annotations, 1))


def _remark(number: int, one: Annotation, month: ClosedMonth, wording: Wording) -> Remark:
    definition = month.definitions.get(one.kpi_id or "")
    kpi = wording.kpi_name(definition) if definition else one.kpi_id
    return Remark(
        number,
        wording.period(one.date_from, one.date_to),
        tuple(about for about in (kpi, one.channel) if about),
        one.text_nl if wording.language == "nl" else one.text_en,
        wording("annotations.by", author=one.author),
    )
