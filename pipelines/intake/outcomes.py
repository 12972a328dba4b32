"""Reading a source into the warehouse: store what arrived, or remember why it did not answer.

A source that cannot be read does not stop the night: its outcome is kept, the run ends red, and the tables are made
from the last accepted loads. With `on_failure: hold` it stops the night.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from pipelines.engines.duckdb import all_or_nothing
from pipelines.failures import KpiError, SourceUnavailable
from pipelines.loads import Arrival, Occasion, Stored, store


@dataclass(frozen=True)
class Outcome:
    """What a source did: what was stored, or the message of its failure."""

    source: str
    stored: tuple[Stored, ...]
    failure: KpiError | None
    summary: str = ""

    @property
    def state(self) -> str:
        """`read`, `unavailable` (try again later) or `failed` (somebody has to look)."""
        if self.failure is None:
            return "read"
        return "unavailable" if isinstance(self.failure, SourceUnavailable) else "failed"

    @property
    def message(self) -> str:
        """One line for the log, the UI and `kpi status`."""
        if self.failure:
            return str(self.failure)
        if self.summary:
            return self.summary
        changed = sum(one.rows_new + one.rows_changed for one in self.stored)
        refused = sum(one.parts_refused for one in self.stored)
        objects = ", ".join(one.object for one in self.stored)
        return f"{objects}: {changed} new or changed rows" + (f", {refused} parts refused" if refused else "")


@dataclass(frozen=True)
class Night:
    """Which run reads, for which business date, and whether a failure holds everything."""

    run_id: str
    business_date: date
    hold_on_failure: bool


def take_in(
    connection: duckdb.DuckDBPyConnection, source: str, night: Night, read: Callable[[], Sequence[Arrival]]
) -> Outcome:
    """Reads and stores in one transaction, and keeps the outcome.

    Raises:
        KpiError: the source failed and the company holds the night on failure.
    """
    try:
        return _stored(connection, source, night, read())
    except KpiError as failure:
        outcome = Outcome(source, (), failure)
        remember_outcome(connection, outcome, night)
        if night.hold_on_failure:
            raise
        return outcome


def _stored(connection: duckdb.DuckDBPyConnection, source: str, night: Night, arrivals: Sequence[Arrival]) -> Outcome:
    with all_or_nothing(connection):
        outcome = Outcome(source, tuple(store(connection, arrivals, _occasion(source, night))), None)
        remember_outcome(connection, outcome, night)
    return outcome


def store_together(
    connection: duckdb.DuckDBPyConnection, source: str, night: Night, arrivals: Sequence[Arrival]
) -> list[Stored]:
    """Stores arrivals that belong together, all of them or none, of a read that goes on."""
    with all_or_nothing(connection):
        return store(connection, arrivals, _occasion(source, night))


def _occasion(source: str, night: Night) -> Occasion:
    return Occasion(source, night.run_id, night.business_date, datetime.now(UTC).replace(tzinfo=None))


def remember_outcome(connection: duckdb.DuckDBPyConnection, outcome: Outcome, night: Night) -> None:
    """Keeps what a source did, for the verdict and for `kpi status`."""
    connection.execute(
        "insert into meta.source_outcome values (?, ?, ?, ?, ?, ?)",
        [
            night.run_id,
            outcome.source,
            night.business_date,
            outcome.state,
            outcome.message,
            datetime.now(UTC).replace(tzinfo=None),
        ],
    )


def failures_of(connection: duckdb.DuckDBPyConnection, run_id: str) -> list[tuple[str, str]]:
    """The sources that could not be read in a run, with the first message of each."""
    return connection.execute(
        """select source, arg_min(message, finished_at) from meta.source_outcome
        where run_id = ? and state in ('unavailable', 'failed') group by source order by source""",
        [run_id],
    ).fetchall()


def verdict_of(failures: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Exit code of a night and what it says of the sources that could not be read; 0 and nothing when all were.

    Whatever ails a source, somebody has to look and the night is red; the mart was made of what was read before.
    """
    if not failures:
        return 0, ""
    return SourceUnavailable.exit_code, "; ".join(f"{source}: {message}" for source, message in failures)


def is_away(connection: duckdb.DuckDBPyConnection, source: str, run_id: str) -> bool:
    """Whether a source did not answer in this run, so that asking it again would only wait again."""
    ((count,),) = connection.execute(
        "select count(*) from meta.source_outcome where run_id = ? and source = ? and state = 'unavailable'",
        [run_id, source],
    ).fetchall()
    return bool(count)
