"""Which months are to be frozen now: those that reached a close day since their last version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from pipelines.failures import WrongUse
from pipelines.snapshots.homes import create_snapshot_tables, frozen_tables
from pipelines.tables import Table

BACKFILLED, BY_HAND = "backfilled", "closed by hand"


@dataclass(frozen=True)
class Due:
    """A month to freeze now, and why."""

    month: date
    note: str


def months_due(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], close_days: tuple[int, ...], business_date: date
) -> list[Due]:
    """The months that have reached a close day since they were last frozen, oldest first.

    A month that was over before anything was loaded has no past to compare with: it gets one version, noted so.
    """
    create_snapshot_tables(connection, tables)
    ((first_load,),) = connection.execute("select min(business_date) from meta.load").fetchall()
    frozen = dict(
        connection.execute("select month, max(business_date) from snapshots.snapshot group by month").fetchall()
    )
    due = []
    for month in _months(_first_month(connection, tables), business_date):
        following = month_after(month)
        reached = [day for day in close_days if following + timedelta(days=day - 1) <= business_date]
        if not reached:
            continue
        is_backfilled = first_load is not None and following <= first_load
        last_close = following + timedelta(days=(close_days[0] if is_backfilled else reached[-1]) - 1)
        if month not in frozen or (not is_backfilled and frozen[month] < last_close):
            due.append(Due(month, BACKFILLED if is_backfilled else f"day {reached[-1]}"))
    return due


def month_of(text: str) -> date:
    """The first day of a month that a person wrote as YYYY-MM."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise WrongUse(f"month {text!r}", "it is not of the form 2026-01", "write year and month") from None


def month_after(month: date) -> date:
    """The first day of the following month."""
    return (month + timedelta(days=32)).replace(day=1)


def _first_month(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table]) -> date | None:
    """The earliest month of which a frozen table says something."""
    found = []
    for table in frozen_tables(tables):
        if "month" in {column.name for column in table.columns}:
            ((first,),) = connection.execute(f"select min(month) from {table.name}").fetchall()
            found += [first] if first else []
    return min(found, default=None)


def _months(first: date | None, business_date: date) -> Iterator[date]:
    """Every month from the first one that is over."""
    month = first
    while month is not None and month_after(month) <= business_date:
        yield month
        month = month_after(month)
