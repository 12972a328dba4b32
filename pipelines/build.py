"""The whole transformation as a plain function of a cut, the table texts and the configuration.

Knows no table by name. Dagster materialises the same tables one by one with :func:`make_table`; simulations and replays
call :func:`build`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

import duckdb

from pipelines.checks import CheckResult, CrossCheck, check_table, run_cross_check
from pipelines.configuration import Config
from pipelines.engines.duckdb import all_or_nothing, quoted
from pipelines.failures import DataFailed
from pipelines.ga4_forms import PeriodReport
from pipelines.ga4_periods import derived_reports
from pipelines.kpi_parts import measures_of
from pipelines.loads import fix_cut
from pipelines.stored_texts import Recipe, configuration_texts, recipe_hash, remember_texts, texts_of
from pipelines.tables import Table, in_order

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Project:
    """Everything a build is a function of, besides the loads: tables, checks between tables, configuration."""

    tables: Mapping[str, Table]
    cross_checks: tuple[CrossCheck, ...]
    config: Config

    @cached_property
    def period_reports(self) -> tuple[PeriodReport, ...]:
        """The requests to GA4 that follow from the KPIs."""
        return derived_reports(self.config.kpis, measures_of(self.tables), self.config.sources.ga4)

    @cached_property
    def recipe(self) -> Recipe:
        """What a build runs."""
        return Recipe(self.tables, macros(self.config))

    @property
    def models_hash(self) -> str:
        """Sha256 over what every table computes, over what a month freezes of it, and over the macros.

        The rows of reference tables are configuration, which has hashes of its own; their columns are not.
        """
        meaning = {name: table.version for name, table in self.tables.items() if table.schema != "reference"}
        for name, table in self.tables.items():
            if "snapshot" in table.words:
                meaning[f"{name} frozen"] = f"{table.words['snapshot']} {[(c.name, c.type) for c in table.columns]}"
        meaning |= {check.name: check.query for check in self.cross_checks}
        meaning["macros"] = self.recipe.macros
        return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Made:
    """One table that was made: its rows and the checks it went through."""

    table: Table
    rows: int
    checks: tuple[CheckResult, ...]


def macros(config: Config) -> str:
    """The rules that every query may use, for the zone of this company."""
    zone = config.company.time_zone
    return f"""
    create or replace macro ratio(a, b) as
      case when b is null or b = 0 then null else cast(a as double) / cast(b as double) end;
    create or replace macro local_date(ts) as cast(timezone('{zone}', timezone('UTC', ts)) as date);
    create or replace macro local_month(ts) as cast(date_trunc('month', local_date(ts)) as date);
    """


def begin_build(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    cut: Mapping[str, int],
    *,
    run_id: str,
    business_date: date,
    is_demo: bool,
) -> dict[str, int]:
    """Fixes the cut and the rules of a build, and marks it as under way until :func:`end_build`; returns the cut.

    What was read of an API that is switched off is not in it: else its old figures would join those of files.
    """
    for schema in ("staging", "facts", "measures", "marts", "reference", "review"):
        connection.execute(f"create schema if not exists {schema}")
    recipe, config = project.recipe, project.config
    connection.execute(recipe.macros)
    off = config.sources.switched_off
    cut = {name: load_id for name, load_id in cut.items() if name.partition(".")[0] not in off}
    fix_cut(connection, cut, business_date)
    kept_as = recipe_hash(project.models_hash, config.config_hash, config.definitions_hash)
    remember_texts(connection, [*texts_of(recipe, project.cross_checks, kept_as), *configuration_texts(config)])
    connection.execute("delete from meta.check_result")
    connection.execute("delete from meta.build")
    connection.execute(
        """insert into meta.build (run_id, built_at, business_date, is_demo, duckdb_version, models_hash,
            definitions_hash, config_hash, cut, is_complete) values (?, ?, ?, ?, ?, ?, ?, ?, ?, false)""",
        [
            run_id,
            datetime.now(UTC).replace(tzinfo=None),
            business_date,
            is_demo,
            duckdb.__version__,
            project.models_hash,
            project.config.definitions_hash,
            project.config.config_hash,
            json.dumps(cut, sort_keys=True),
        ],
    )
    return cut


def make_table(connection: duckdb.DuckDBPyConnection, table: Table) -> Made:
    """Replaces one table by what its query yields now, comments it and checks it: all of that, or nothing.

    Raises:
        DataFailed: the machine has not enough memory for it.
    """
    try:
        return _made(connection, table)
    except duckdb.OutOfMemoryException:
        ((limit,),) = connection.execute("select current_setting('memory_limit')").fetchall()
        why = f"it needs more than the {limit} of memory that this run may use"
        raise DataFailed(table.name, why, "use a machine with more memory, or fewer threads (KPI_THREADS)") from None


def _made(connection: duckdb.DuckDBPyConnection, table: Table) -> Made:
    with all_or_nothing(connection):
        connection.execute(table.statement())
        connection.execute(f"comment on table {table.name} is {quoted(table.description)}")
        for column in table.columns:
            connection.execute(f'comment on column {table.name}."{column.name}" is {quoted(column.comment)}')
        ((rows,),) = connection.execute(f"select count(*) from {table.name}").fetchall()
        checks = tuple(check_table(connection, table))
        remember_checks(connection, checks)
    return Made(table, rows, checks)


def end_build(connection: duckdb.DuckDBPyConnection) -> None:
    """Marks the build as complete: from here on it may be published and frozen."""
    connection.execute("update meta.build set is_complete = true")


def build(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    cut: Mapping[str, int],
    *,
    run_id: str,
    business_date: date,
    is_demo: bool = False,
    progress: Progress = lambda _: None,
) -> list[Made]:
    """All tables in their order.

    Raises:
        DataFailed: a blocking check failed; later tables are not made.
    """
    begin_build(connection, project, cut, run_id=run_id, business_date=business_date, is_demo=is_demo)
    made = []
    for table in in_order(project.tables):
        progress(table.name)
        made.append(make_table(connection, table))
        refuse_blocked(made[-1].checks)
    for check in project.cross_checks:
        result = run_cross_check(connection, check)
        remember_checks(connection, [result])
        refuse_blocked([result])
    end_build(connection)
    return made


def rows_break_it(count: int) -> str:
    """How a check that does not hold is told."""
    return "1 row breaks it" if count == 1 else f"{count} rows break it"


def told_plainly(result: CheckResult) -> tuple[str, str, str]:
    """What failed, why and what to do, of a check that does not say it itself."""
    return (
        f"{result.table_name} {result.check_name}",
        rows_break_it(result.figure),
        f"look at the rows with `kpi sql {result.table_name}`",
    )


def refuse_blocked(
    results: Sequence[CheckResult], tell: Callable[[CheckResult], tuple[str, str, str]] = told_plainly
) -> None:  # fmt: skip
    """Raises DataFailed for the first blocking check that does not hold; `tell` words one that says nothing itself."""
    for result in results:
        if result.severity == "blocking" and not result.passed:
            what, why, what_to_do = result.told or tell(result)
            raise DataFailed(what, why, f"{what_to_do}; nothing was published")


def remember_checks(connection: duckdb.DuckDBPyConnection, results: Sequence[CheckResult]) -> None:
    """Keeps the outcome of checks for the build under way."""
    now = datetime.now(UTC).replace(tzinfo=None)
    for result in results:
        connection.execute(
            "delete from meta.check_result where table_name = ? and check_name = ?",
            [result.table_name, result.check_name],
        )
        connection.execute(
            """insert into meta.check_result (run_id, table_name, check_name, severity, passed, figure, checked_at)
            values ((select max(run_id) from meta.build), ?, ?, ?, ?, ?, ?)""",
            [result.table_name, result.check_name, result.severity, result.passed, result.figure, now],
        )
