"""How sure a figure is: what it counts, between which figures it plausibly lies, and its state and trust as signs."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.review.month import Definition, KpiValue
from pipelines.review.wording import Phrase, Wording

SIGNS = {"final": "●", "provisional": "◐", "immature": "◔", "ok": "✓", "caution": "!", "bad": "✕"}


@dataclass(frozen=True)
class Badge:
    """A state in words with a sign; the colour only repeats it."""

    kind: str
    sign: str
    label: str
    reason: Phrase


def status_badge(known: KpiValue, wording: Wording) -> Badge:
    """Whether the number can still change, or why there is none."""
    sign = SIGNS.get(known.status, "○")
    return Badge(known.status, sign, wording(f"status.{known.status}"), wording.reason(known.status_reason))


def trust_badge(known: KpiValue, wording: Wording) -> Badge:
    """How far the number can be relied on."""
    return Badge(known.trust, SIGNS[known.trust], wording(f"trust.{known.trust}"), wording.reason(known.trust_reason))


def counted(known: KpiValue, wording: Wording) -> str:
    """So many of so many, where a rate counts members of a group; else empty."""
    if known.part_of_whole is None:
        return ""
    part, whole = known.part_of_whole
    return wording("value.part_of_whole", part=wording.count(part), whole=wording.count(whole))


def interval(key: str, definition: Definition, known: KpiValue, wording: Wording) -> str:
    """The interval as a range in words; empty when there is none."""
    if known.ci_low is None or known.ci_high is None:
        return ""
    ends, narrowest = (known.ci_low, known.ci_high), known.ci_low or known.ci_high
    low, high = (wording.figure(definition.kpi_id, definition.unit, end, beside=narrowest) for end in ends)
    return wording(key, low=low, high=high)
