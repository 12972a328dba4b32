"""What KPIs and stages are called and mean, from the tables of the catalogue and those that were frozen of it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.review.later_tables import rows_if_there
from pipelines.review.month import Definition

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def columns_of(row_type: type[DataclassInstance]) -> str:
    """The fields of a data class as the columns of a query."""
    return ", ".join(f'"{field.name}"' for field in fields(row_type))


def read_definitions(connection: duckdb.DuckDBPyConnection, snapshot_id: str | None = None) -> dict[str, Definition]:
    """By KPI what it is now; of a version what was frozen with it, as far as it names the KPI."""
    found = {row[0]: row for row in _present_then_frozen(connection, snapshot_id, "kpi", columns_of(Definition))}
    return {kpi_id: _definition(found[kpi_id]) for kpi_id in sorted(found)}


def read_stage_names(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> dict[str, dict[str, str]]:
    """By stage its name in each language."""
    rows = _present_then_frozen(connection, snapshot_id, "stage", "stage, name_nl, name_en")
    return {stage: {"nl": name_nl, "en": name_en} for stage, name_nl, name_en in rows}


def _present_then_frozen(
    connection: duckdb.DuckDBPyConnection, snapshot_id: str | None, table: str, columns: str
) -> list[tuple[Any, ...]]:
    """The rows of a reference table: the present ones, then those that were frozen with the version, which win."""
    present = connection.execute(f"select {columns} from reference.{table} order by 1").fetchall()
    if snapshot_id is None:
        return present
    frozen = f"select {columns} from snapshots.{table} where snapshot_id = ? order by 1"
    return [*present, *rows_if_there(connection, f"snapshots.{table}", frozen, [snapshot_id])]


def _definition(row: tuple[Any, ...]) -> Definition:
    known = dict(zip((field.name for field in fields(Definition)), row, strict=True))
    sources = tuple(source.strip() for source in (known.pop("sources") or "").split(",") if source.strip())
    return Definition(**known, sources=sources)
