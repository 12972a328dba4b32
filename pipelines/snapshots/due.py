"""Which months are to be frozen now: those that reached a close day since their last version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from pipelines.failures import WrongUse
from pipelines.snapshots.homes import frozen_tables, has_snapshot_tables
from pipelines.tables import Table

FIRST_YEAR, LAST_YEAR = 1970, 2999
BACKFILLED, BY_HAND = "backfilled", "closed by hand"


@dataclass(frozen=True)
class Due:
    """A month to freeze now, and why."""

    month: date
    note: str


def months_due(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], close_days: tuple[int, ...], business_date: date
) -> list[Due]:
    """The months that have reached a close day since they were last frozen, oldest first; reads only.

    A month that was over before anything was loaded has no past to compare with: it gets one version, noted so. What is
    frozen is the build, so a close day counts once there is a build of that day or later.
    """
    ((first_load,),) = connection.execute("select min(business_date) from meta.load").fetchall()
    ((built,),) = connection.execute("select max(business_date) from meta.build").fetchall()
    # a month that was over before is frozen only once, so it waits until every source could be read
    ((unread,),) = connection.execute(
        """select count(*) from meta.source_outcome
        where run_id = (select max(run_id) from meta.build) and state in ('unavailable', 'failed')"""
    ).fetchall()
    as_of, frozen, due = min(business_date, built or date.min), _newest_versions(connection), []
    for month in _months(connection, tables):
        following = month_after(month)
        reached = [day for day in close_days if following + timedelta(days=day - 1) <= as_of]
        is_backfilled = first_load is not None and following <= first_load
        if not reached or (is_backfilled and unread):
            continue
        last_close = following + timedelta(days=(close_days[0] if is_backfilled else reached[-1]) - 1)
        if month not in frozen or (not is_backfilled and frozen[month] < last_close):
            due.append(Due(month, BACKFILLED if is_backfilled else f"day {reached[-1]}"))
    return due


def month_of(text: str) -> date:
    """The first day of a month that a person wrote as YYYY-MM."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise WrongUse(f"month {text!r}", "it is not of the form 2026-01", "write year and month") from None
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise WrongUse(f"month {text!r}", f"its year is not from {FIRST_YEAR} to {LAST_YEAR}", "write another year")
    return month


def month_after(month: date) -> date:
    """The first day of the following month."""
    return (month + timedelta(days=32)).replace(day=1)


def _newest_versions(connection: duckdb.DuckDBPyConnection) -> dict[date, date]:
    """Month -> business date of its newest version."""
    if not has_snapshot_tables(connection):
        return {}
    return dict(
        connection.execute("select month, max(business_date) from snapshots.snapshot group by month").fetchall()
    )


def _months(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table]) -> list[date]:
    """The months that a frozen table has rows of, oldest first; months without any are not closed by themselves."""
    found: set[date] = set()
    for table in frozen_tables(tables):
        if "month" in {column.name for column in table.columns}:
            found |= {row[0] for row in connection.execute(f"select distinct month from {table.name}").fetchall()}
    return sorted(found)
