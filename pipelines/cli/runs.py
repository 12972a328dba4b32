"""Commands that run jobs: `kpi run`, `kpi nightly`, `kpi close`, and the UI that shows them: `kpi ui`."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import Annotated

import typer

from pipelines.cli.headline import show_headline
from pipelines.cli.verdict import pronounce, refuse_failed_checks
from pipelines.definitions import build_defs, runtime_from_environment
from pipelines.engines.duckdb import locked
from pipelines.failures import WrongUse
from pipelines.partitions import ASKED_MONTH, backfill_tags, night_tags
from pipelines.publishing import current_manifest, versions
from pipelines.running import WORKSPACE, Ended, opened_instance, refuse_failed, run_job
from pipelines.runtime import Runtime
from pipelines.settings import dagster_environment, load_settings
from pipelines.snapshots import month_of, refuse_unfinished

DAY = ["%Y-%m-%d"]
# Dagster greets with advice for whoever writes a project; whoever looks at one cannot follow it.
QUIETLY = (sys.executable, "-W", "ignore:Function `dev_command` is superseded")
FirstDay = Annotated[datetime | None, typer.Option("--from", formats=DAY, help="First GA4 day to read again.")]
LastDay = Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last GA4 day to read again.")]


def run() -> None:
    """The whole road: read the sources, build, publish, close the months that are due, write their pages."""
    runtime = runtime_from_environment()
    _say_what_is_read(runtime)
    definitions = build_defs(runtime)
    with runtime.business_date_held():
        night = run_job(definitions, "nightly", runtime, night_tags(runtime))
        # a check that blocked let nothing out; a source that is away does not keep a month open
        if night.exit_code in (0, 3) and current_manifest(runtime.settings.data_dir / "published"):
            # publishes and backs up again only when a month was frozen
            refuse_failed(run_job(definitions, "month_close", runtime))
            show_headline(runtime)
    _refuse_bad(night, runtime, "kpi run")


def nightly(first: FirstDay = None, last: LastDay = None) -> None:
    """Read all sources, build every table, publish the mart; with --from and --to GA4 reads exactly these days."""
    runtime = runtime_from_environment()
    _say_what_is_read(runtime)
    with runtime.business_date_held():
        tags = _backfill(runtime, first, last) if first or last else night_tags(runtime)
        night = run_job(build_defs(runtime), "nightly", runtime, tags)
    _refuse_bad(night, runtime, "kpi nightly")
    typer.echo(f"published: {runtime.settings.data_dir / 'published' / 'current' / 'kpi_mart.duckdb'}")


def close(month: Annotated[str, typer.Argument(help="The month, as 2026-01.")]) -> None:
    """Freeze the next version of a month, write its pages, publish."""
    runtime = runtime_from_environment()
    runtime.warehouse.refuse_absent()
    asked = month_of(month)
    # known before a run is started, so that a slip is no failed run
    refuse_unfinished(asked, runtime.business_date)
    tags = {ASKED_MONTH: f"{asked:%Y-%m}"}
    # two at once would freeze the same build twice
    with locked(runtime.warehouse.path.with_name("month-close.lock"), f"kpi close {month}", wait_seconds=0):
        refuse_failed(run_job(build_defs(runtime), "month_close", runtime, tags))
    typer.echo(f"closed {month}: {runtime.settings.data_dir / 'reports' / month}")


def ui(port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000) -> None:
    """Start the Dagster UI and daemon on 127.0.0.1, with the instance and the settings of all commands."""
    settings = load_settings()
    opened_instance(settings.dagster_home).dispose()
    command = [*QUIETLY, "-m", "dagster", "dev", "-w", str(WORKSPACE), "-h", "127.0.0.1", "-p", str(port)]
    # in the place of this process, so that Ctrl-C and signals reach Dagster itself
    os.execve(sys.executable, command, dagster_environment(settings))  # noqa: S606 - nothing of it comes from outside


def _refuse_bad(night: Ended, runtime: Runtime, command: str) -> None:
    """Ends the command as the night ended; when it published, also with what is wrong in what was published."""
    found = pronounce(runtime) if _has_published(night, runtime) else None
    refuse_failed(night)
    if found is not None:
        refuse_failed_checks(found, command)


def _has_published(night: Ended, runtime: Runtime) -> bool:
    """Also a night that is red, when it is red only because a source did not answer."""
    there = versions(runtime.settings.data_dir / "published")
    return any(version.endswith(f"-{night.run_id[:8]}") for version in there)


def _backfill(runtime: Runtime, first: datetime | None, last: datetime | None) -> dict[str, str]:
    if not runtime.config.sources.ga4.enabled:
        raise WrongUse("kpi nightly", "--from and --to are days of GA4, which is left out", "leave them out")
    if first is None or last is None:
        raise WrongUse("kpi nightly", "--from and --to go together", "give both days")
    return backfill_tags(runtime, first.date(), last.date())


def _say_what_is_read(runtime: Runtime) -> None:
    who = "the demo company (nothing of GA4 and Mailchimp is set)" if runtime.is_demo else runtime.config.company.name
    typer.echo(f"reading {who}, business date {runtime.business_date}", err=True)
    for warning in runtime.settings.warnings:
        typer.echo(f"warning: {warning}", err=True)
