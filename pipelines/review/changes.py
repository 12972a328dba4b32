"""What changed since the month before: a number, a direction in words, and whether that is good.

A comparison that would mislead is refused with its reason: cohorts that can still convert, and changed definitions.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.review.month import ClosedMonth, Definition, EarlierMonth, KpiValue
from pipelines.review.wording import SHOWN_AS_FACTOR, Wording


@dataclass(frozen=True)
class Change:
    """A sentence; `verdict` is good, bad or empty, `verdict_text` says it in words."""

    sentence: str
    short: str = ""
    verdict: str = ""
    verdict_text: str = ""
    doubt: str = ""


def change_since(month: ClosedMonth, definition: Definition, wording: Wording) -> Change | None:
    """The change of a KPI against the previous month's snapshot; None when the month itself has no value."""
    now = month.of_month(definition.kpi_id)
    if now is None or now.value is None:
        return None
    earlier = month.previous
    if earlier is None:
        return Change(wording("change.no_snapshot"))
    before = earlier.values.get(definition.kpi_id)
    if before is None or before.value is None:
        return Change(wording("change.no_value", month=_named(earlier, wording)))
    if now.is_immature or before.is_immature:
        return Change(wording("change.immature"))
    if now.definition_version != before.definition_version:
        versions = {"old": before.definition_version, "new": now.definition_version}
        return Change(wording("change.definition", month=_named(earlier, wording), **versions))
    return _compared(definition, now, before, _named(earlier, wording), wording)


def _named(earlier: EarlierMonth, wording: Wording) -> str:
    month = wording.month(earlier.snapshot.month)
    return wording("change.named_month", month=month, version=earlier.snapshot.version)


def _compared(definition: Definition, now: KpiValue, before: KpiValue, month: str, wording: Wording) -> Change:
    assert now.value is not None and before.value is not None  # noqa: S101
    difference = now.value - before.value
    then = wording.figure(definition.kpi_id, definition.unit, before.value)
    amount = _amount(definition, abs(difference), before.value, wording)
    if wording.figure(definition.kpi_id, definition.unit, now.value) == then:
        return Change(wording("change.same", month=month, then=then), wording("change.same_short"))
    direction = "up" if difference > 0 else "down"
    verdict = _verdict(definition.direction, direction)
    return Change(
        wording(f"change.{direction}", amount=amount, month=month, then=then),
        wording(f"change.{direction}_short", amount=amount),
        verdict,
        wording(f"change.{verdict}") if verdict else "",
        wording("change.overlap") if _overlap(now, before) else "",
    )


def _amount(definition: Definition, difference: float, before: float, wording: Wording) -> str:
    if definition.unit == "ratio" and definition.kpi_id not in SHOWN_AS_FACTOR:
        return wording.points(difference)
    amount = wording.figure(definition.kpi_id, definition.unit, difference)
    if before > 0 and definition.unit in {"count", "EUR"}:
        return f"{amount} ({wording.percentage(difference / before)})"
    return amount


def _verdict(wanted: str, direction: str) -> str:
    if wanted == "neutral":
        return ""
    return "good" if wanted == f"{direction}_good" else "bad"


def _overlap(now: KpiValue, before: KpiValue) -> bool:
    if now.ci_low is None or now.ci_high is None or before.ci_low is None or before.ci_high is None:
        return False
    return now.ci_low <= before.ci_high and before.ci_low <= now.ci_high
