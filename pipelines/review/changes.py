"""What changed since an earlier month: a number, a direction in words, and whether that is good.

A comparison that would mislead is refused with its reason: cohorts that can still convert, and changed definitions.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from math import sqrt

from pipelines.review.month import ClosedMonth, Definition, EarlierMonth, KpiValue
from pipelines.review.wording import MINUS, SHOWN_AS_FACTOR, Wording

# within so many of them lie 95 % of the differences that chance makes
STANDARD_ERRORS = 1.96
SIGNS = {"up": "+", "down": MINUS}


@dataclass(frozen=True)
class Change:
    """A sentence; `verdict` is good, bad or empty, `verdict_text` says it in words. `then` is the earlier figure.

    There is no verdict where the two may differ by chance alone: `doubt` says so.
    """

    sentence: str
    short: str = ""
    verdict: str = ""
    verdict_text: str = ""
    doubt: str = ""
    then: str = ""


def change_since(month: ClosedMonth, definition: Definition, wording: Wording) -> Change | None:
    """The change of a KPI against the previous month's snapshot; None when the month itself has no value."""
    return _change_from(month, month.previous, definition, wording)


def change_since_year_before(month: ClosedMonth, definition: Definition, wording: Wording) -> Change | None:
    """The change against the same month of the year before; None as well when that was never frozen."""
    return _change_from(month, month.year_before, definition, wording) if month.year_before else None


def _change_from(
    month: ClosedMonth, earlier: EarlierMonth | None, definition: Definition, wording: Wording
) -> Change | None:  # fmt: skip
    now = month.of_month(definition.kpi_id)
    if now is None or now.value is None:
        return None
    if now.is_immature:
        return Change(wording("change.immature"))
    if earlier is None:
        return Change(wording("change.no_snapshot"))
    before = earlier.values.get(definition.kpi_id)
    if before is None or before.value is None:
        return Change(wording("change.no_value", **_named(earlier, wording)))
    if before.is_immature:
        return Change(wording("change.immature_before", **_named(earlier, wording)))
    if now.definition_version != before.definition_version:
        versions = {"old": before.definition_version, "new": now.definition_version}
        return Change(wording("change.definition", **_named(earlier, wording), **versions))
    days = (_days(month.snapshot.month), _days(earlier.snapshot.month))
    may_be_chance = _overlap(now, before) or (
        definition.counts_events and counts_agree((now.value, before.value), days)
    )
    return _compared(definition, (now, before), earlier, wording, may_be_chance=may_be_chance)


def _days(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def _named(earlier: EarlierMonth, wording: Wording) -> dict[str, object]:
    return {"month": wording.month(earlier.snapshot.month), "version": earlier.snapshot.version}


def _compared(
    definition: Definition,
    pair: tuple[KpiValue, KpiValue],
    earlier: EarlierMonth,
    wording: Wording,
    *,
    may_be_chance: bool,
) -> Change:
    now, before = (wording.figure(definition.kpi_id, definition.unit, known.value or 0) for known in pair)
    difference = (pair[0].value or 0) - (pair[1].value or 0)
    named = _named(earlier, wording)
    amount, share = _amounts(definition, abs(difference), pair[1].value or 0, wording)
    # what rounds to nothing is no change, although the two figures round apart
    if now == before or amount == _amounts(definition, 0.0, pair[1].value or 0, wording)[0]:
        return Change(wording("change.same", then=before, **named), wording("change.same_short"), then=before)
    direction = "up" if difference > 0 else "down"
    sign = SIGNS[direction]
    verdict = "" if may_be_chance else verdict_of(definition.direction, direction)
    return Change(
        wording(f"change.{direction}", amount=f"{amount} ({share})" if share else amount, then=before, **named),
        f"{sign}{amount} ({sign}{share})" if share else f"{sign}{amount}",
        verdict,
        wording(f"change.{verdict}") if verdict else "",
        wording("change.overlap") if may_be_chance else "",
        before,
    )


def _amounts(definition: Definition, difference: float, before: float, wording: Wording) -> tuple[str, str]:
    """The difference in the KPI's unit, and as a share of the value before where that says something."""
    if definition.unit == "ratio" and definition.kpi_id not in SHOWN_AS_FACTOR:
        return wording.points(difference), ""
    amount = wording.figure(definition.kpi_id, definition.unit, difference, beside=before)
    says_something = before > 0 and definition.unit in {"count", "EUR"}
    return amount, wording.percentage(difference / before) if says_something else ""


def verdict_of(wanted: str, direction: str) -> str:
    """Whether going up or down is good or bad; empty where it is neither."""
    if wanted == "neutral":
        return ""
    return "good" if wanted == f"{direction}_good" else "bad"


def _overlap(now: KpiValue, before: KpiValue) -> bool:
    if now.ci_low is None or now.ci_high is None or before.ci_low is None or before.ci_high is None:
        return False
    return now.ci_low <= before.ci_high and before.ci_low <= now.ci_high


def counts_agree(counts: tuple[float, float], days: tuple[int, int]) -> bool:
    """Whether two counts may come of one rate a day: the conditional test of two Poisson counts, at 95 %.

    J. Przyborowski and H. Wilenski, 1940, in its normal approximation. What comes in clusters, such as page views,
    varies more: there a verdict is still no proof. What can be negative is no count of events.
    """
    one, other = counts
    if one < 0 or other < 0:
        return False
    share, rest = (part / sum(days) for part in days)
    return abs(one - (one + other) * share) <= STANDARD_ERRORS * sqrt((one + other) * share * rest)
