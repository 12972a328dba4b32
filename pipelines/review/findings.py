"""The data checks in plain words, each failed one with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.review.month import CheckLine
from pipelines.review.wording import Wording

SEVERITIES = ("blocking", "error", "warning")


@dataclass(frozen=True)
class Finding:
    """One check that does not hold."""

    title: str
    where: str
    severity: str
    severity_text: str
    count: str
    remedy: str


@dataclass(frozen=True)
class Findings:
    """All checks: how many hold, and the others, gravest first."""

    total: int
    summary: str
    failed: tuple[Finding, ...]


def findings(checks: Sequence[CheckLine], wording: Wording) -> Findings:
    """The outcome of the checks in words."""
    broken = sorted(
        (check for check in checks if not check.passed),
        key=lambda check: (SEVERITIES.index(check.severity), check.table_name, check.check_name),
    )
    passed = len(checks) - len(broken)
    summary = wording("checks.summary", passed=wording.count(passed), total=wording.count(len(checks)))
    return Findings(len(checks), summary, tuple(_finding(check, wording) for check in broken))


def _finding(check: CheckLine, wording: Wording) -> Finding:
    readable = check.check_name.replace("_", " ")
    return Finding(
        title=wording.known(f"check.{check.check_name}.title") or wording("checks.unnamed", name=readable),
        where=check.table_name,
        severity=check.severity,
        severity_text=wording(f"checks.{check.severity}"),
        count=wording.counted("checks.rows", check.figure),
        remedy=wording.known(f"check.{check.check_name}.remedy") or wording("checks.look_up"),
    )
