"""How the month stood against its targets: a line on the cards of the headline, and the table of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.review.grids import Cell, Column, Grid, GridRow
from pipelines.review.later_tables import rows_if_there
from pipelines.review.month import ClosedMonth, Definition, TargetStanding
from pipelines.review.wording import MISSING, Phrase, Wording

TABLE = "snapshots.kpi_target_status"
QUERY = """select target_id, kpi_id, slice, member, owner, deadline, target_period, target_value, expected_by_now,
  actual, pace, status, coalesce(reason, '')
from {table} where grain = 'month' and period_start = ?"""
SIGNS = {"on_track": "▲", "reached": "✓", "behind": "▼", "missed": "✕"}
NO_BREAK = "\u00a0"
# a target that cannot be judged, or has not begun, has no place beside a figure
UNJUDGED = frozenset({"not_started", "incomplete"})


@dataclass(frozen=True)
class TargetLine:
    """A target on the card of its KPI; the colour only repeats the words."""

    status: str
    sign: str
    label: str
    sentence: str
    reason: Phrase


def read_targets(connection: duckdb.DuckDBPyConnection, snapshot_id: str, month: date) -> tuple[TargetStanding, ...]:
    """The targets that were frozen with a version of a month; none of versions from before there were any."""
    query = f"{QUERY.format(table=TABLE)} and snapshot_id = ? order by target_id"
    return tuple(TargetStanding(*row) for row in rows_if_there(connection, TABLE, query, [month, snapshot_id]))


def read_running_targets(connection: duckdb.DuckDBPyConnection, month: date) -> tuple[TargetStanding, ...]:
    """How a month stands by the last build; up to yesterday when it is still running."""
    query = f"{QUERY.format(table='marts.kpi_target_status')} order by target_id"
    return tuple(TargetStanding(*row) for row in connection.execute(query, [month]).fetchall())


def company_targets(targets: Iterable[TargetStanding], kpi_id: str) -> list[TargetStanding]:
    """The targets of the whole company on a KPI that have begun and can be judged."""
    return [one for one in targets if one.kpi_id == kpi_id and one.slice == "total" and one.status not in UNJUDGED]


def target_lines(month: ClosedMonth, definition: Definition, wording: Wording) -> tuple[TargetLine, ...]:
    """The targets that stand beside a figure of the whole company."""
    return tuple(_line(one, definition, wording) for one in company_targets(month.targets, definition.kpi_id))


def _line(target: TargetStanding, definition: Definition, wording: Wording) -> TargetLine:
    sentence = ""
    if target.expected is not None and target.actual is not None:
        actual, expected = (_figure(definition, figure, wording) for figure in (target.actual, target.expected))
        sentence = wording("targets.line", actual=summed(target, actual, wording), expected=expected)
    return TargetLine(
        target.status,
        SIGNS.get(target.status, "○"),
        wording(f"targets.status.{target.status}"),
        sentence,
        wording.reason(target.reason),
    )


def summed(target: TargetStanding, actual: str, wording: Wording) -> str:
    """What there is, with the period since whose beginning it adds up, where that is more than a month."""
    return f"{actual} {_since(target, wording)}".rstrip()


def _since(target: TargetStanding, wording: Wording) -> str:
    """Since when months add up; empty where the month stands for itself."""
    return wording.known(f"targets.summed_in.{target.period}") or ""


def targets_grid(
    targets: Sequence[TargetStanding], definitions: Mapping[str, Definition], caption: str, wording: Wording
) -> Grid | None:
    """Every target with what was expected and what there was; None when there is none."""
    shown = [one for one in targets if one.kpi_id in definitions]
    columns = (
        *(Column(wording(f"targets.{name}")) for name in ("expected", "actual", "pace", "aim")),
        *(Column(wording(f"targets.{name}"), is_number=False) for name in ("deadline", "state", "owner")),
    )
    rows = tuple(_row(one, definitions[one.kpi_id], wording) for one in shown)
    return Grid(caption, wording("targets.target"), columns, rows, look="stacks") if rows else None


def _row(target: TargetStanding, definition: Definition, wording: Wording) -> GridRow:
    figures = (_figure(definition, figure, wording) for figure in (target.expected, target.actual))
    pace = Cell(MISSING) if target.pace is None else _pace(target.pace, definition, wording)
    state = f"{SIGNS.get(target.status, '○')} {wording(f'targets.status.{target.status}')}"
    return GridRow(
        wording.kpi_name(definition),
        (
            *(Cell(figure, remarks=(_since(target, wording),)) for figure in figures),
            pace,
            _aim(target, definition, wording),
            Cell(wording.day(target.deadline).replace(" ", NO_BREAK, 1) if target.deadline else MISSING),
            Cell(state, remarks=(wording.reason(target.reason).text,) if target.reason else ()),
            Cell(target.owner or MISSING),
        ),
        remark=" · ".join(part for part in (target.target_id, target.member) if part),
    )


def _pace(pace: float, definition: Definition, wording: Wording) -> Cell:
    """Which part of what was expected there is; of a cost, and of all else that should be low, more is no good news."""
    remarks = (wording("targets.less_is_better"),) if definition.direction == "down_good" else ()
    return Cell(wording.percentage(pace), remarks=remarks)


def _aim(target: TargetStanding, definition: Definition, wording: Wording) -> Cell:
    """What is to be reached; a month is what is shown beside it, anything else is named."""
    counted_in = wording.known(f"targets.counted_in.{target.period}") if target.target_value is not None else None
    return Cell(_figure(definition, target.target_value, wording), remarks=(counted_in,) if counted_in else ())


def _figure(definition: Definition, figure: float | None, wording: Wording) -> str:
    return MISSING if figure is None else wording.figure(definition.kpi_id, definition.unit, figure)
