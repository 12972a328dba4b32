"""How a version stands among the versions of its month: approved or not, reported or not, in words and with a sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.review.afterwards import Version, newest_approved
from pipelines.review.wording import Wording

SIGNS = {
    "approved": "✓",
    "approved_before": "✓",
    "restatement": "↻",
    "provisional": "◐",
    "outdated": "○",
    "passed_over": "○",
}


@dataclass(frozen=True)
class Signature:
    """Who approved a version, when, and what was noted."""

    sentence: str
    note: str


@dataclass(frozen=True)
class Standing:
    """The state of a version; `other` is the version of the month to look at instead, or beside it."""

    kind: str
    sign: str
    label: str
    short: str
    sentence: str
    signatures: tuple[Signature, ...]
    other: Version | None


def standing(versions: Sequence[Version], number: int, wording: Wording) -> Standing:
    """The state of the version with this number among all versions of its month, oldest first."""
    mine = next(version for version in versions if version.number == number)
    kind, other = _kind(versions, mine)
    named = {"number": number, "other": other.number if other else number}
    has_later = kind == "approved" and other is not None
    return Standing(
        kind=kind,
        sign=SIGNS[kind],
        label=wording(f"standing.{kind}.label"),
        short=wording(f"standing.{kind}.short", **named),
        sentence=wording("standing.approved.later" if has_later else f"standing.{kind}.sentence", **named),
        signatures=tuple(
            Signature(
                wording("standing.signed", who=approval.approved_by, day=wording.day(approval.approved_at)),
                approval.note,
            )
            for approval in mine.approvals
        ),
        other=other,
    )


def _kind(versions: Sequence[Version], mine: Version) -> tuple[str, Version | None]:
    """The state, and the other version of which it speaks."""
    reported, newest = newest_approved(versions), versions[-1]
    if reported is None:
        return ("provisional", None) if mine is newest else ("outdated", newest)
    if mine is reported:
        return "approved", None if mine is newest else newest
    if mine.approvals:
        return "approved_before", reported
    return ("restatement" if reported.number < mine.number else "passed_over"), reported
