"""What a person has to know after a run that published: checks that do not hold, and parts that were refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import typer

from pipelines.alerts import look_at_checks, tell
from pipelines.build import Project, rows_break_it
from pipelines.cli.rejections import share_of
from pipelines.failures import DataFailed
from pipelines.loads import refused_loads
from pipelines.runtime import Runtime

SHOWN_PARTS, SHOWN_FILES = 20, 20

# of this build; a check that blocks stops a run before anybody comes here, and what of the files does not count is told
# one by one
FAILED_CHECKS = """select table_name, check_name, severity, figure from meta.check_result
where not passed and severity <> 'blocking' and check_name not in ('refused_parts_are_decided', 'rows_are_taken')
order by severity, table_name, check_name"""
REFUSED_LOADS = refused_loads("select * from meta.refused_part")

LACKING = """select path from meta.file
where rows_rejected > 0 and run_id = (select max(run_id) from meta.build) limit 1"""
# files of this run that lack rows, and whether the check of them has a warning. The kind is named where the folder does
# not say it: a file may be rows of two kinds
REJECTED = """select f.path || case when starts_with(f.path, f.kind || '/') then '' else ' as ' || f.kind end as file,
    f.rows_rejected, f.rows_in, exists (select 1 from ({warned}) as w where w.path = f.path and w.kind = f.kind)
from meta.file as f
where f.rows_rejected > 0 and f.run_id = (select max(run_id) from meta.build)
order by f.rows_rejected / f.rows_in desc, file"""


@dataclass(frozen=True)
class Verdict:
    """One line for each thing that is wrong; `errors` are those that end a run with exit code 1, by table and check."""

    lines: tuple[str, ...]
    errors: Mapping[str, str]

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the checks of severity error that do not hold."""
        return tuple(name.rpartition(" ")[2] for name in self.errors)


def pronounce(runtime: Runtime) -> Verdict:
    """Says on standard error what is wrong, and tells the alert's addressees of checks of severity error."""
    found = reached(runtime)
    tell(look_at_checks(found.errors, are_all=True), runtime.settings, datetime.now(UTC))
    for line in found.lines:
        typer.echo(line, err=True)
    return found


def refuse_failed_checks(found: Verdict, command: str) -> None:
    """Raises when a check of severity error does not hold."""
    if found.failed:
        raise DataFailed(
            command, f"the mart is published, and {', '.join(found.failed)} failed", "do what the lines above say"
        )


def reached(runtime: Runtime) -> Verdict:
    """What the warehouse knows of the last build and of refused parts."""
    with runtime.warehouse.opened_for_reading(purpose="the verdict of a run") as connection:
        return verdict_in(connection, runtime.project)


def verdict_in(connection: duckdb.DuckDBPyConnection, project: Project) -> Verdict:
    """The verdict of the last build in a warehouse that is open."""
    checks = connection.execute(FAILED_CHECKS).fetchall()
    parts = connection.execute(REFUSED_LOADS).fetchall()
    broken = [
        (severity, f"{table} {check}", f"{table} {check}: {rows_break_it(figure)}: {_remedy(table, check)}")
        for table, check, severity, figure in checks
    ]
    lines = [f"{severity}: {line}" for severity, _, line in broken]
    lines += [
        f"refused: {file or name}: {part}{f' and {count - 1} more parts' if count > 1 else ''} of load {load_id}: "
        f"{reason}: deliver it again, complete, or let it count with `kpi accept {load_id} --note ...`"
        for load_id, name, count, part, reason, file in parts[:SHOWN_PARTS]
    ]
    if len(parts) > SHOWN_PARTS:
        lines.append(f"refused: {len(parts) - SHOWN_PARTS} more parts: see `kpi status`")
    lines += _rejections(connection, project)
    return Verdict(tuple(lines), {name: line for severity, name, line in broken if severity == "error"})


def _rejections(connection: duckdb.DuckDBPyConnection, project: Project) -> Iterator[str]:
    if not connection.execute(LACKING).fetchall():
        return
    (warned,) = (check.query for check in project.cross_checks if check.name == "rows_are_taken")
    files = connection.execute(REJECTED.replace("{warned}", warned)).fetchall()
    for path, lacking, held, is_much in files[:SHOWN_FILES]:
        why = f"{lacking} of {held} rows rejected, {share_of(lacking, held)}"
        yield f"{'warning' if is_much else 'note'}: {path}: {why}: `kpi inbox rejected` says which, why and what to do"
    if len(files) > SHOWN_FILES:
        yield f"note: {len(files) - SHOWN_FILES} more files lack rows: see `kpi inbox rejected`"


def _remedy(table: str, check: str) -> str:
    return f"see them with `kpi check {table} {check}`, and correct them at their source"
