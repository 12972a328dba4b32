"""From the snapshot tables to one closed month. Reads the schemas `snapshots` and `reference`, nothing else.

Names and definitions are those that were frozen with the version; the present ones are taken for what it does not name:
a KPI that came later, and versions of releases that froze none.

Earlier months are seen as they were known when the snapshot was made: of each the newest version that is not younger.
So the page of a snapshot stays the same, whatever is closed later.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import duckdb

from pipelines.failures import WrongUse
from pipelines.review.afterwards import read_afterwards
from pipelines.review.benchmarks import read_benchmarks
from pipelines.review.kpi_rows import frozen_values
from pipelines.review.later_tables import rows_if_there
from pipelines.review.month import (
    ChannelMonth,
    ClosedMonth,
    Cohort,
    EarlierMonth,
    KpiValue,
    Snapshot,
    StageEntries,
    StageReached,
    months_before,
)
from pipelines.review.naming import columns_of, read_definitions, read_stage_names
from pipelines.review.reconciliation import RefusedLoad, ReportDay
from pipelines.review.redefined import read_redefined
from pipelines.review.rejections import Rejection
from pipelines.review.targets import read_targets

DAILY_KPIS = ("sessions", "new_leads")
# KPI -> the slice of which a page shows the members
SLICED_KPIS = {"mobile_traffic_share": "channel", "required_stage_volume": "stage"}


def read_snapshots(connection: duckdb.DuckDBPyConnection) -> list[Snapshot]:
    """Every snapshot, newest month first and newest version first."""
    rows = connection.execute(
        """select snapshot_id, month, version, created_at, coalesce(note, ''), coalesce(cast(cut as varchar), ''),
              content_sha256, definitions_hash, config_hash, models_hash
           from snapshots.snapshot
           order by month desc, version desc"""
    ).fetchall()
    return [_snapshot(row) for row in rows]


def _snapshot(row: tuple[Any, ...]) -> Snapshot:
    snapshot_id, month, version, created_at, note, cut, *hashes = row
    cut_sha256 = hashlib.sha256(cut.encode()).hexdigest()
    return Snapshot(snapshot_id, _day(month), version, created_at, note, cut_sha256, *hashes)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(f"{value}-01"[:10])


def read_closed_month(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> ClosedMonth:
    """One snapshot and what earlier ones said; raises WrongUse when it does not exist."""
    snapshots = read_snapshots(connection)
    snapshot = next((known for known in snapshots if known.snapshot_id == snapshot_id), None)
    if snapshot is None:
        made = ", ".join(known.snapshot_id for known in snapshots[:3]) or "none yet"
        raise WrongUse(f"snapshot {snapshot_id}", "there is no such snapshot", f"name one that exists ({made})")
    return ClosedMonth(
        snapshot=snapshot,
        definitions=read_definitions(connection, snapshot_id),
        stage_names=read_stage_names(connection, snapshot_id),
        values=_values_by_grain(connection, snapshot),
        members={kpi_id: _members(connection, snapshot, kpi_id, name) for kpi_id, name in SLICED_KPIS.items()},
        days={kpi_id: _days(connection, snapshot, kpi_id) for kpi_id in DAILY_KPIS},
        channels=_channels(connection, snapshot),
        entries=_entries(connection, snapshot),
        cohort=_latest_mature_cohort(connection, snapshot),
        earlier=_earlier_months(connection, snapshot, snapshots),
        report_days=_report_days(connection, snapshot),
        refused=_refused(connection, snapshot),
        rejections=_rejections(connection, snapshot),
        targets=read_targets(connection, snapshot_id, snapshot.month),
        benchmarks=read_benchmarks(connection, snapshot_id),
        redefined=read_redefined(connection, snapshot_id),
        afterwards=read_afterwards(connection, snapshot, snapshots),
    )


def _values_by_grain(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> dict[str, dict[str, KpiValue]]:
    month = snapshot.month
    starts = {
        "month": month,
        "quarter": date(month.year, (month.month - 1) // 3 * 3 + 1, 1),
        "year": date(month.year, 1, 1),
    }
    return {grain: _values(connection, snapshot.snapshot_id, grain, start) for grain, start in starts.items()}


def _values(
    connection: duckdb.DuckDBPyConnection, snapshot_id: str, grain: str, period_start: date
) -> dict[str, KpiValue]:
    chosen = {"grain": grain, "period_start": period_start, "slice": "total"}
    return {known.kpi_id: known for _, known in frozen_values(connection, snapshot_id, chosen)}


def _members(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, kpi_id: str, slice_name: str
) -> dict[str, KpiValue]:
    chosen = {"grain": "month", "period_start": snapshot.month, "kpi_id": kpi_id, "slice": slice_name}
    return dict(frozen_values(connection, snapshot.snapshot_id, chosen))


def _days(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, kpi_id: str) -> dict[date, float | None]:
    rows = connection.execute(
        """select period_start, value
           from snapshots.kpi_value
           where snapshot_id = ? and kpi_id = ? and grain = 'day' and slice = 'total'
           order by period_start""",
        [snapshot.snapshot_id, kpi_id],
    ).fetchall()
    return {day: value for day, value in rows if months_before(day, 0) == snapshot.month}


def _channels(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> tuple[ChannelMonth, ...]:
    rows = connection.execute(
        f"""select {columns_of(ChannelMonth)}
            from snapshots.channel_month
            where snapshot_id = ? and month = ?
            order by coalesce(spend_full_eur, 0) desc, coalesce(sessions, 0) desc, channel""",
        [snapshot.snapshot_id, snapshot.month],
    ).fetchall()
    return tuple(ChannelMonth(*row) for row in rows)


def _entries(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> tuple[StageEntries, ...]:
    rows = connection.execute(
        f"""select {columns_of(StageEntries)}
            from snapshots.funnel_period
            where snapshot_id = ? and month = ? and slice = 'total'
            order by stage_position""",
        [snapshot.snapshot_id, snapshot.month],
    ).fetchall()
    return tuple(StageEntries(*row) for row in rows)


def _report_days(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> tuple[ReportDay, ...]:
    rows = connection.execute(
        f"""select {columns_of(ReportDay)}
            from snapshots.ga4_reconciliation
            where snapshot_id = ?
            order by report, day""",
        [snapshot.snapshot_id],
    ).fetchall()
    return tuple(ReportDay(*row) for row in rows)


def _refused(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> tuple[RefusedLoad, ...]:
    rows = connection.execute(
        f"select {columns_of(RefusedLoad)} from snapshots.refused_load where snapshot_id = ? order by load_id",
        [snapshot.snapshot_id],
    ).fetchall()
    return tuple(RefusedLoad(*row) for row in rows)


def _rejections(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> tuple[Rejection, ...]:
    query = f"""select {columns_of(Rejection)} from snapshots.rejection
        where snapshot_id = ? order by path, kind, column_name, first_line"""
    return tuple(
        Rejection(*row) for row in rows_if_there(connection, "snapshots.rejection", query, [snapshot.snapshot_id])
    )


def _latest_mature_cohort(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> Cohort | None:
    rows = connection.execute(
        f"""select cohort_month, cohort_leads, window_days, {columns_of(StageReached)}
            from snapshots.funnel_cohort
            where snapshot_id = ? and slice = 'total' and is_mature
            order by cohort_month desc, stage_position""",
        [snapshot.snapshot_id],
    ).fetchall()
    if not rows:
        return None
    month, leads, window_days = rows[0][:3]
    stages = tuple(StageReached(*row[3:]) for row in rows if row[0] == month)
    return Cohort(month, leads, window_days, stages)


def _earlier_months(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, snapshots: list[Snapshot]
) -> tuple[EarlierMonth, ...]:
    newest: dict[date, Snapshot] = {}
    for known in snapshots:
        is_earlier = months_before(snapshot.month, 12) <= known.month < snapshot.month
        if is_earlier and known.created_at <= snapshot.created_at:
            newest.setdefault(known.month, known)
    return tuple(
        EarlierMonth(newest[month], _values(connection, newest[month].snapshot_id, "month", month))
        for month in sorted(newest)
    )
