"""What is said of a closed month after it was frozen: approvals, other versions, what they changed, and remarks.

The figures of a version never change; this may grow, and a page is written again when it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import duckdb

from pipelines.review.later_tables import rows_if_there
from pipelines.review.month import Snapshot, months_before
from pipelines.snapshots.sides import PARTS

SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Approval:
    """A person's word that a version may be reported."""

    approved_by: str
    approved_at: datetime
    note: str


@dataclass(frozen=True)
class Version:
    """One version of the month, and who approved it."""

    snapshot_id: str
    number: int
    approvals: tuple[Approval, ...]


@dataclass(frozen=True)
class Restated:
    """A KPI of one member in two versions: its parts before and after, and by (part, cause) what came of each cause."""

    kpi_id: str
    slice: str
    member: str
    before: Mapping[str, Decimal | float | None]
    after: Mapping[str, Decimal | float | None]
    amounts: Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True)
class Restatement:
    """Everything in which a version differs from an older one; without causes when they were not recorded."""

    older: Version
    restated: tuple[Restated, ...]
    has_causes: bool


@dataclass(frozen=True)
class Annotation:
    """What happened on a day or in a period, as a person tells it."""

    annotation_id: int
    date_from: date
    date_to: date
    kpi_id: str | None
    channel: str | None
    text_nl: str
    text_en: str
    author: str

    def touches(self, month: date) -> bool:
        """Whether a day of it lies in the month that begins on this day."""
        return self.date_from < months_before(month, -1) and self.date_to >= month

    def concerns(self, kpi_id: str) -> bool:
        """Whether it is about this KPI, alone or among all."""
        return self.kpi_id in (None, kpi_id)


@dataclass(frozen=True)
class Afterwards:
    """All versions of the month, oldest first; what this one changed; remarks in the order of their numbers, from 1."""

    versions: tuple[Version, ...]
    restatements: tuple[Restatement, ...]
    annotations: tuple[Annotation, ...]


def newest_approved(versions: Sequence[Version]) -> Version | None:
    """The newest version that somebody approved; a later one that nobody approved does not take its place."""
    return next((version for version in reversed(versions) if version.approvals), None)


def read_afterwards(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, snapshots: Iterable[Snapshot]
) -> Afterwards:
    """What is said now of a version."""
    versions = read_versions(connection, snapshots)[snapshot.month]
    return Afterwards(versions, _restatements(connection, snapshot, versions), _annotations(connection, snapshot.month))


def read_versions(
    connection: duckdb.DuckDBPyConnection, snapshots: Iterable[Snapshot]
) -> dict[date, tuple[Version, ...]]:
    """The versions of every month, oldest first, with their approvals."""
    approvals: dict[str, list[Approval]] = {}
    for snapshot_id, *told in rows_if_there(
        connection,
        "snapshots.approval",
        """select snapshot_id, approved_by, approved_at, coalesce(note, '') from snapshots.approval
        order by approved_at, approved_by""",
    ):
        approvals.setdefault(snapshot_id, []).append(Approval(*told))
    found: dict[date, tuple[Version, ...]] = {}
    for one in sorted(snapshots, key=lambda snapshot: snapshot.version):
        version = Version(one.snapshot_id, one.version, tuple(approvals.get(one.snapshot_id, ())))
        found[one.month] = (*found.get(one.month, ()), version)
    return found


def _restatements(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, versions: Sequence[Version]
) -> tuple[Restatement, ...]:
    """What a version changed: of the reported version first, then of the version before, then of others recorded."""
    amounts: dict[int, dict[tuple[str, str, str], dict[tuple[str, str], Decimal]]] = {}
    for number, *cell, part, cause, amount in rows_if_there(
        connection,
        "snapshots.restatement",
        """select from_version, kpi_id, slice, member, part, cause, sum(amount) from snapshots.restatement
        where month = ? and to_version = ? group by all order by all""",
        [snapshot.month, snapshot.version],
    ):
        amounts.setdefault(number, {}).setdefault(tuple(cell), {})[part, cause] = amount
    older = [version for version in versions if version.number < snapshot.version]
    reported = newest_approved(versions)
    wanted = [reported.number if reported else 0, older[-1].number if older else 0, *sorted(amounts, reverse=True)]
    by_number = {version.number: version for version in older}
    return tuple(
        _restatement(connection, snapshot, by_number[number], amounts.get(number, {}))
        for number in dict.fromkeys(wanted)
        if number in by_number
    )


def _restatement(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    older: Version,
    amounts: Mapping[tuple[str, str, str], Mapping[tuple[str, str], Decimal]],
) -> Restatement:
    """The cells of the month that differ, and those in which causes cancel each other out."""
    rows = connection.execute(
        """with before as (
            select kpi_id, slice, member, numerator, denominator, value from snapshots.kpi_value
            where snapshot_id = $older and grain = 'month' and period_start = $month
        ), after as (
            select kpi_id, slice, member, numerator, denominator, value from snapshots.kpi_value
            where snapshot_id = $newer and grain = 'month' and period_start = $month
        )
        select kpi_id, slice, member, b.numerator, b.denominator, b.value, a.numerator, a.denominator, a.value
        from before as b full join after as a using (kpi_id, slice, member)
        where (b.numerator, b.denominator, b.value) is distinct from (a.numerator, a.denominator, a.value)
          or concat_ws($separator, kpi_id, slice, member) in (select unnest(cast($explained as varchar[])))
        order by kpi_id, slice, member""",
        {
            "older": older.snapshot_id,
            "newer": snapshot.snapshot_id,
            "month": snapshot.month,
            "separator": SEPARATOR,
            "explained": [SEPARATOR.join(cell) for cell, of_cell in amounts.items() if any(of_cell.values())],
        },
    ).fetchall()
    restated = tuple(
        Restated(
            kpi_id,
            slice_,
            member,
            before=dict(zip(PARTS, parts[:3], strict=True)),
            after=dict(zip(PARTS, parts[3:], strict=True)),
            amounts=amounts.get((kpi_id, slice_, member), {}),
        )
        for kpi_id, slice_, member, *parts in rows
    )
    return Restatement(older, restated, bool(amounts))


def _annotations(connection: duckdb.DuckDBPyConnection, month: date) -> tuple[Annotation, ...]:
    """Those of the month by their first day, then those of the twelve months before, the latest first."""
    rows = rows_if_there(
        connection,
        "reference.annotation",
        """select annotation_id, date_from, date_to, kpi_id, channel, text_nl, text_en, author
        from reference.annotation where date_from < ? and date_to >= ? order by date_from, annotation_id""",
        [months_before(month, -1), months_before(month, 12)],
    )
    found = [Annotation(*row) for row in rows]
    of_month = [one for one in found if one.touches(month)]
    return (*of_month, *(one for one in reversed(found) if one not in of_month))
