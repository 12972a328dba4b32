"""What of a month asks for somebody's attention, gravest first: a line each, with a link to where it is told in full.

Nothing is judged here: verdicts, trust and refusals are those of the sections.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.review.certainty import status_badge, trust_badge
from pipelines.review.changes import Change, change_since
from pipelines.review.grids import NOTHING
from pipelines.review.month import CheckLine, ClosedMonth, Definition, EarlierMonth, KpiValue, TargetStanding
from pipelines.review.reconciliation import RefusedLoad
from pipelines.review.rejections import Rejection
from pipelines.review.targets import SIGNS, summed
from pipelines.review.wording import Phrase, Wording

FAILED_TARGETS = ("missed", "behind")
# as a part of the month before
MUCH_WORSE = 0.1
GRAVE_CHECKS = frozenset({"blocking", "error"})


@dataclass(frozen=True)
class Matter:
    """One thing to look at; `section` is where it stands in full."""

    kind: str
    sign: str
    label: str
    sentence: str
    section: str
    why: Phrase = NOTHING


def matters(
    month: ClosedMonth, pack: Sequence[str], checks: Sequence[CheckLine], wording: Wording
) -> list[Matter]:  # fmt: skip
    """Targets that are missed or behind, headlines that are missing, doubted or worse, what was refused, and checks."""
    found = [
        *target_matters(month.targets, month.definitions, wording),
        *_headlines(month, pack, wording),
        *data_matters(month.refused, month.rejections, checks, wording),
    ]
    return gravest_first(found)


def gravest_first(found: Sequence[Matter]) -> list[Matter]:
    """What is wrong before what is to be read with care."""
    return sorted(found, key=lambda one: one.kind != "bad")


def target_matters(
    targets: Sequence[TargetStanding], definitions: Mapping[str, Definition], wording: Wording
) -> Iterator[Matter]:
    """Targets that are missed, then those that are behind."""
    for status in FAILED_TARGETS:
        for one in targets:
            if one.status != status or one.kpi_id not in definitions:
                continue
            definition = definitions[one.kpi_id]
            actual, expected = (
                wording("value.none") if figure is None else wording.figure(one.kpi_id, definition.unit, figure)
                for figure in (one.actual, one.expected)
            )
            name = " · ".join(part for part in (wording.kpi_name(definition), one.member) if part)
            yield Matter(
                "bad",
                SIGNS[status],
                wording(f"targets.status.{status}"),
                wording("attention.target", name=name, actual=summed(one, actual, wording), expected=expected),
                "targets",
                wording.reason(one.reason),
            )


def _headlines(month: ClosedMonth, pack: Sequence[str], wording: Wording) -> Iterator[Matter]:
    for kpi_id in pack:
        known, name = month.of_month(kpi_id), wording.kpi_name(month.definitions[kpi_id])
        if known is None:
            absent = Phrase(wording("value.absent"))
            yield Matter(
                "bad", "○", wording("status.absent"), wording("attention.missing", name=name), "headline", absent
            )
        elif known.value is None:
            badge = status_badge(known, wording)
            yield Matter(
                "bad", badge.sign, badge.label, wording("attention.missing", name=name), "headline", badge.reason
            )
        elif known.trust != "ok":
            badge = trust_badge(known, wording)
            yield Matter(
                known.trust, badge.sign, badge.label, wording("attention.doubted", name=name), "headline", badge.reason
            )
        elif (change := change_since(month, month.definitions[kpi_id], wording)) and _is_much_worse(
            change, known, month.previous
        ):
            told = wording("attention.worse", name=name, change=change.sentence)
            yield Matter("caution", "▼", wording("attention.worse_label"), told, "headline")


def _is_much_worse(change: Change, now: KpiValue, before: EarlierMonth | None) -> bool:
    """Worse than the month before by a tenth or more; smaller changes stand on the cards."""
    then = before.values[now.kpi_id].value if before and now.kpi_id in before.values else None
    if change.verdict != "bad" or now.value is None or not then:
        return False
    return abs(now.value - then) >= MUCH_WORSE * abs(then)


def data_matters(
    refused: Sequence[RefusedLoad], rejections: Sequence[Rejection], checks: Sequence[CheckLine], wording: Wording
) -> Iterator[Matter]:
    """What was refused, what was left out, and checks that do not hold."""
    if refused:
        sentence = wording.counted("attention.refused", len(refused))
        yield Matter("bad", "✕", wording("attention.refused.label"), sentence, "checks", _remedy("refused", wording))
    if rejections:
        of_files = {(one.path, one.kind): one.rows_rejected for one in rejections}
        files, rows = len({path for path, _ in of_files}), wording.count(sum(of_files.values()))
        sentence = wording.counted("attention.rejected", files, rows=rows)
        yield Matter(
            "caution", "!", wording("attention.rejected.label"), sentence, "checks", _remedy("rejected", wording)
        )
    failed = sum(not check.passed and check.severity in GRAVE_CHECKS for check in checks)
    if failed:
        sentence = wording.counted("attention.checks", failed)
        yield Matter("bad", "✕", wording("attention.checks.label"), sentence, "checks", _remedy("checks", wording))


def _remedy(what: str, wording: Wording) -> Phrase:
    return Phrase(wording(f"attention.{what}.remedy"))
