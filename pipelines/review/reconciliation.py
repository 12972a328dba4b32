"""What of a month does not add up or was refused: GA4's reports against its day totals, and what waits for a person.

Only tables and lines are made here; the figures come from the snapshot, and what a gate refuses is decided in `loads`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.review.grids import Cell, Column, Grid, GridRow
from pipelines.review.wording import MISSING, Phrase, Wording

# GA4 reference §5 and §9: sessions are estimates, so a gap of up to 3 % is none; small days are too small to tell
TOLERATED_SHARE, SMALLEST_DAY = 0.03, 100
COLUMNS = ("days", "rows", "day_total", "sessions", "gap", "withheld", "other", "beyond", "refused")


@dataclass(frozen=True)
class ReportDay:
    """A day of a GA4 report that divides the sessions, beside the total that GA4 gave without dividing."""

    report: str
    rows_received: int
    sessions: int
    day_total_sessions: int | None
    withheld_sessions: int | None
    other_sessions: int
    refused_reason: str | None


@dataclass(frozen=True)
class RefusedLoad:
    """A load of which parts were refused and wait for a person."""

    load_id: int
    object: str
    parts: int
    first_part: str
    reason: str


@dataclass(frozen=True)
class Refusal:
    """A load of which something waits for a person."""

    what: str
    why: Phrase
    remedy: str


@dataclass(frozen=True)
class Reconciliation:
    """The table of GA4's reports, None when there were none, and what was refused."""

    reports: Grid | None
    refusals: tuple[Refusal, ...]


def reconciliation(days: Sequence[ReportDay], refused: Sequence[RefusedLoad], wording: Wording) -> Reconciliation:
    """One row per report of the month, and one line per load that waits."""
    by_report: dict[str, list[ReportDay]] = {}
    for day in days:
        by_report.setdefault(day.report, []).append(day)
    rows = tuple(_row(report, of_report, wording) for report, of_report in by_report.items())
    columns = tuple(Column(wording(f"reconciliation.{name}")) for name in COLUMNS)
    grid = Grid(wording("reconciliation.caption"), wording("reconciliation.report"), columns, rows) if rows else None
    return Reconciliation(grid, tuple(_refusal(one, wording) for one in refused))


def _row(report: str, days: Sequence[ReportDay], wording: Wording) -> GridRow:
    compared = [day for day in days if day.day_total_sessions is not None]
    total = sum(day.day_total_sessions or 0 for day in compared)
    sessions, other = sum(day.sessions for day in compared), sum(day.other_sessions for day in days)
    counts = {
        "days": len(compared),
        "rows": sum(day.rows_received for day in days),
        "day_total": total,
        "sessions": sessions,
    }
    shares = {
        "gap": _share(total - sessions, total, wording),
        "withheld": _share(sum(day.withheld_sessions or 0 for day in compared), total, wording),
        "other": _share(other, sum(day.sessions for day in days), wording),
    }
    marked = {
        "beyond": sum(_is_beyond(day) for day in compared),
        "refused": sum(day.refused_reason is not None for day in days),
    }
    cells = [Cell(wording.count(value)) for value in counts.values()]
    cells += [Cell(text) for text in shares.values()]
    cells += [Cell(wording.count(value)) for value in marked.values()]
    return GridRow(wording.known(f"reconciliation.of.{report}") or report, tuple(cells))


def _share(part: int, whole: int, wording: Wording) -> str:
    return wording.percentage(part / whole) if whole else MISSING


def _is_beyond(day: ReportDay) -> bool:
    total = day.day_total_sessions or 0
    return total >= SMALLEST_DAY and abs(total - day.sessions) > TOLERATED_SHARE * total


def _refusal(refused: RefusedLoad, wording: Wording) -> Refusal:
    parts = wording.counted("reconciliation.parts", refused.parts)
    return Refusal(
        what=wording("reconciliation.waiting", object=refused.object, parts=parts, part=refused.first_part),
        why=wording.reason(refused.reason),
        remedy=wording("reconciliation.remedy", load=refused.load_id),
    )
