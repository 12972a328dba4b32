"""What a closed month says of its definitions: those its figures were counted by, and what the change of one did.

Reads the frozen tables; what stands on the page is made by `definitions_changed` and `glossary`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class VersionOfDefinition:
    """The words of one version; `formula_nl` is None where it is not translated."""

    formula: str
    formula_nl: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Bridge:
    """A KPI whose definition begins in the month, in total: by the version before and by the new one."""

    kpi_id: str
    from_version: int
    to_version: int
    old_value: float | None
    new_value: float | None
    reason: str


@dataclass(frozen=True)
class Redefined:
    """The versions by KPI and number, none of them for a month that was closed before they were frozen."""

    versions: Mapping[tuple[str, int], VersionOfDefinition]
    bridges: tuple[Bridge, ...]


def read_redefined(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> Redefined:
    """What was frozen with a version of a month."""
    versions = connection.execute(
        """select kpi_id, definition_version, formula, formula_nl, sources
        from snapshots.kpi_definition where snapshot_id = ?""",
        [snapshot_id],
    ).fetchall()
    bridges = connection.execute(
        """select kpi_id, from_version, to_version, old_value, new_value, reason from snapshots.definition_bridge
        where snapshot_id = ? and slice = 'total' order by kpi_id, to_version""",
        [snapshot_id],
    ).fetchall()
    words = {
        (kpi_id, number): VersionOfDefinition(english, dutch, _listed(sources))
        for kpi_id, number, english, dutch, sources in versions
    }
    return Redefined(words, tuple(Bridge(*row) for row in bridges))


def _listed(sources: str) -> tuple[str, ...]:
    return tuple(source.strip() for source in sources.split(",") if source.strip())
