"""What managers look at in the morning, as plain data, and how it is read from the tables of the last build."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.alerts import Alert
from pipelines.checks import CheckResult
from pipelines.review.kpi_rows import built_values
from pipelines.review.month import Definition, KpiValue, TargetStanding, months_before
from pipelines.review.naming import columns_of, read_definitions
from pipelines.review.reconciliation import RefusedLoad
from pipelines.review.rejections import Rejection
from pipelines.review.targets import read_running_targets
from pipelines.review.today.sources import SourceStanding, read_sources

# in reading order: what comes in, what it costs, what it brings; all of them have days
WATCHED = ("sessions", "new_leads", "mqls", "ad_spend", "cpl", "orders", "customers", "revenue")
DAYS_SHOWN = 35


@dataclass(frozen=True)
class Morning:
    """The page's figures; `days` are the last five weeks by KPI, `of_month` the running month so far."""

    yesterday: date
    built_at: datetime
    definitions: Mapping[str, Definition]
    days: Mapping[str, Mapping[date, KpiValue]]
    of_month: Mapping[str, KpiValue]
    needed_by_day: Mapping[str, float]
    targets: tuple[TargetStanding, ...]
    sources: tuple[SourceStanding, ...]
    refused: tuple[RefusedLoad, ...]
    rejections: tuple[Rejection, ...]
    unread_files: tuple[tuple[str, str], ...]
    quotas: tuple[str, ...]
    checks: tuple[CheckResult, ...]

    @property
    def month(self) -> date:
        """First day of the running month, which is yesterday's."""
        return months_before(self.yesterday, 0)

    @property
    def days_in_month(self) -> int:
        """Length of the running month."""
        return monthrange(self.month.year, self.month.month)[1]

    @property
    def first_shown(self) -> date:
        """First day of the five weeks."""
        return self.yesterday - timedelta(days=DAYS_SHOWN - 1)

    @property
    def watched(self) -> list[Definition]:
        """The KPIs that have a figure on one of the days that are shown, in reading order."""
        known = [kpi_id for kpi_id in WATCHED if kpi_id in self.definitions and self._is_known(kpi_id)]
        return [self.definitions[kpi_id] for kpi_id in known]

    def _is_known(self, kpi_id: str) -> bool:
        return any(one.value is not None for one in self.days.get(kpi_id, {}).values())


@dataclass(frozen=True)
class Told:
    """What the tables do not say: the APIs that are switched on, what was noticed, and the folder of the inbox."""

    apis: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] = ()
    inbox: Path | None = None


def built_on(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The business date of the last build; None before there was one."""
    built = connection.execute("select business_date from meta.build").fetchone()
    return built[0] if built else None


def read_morning(connection: duckdb.DuckDBPyConnection, told: Told) -> Morning | None:
    """The morning after the last build; None before there was one."""
    built = connection.execute("select business_date, built_at from meta.build").fetchone()
    if built is None:
        return None
    yesterday = built[0] - timedelta(days=1)
    month = months_before(yesterday, 0)
    of_month = built_values(connection, {"grain": "month", "period_start": month, "slice": "total"})
    return Morning(
        yesterday=yesterday,
        built_at=built[1],
        definitions=read_definitions(connection),
        days=_days(connection, yesterday),
        of_month={known.kpi_id: known for _, known in of_month},
        needed_by_day=_needed_by_day(connection, month),
        targets=read_running_targets(connection, month),
        sources=read_sources(connection, built[0], told.apis, told.alerts),
        refused=_refused(connection),
        rejections=_rejections(connection),
        unread_files=_unread_files(connection, told.inbox),
        quotas=tuple(alert.line for alert in told.alerts if alert.kind == "quota nearly used"),
        checks=_checks(connection),
    )


def _days(connection: duckdb.DuckDBPyConnection, yesterday: date) -> dict[str, dict[date, KpiValue]]:
    found: dict[str, dict[date, KpiValue]] = {}
    for back in range(DAYS_SHOWN - 1, -1, -1):
        day = yesterday - timedelta(days=back)
        for _, known in built_values(connection, {"grain": "day", "period_start": day, "slice": "total"}):
            if known.kpi_id in WATCHED:
                found.setdefault(known.kpi_id, {})[day] = known
    return found


def _needed_by_day(connection: duckdb.DuckDBPyConnection, month: date) -> dict[str, float]:
    """What a day of the month has to bring for its stepping stones, of targets of the company whose days add up."""
    rows = connection.execute(
        """select s.kpi_id,
            max((s.expected - s.expected_before) / date_diff('day', s.month, s.month + interval 1 month))
        from marts.target_step as s
        inner join reference.target as t on t.target_id = s.target_id and t.version = s.version
        where s.month = ? and t.slice = 'total' and t.is_additive
        group by s.kpi_id order by s.kpi_id""",
        [month],
    ).fetchall()
    return {kpi_id: needed for kpi_id, needed in rows if needed is not None}


def _refused(connection: duckdb.DuckDBPyConnection) -> tuple[RefusedLoad, ...]:
    query = f"select {columns_of(RefusedLoad)} from marts.refused_load order by load_id, first_part"
    return tuple(RefusedLoad(*row) for row in connection.execute(query).fetchall())


def _rejections(connection: duckdb.DuckDBPyConnection) -> tuple[Rejection, ...]:
    query = f"select {columns_of(Rejection)} from marts.rejection order by path, kind, column_name, first_line"
    return tuple(Rejection(*row) for row in connection.execute(query).fetchall())


def _checks(connection: duckdb.DuckDBPyConnection) -> tuple[CheckResult, ...]:
    query = "select table_name, check_name, severity, passed, figure from meta.check_result order by all"
    return tuple(CheckResult(*row) for row in connection.execute(query).fetchall())


def _unread_files(connection: duckdb.DuckDBPyConnection, inbox: Path | None) -> tuple[tuple[str, str], ...]:
    """Path and reason of every file whose newest version could not be read, as long as it lies there."""
    rows = connection.execute(
        """select path, coalesce(max_by(reason, seen_at), '') from meta.file
        group by path having max_by(state, seen_at) = 'unreadable' order by path"""
    ).fetchall()
    # what an archive holds is named behind it
    return tuple(row for row in rows if inbox is None or (inbox / row[0].partition("!")[0]).exists())
