"""Commands that run jobs: `kpi run`, `kpi nightly`, `kpi close`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from pipelines.cli.headline import show_headline
from pipelines.definitions import build_defs, runtime_from_environment
from pipelines.failures import WrongUse
from pipelines.partitions import ASKED_MONTH, backfill_tags, night_tags
from pipelines.running import refuse_failed, run_job
from pipelines.runtime import Runtime
from pipelines.snapshots import month_of

DAY = ["%Y-%m-%d"]
FirstDay = Annotated[datetime | None, typer.Option("--from", formats=DAY, help="First GA4 day to read again.")]
LastDay = Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last GA4 day to read again.")]


def run() -> None:
    """The whole road: read the sources, build, publish, close the months that are due, write their pages."""
    runtime = runtime_from_environment()
    _say_what_is_read(runtime)
    definitions = build_defs(runtime)
    night = run_job(definitions, "nightly", runtime, night_tags(runtime))
    # a source that is away does not keep a month open
    if night.exit_code in (0, 3):
        refuse_failed(run_job(definitions, "month_close", runtime))
        show_headline(runtime)
    refuse_failed(night)


def nightly(first: FirstDay = None, last: LastDay = None) -> None:
    """Read all sources, build every table, publish the mart; with --from and --to GA4 reads exactly these days."""
    runtime = runtime_from_environment()
    _say_what_is_read(runtime)
    tags = _backfill(runtime, first, last) if first or last else night_tags(runtime)
    refuse_failed(run_job(build_defs(runtime), "nightly", runtime, tags))
    typer.echo(f"published: {runtime.settings.data_dir / 'published' / 'current' / 'kpi_mart.duckdb'}")


def close(month: Annotated[str, typer.Argument(help="The month, as 2026-01.")]) -> None:
    """Freeze the next version of a month, write its pages, publish."""
    runtime = runtime_from_environment()
    tags = {ASKED_MONTH: f"{month_of(month):%Y-%m}"}
    refuse_failed(run_job(build_defs(runtime), "month_close", runtime, tags))
    typer.echo(f"closed {month}: {runtime.settings.data_dir / 'reports' / month}")


def _backfill(runtime: Runtime, first: datetime | None, last: datetime | None) -> dict[str, str]:
    if first is None or last is None:
        raise WrongUse("kpi nightly", "--from and --to go together", "give both days")
    return backfill_tags(runtime, first.date(), last.date())


def _say_what_is_read(runtime: Runtime) -> None:
    who = "the demo company (nothing of GA4 and Mailchimp is set)" if runtime.is_demo else runtime.config.company.name
    typer.echo(f"reading {who}, business date {runtime.business_date}", err=True)
    for warning in runtime.settings.warnings:
        typer.echo(f"warning: {warning}", err=True)
