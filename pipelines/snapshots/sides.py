"""The two sides of a restatement: a version as it was frozen, or the month as the last build has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from pipelines.failures import DataFailed
from pipelines.snapshots.chain import recipe_of
from pipelines.snapshots.replaying import Version

# KPI, slice, member
Cell = tuple[str, str, str]
PARTS = ("numerator", "denominator", "value")
# one of each part
Figures = tuple[Decimal | None, Decimal | None, float | None]


@dataclass(frozen=True)
class Side:
    """A month as one version, or the present build, has it: what it was made from and its figures."""

    name: str
    # None: the present build
    number: int | None
    month: date
    business_date: date
    cut: Mapping[str, int]
    recipe: str
    definitions_hash: str
    cells: Mapping[Cell, Figures]


def side_of_version(connection: duckdb.DuckDBPyConnection, version: Version) -> Side:
    """A version as it was frozen."""
    cells = month_cells(connection, "snapshots.kpi_value", version.month, version.snapshot_id)
    return Side(
        name=version.snapshot_id,
        number=version.number,
        month=version.month,
        business_date=version.business_date,
        cut=version.cut,
        recipe=version.recipe,
        definitions_hash=version.definitions_hash,
        cells=cells,
    )


def side_of_build(connection: duckdb.DuckDBPyConnection, month: date) -> Side:
    """A month as it is now.

    Raises:
        DataFailed: the last build is not complete.
    """
    found = connection.execute(
        """select business_date, cut, models_hash, config_hash, definitions_hash from meta.build
        where is_complete"""
    ).fetchall()
    if len(found) != 1:
        raise DataFailed("the mart", "its last build is not complete", "run `kpi nightly` until it ends well")
    ((business_date, cut, models_hash, config_hash, definitions_hash),) = found
    hashes = {"models_hash": models_hash, "config_hash": config_hash, "definitions_hash": definitions_hash}
    return Side(
        name=f"{month:%Y-%m} now",
        number=None,
        month=month,
        business_date=business_date,
        cut=json.loads(cut),
        recipe=recipe_of(hashes),
        definitions_hash=definitions_hash,
        cells=month_cells(connection, "marts.kpi_value", month),
    )


def month_cells(
    connection: duckdb.DuckDBPyConnection, table: str, month: date, snapshot_id: str | None = None
) -> dict[Cell, Figures]:
    """The figures of a month at its own grain, of the table as it is or of one version in it."""
    of_version = "" if snapshot_id is None else "and snapshot_id = $id"
    rows = connection.execute(
        f"""select kpi_id, slice, member, numerator, denominator, value from {table}
        where grain = 'month' and period_start = $month {of_version}""",
        {"month": month} if snapshot_id is None else {"month": month, "id": snapshot_id},
    ).fetchall()
    return {(kpi_id, name, member): tuple(figures) for kpi_id, name, member, *figures in rows}
