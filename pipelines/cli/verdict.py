"""What a person has to know after a run that published: checks that do not hold, and parts that were refused."""

from __future__ import annotations

from dataclasses import dataclass

import typer

from pipelines.alerts import Alert, send_alert
from pipelines.build import Project
from pipelines.failures import DataFailed
from pipelines.runtime import Runtime

SHOWN_PARTS = 20

# of this build; a check that blocks stops a run before anybody comes here
FAILED_CHECKS = """select table_name, check_name, severity, figure from meta.check_result
where not passed and severity <> 'blocking' order by severity, table_name, check_name"""
# refused, and not delivered again since
REFUSED_PARTS = """select p.load_id, p.object, count(*) as parts, min(p.part) as such_as, p.reason, min(f.path) as file
from meta.load_part as p left join meta.file as f on f.load_id = p.load_id
where p.state = 'refused' and not exists (
    select 1 from meta.load_part as later
    where later.object = p.object and later.part = p.part and later.state = 'accepted' and later.load_id > p.load_id)
group by p.load_id, p.object, p.reason order by p.load_id, such_as"""


@dataclass(frozen=True)
class Verdict:
    """One line for each thing that is wrong; the names of the checks that make a run end with exit code 1."""

    lines: tuple[str, ...]
    failed: tuple[str, ...]


def pronounce(runtime: Runtime, run_id: str, job: str) -> Verdict:
    """Says on standard error what is wrong, and tells the alert's addressees of checks of severity error."""
    found = reached(runtime)
    for line in found.lines:
        typer.echo(line, err=True)
    if found.failed:
        errors = [line for line in found.lines if line.startswith("error: ")]
        send_alert(Alert("check failed", run_id, job, "; ".join(errors)), runtime.settings)
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
        checks = connection.execute(FAILED_CHECKS).fetchall()
        parts = connection.execute(REFUSED_PARTS).fetchall()
    lines = [
        f"{severity}: {table} {check}: {figure} rows break it: {_remedy(runtime.project, check)}"
        for table, check, severity, figure in checks
    ]
    lines += [
        f"refused: {file or name}: {part}{f' and {count - 1} more parts' if count > 1 else ''} of load {load_id}: "
        f"{reason}: deliver it again, complete"
        for load_id, name, count, part, reason, file in parts[:SHOWN_PARTS]
    ]
    if len(parts) > SHOWN_PARTS:
        lines.append(f"refused: {len(parts) - SHOWN_PARTS} more parts: see `kpi status`")
    return Verdict(tuple(lines), tuple(check for _, check, severity, _ in checks if severity == "error"))


def _remedy(project: Project, check: str) -> str:
    """Where it is said what must hold: the file of a check between tables, or the header of a table."""
    if check in {one.name for one in project.cross_checks}:
        return f"correct the rows that assets/checks/{check}.sql finds at their source"
    return "correct the source; the rule stands in the header of the table"
