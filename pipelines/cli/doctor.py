"""`kpi doctor`: is everything there that a run needs? The checks are in `doctor`, `last_night` and `reachability`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from pipelines import reachability
from pipelines.alerts import Alert, Look, tell
from pipelines.cli.output import AsJson, show_json
from pipelines.definitions import runtime_from_environment
from pipelines.doctor import Finding, examine, look_at_freshness, repair
from pipelines.failures import KpiError, WrongUse
from pipelines.last_night import look_back
from pipelines.settings import load_settings

MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}
STALE: Final = "stale published file"
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def doctor(
    freshness: Annotated[
        str | None, typer.Option(help="Fail, and tell, when the published mart is older than this, such as 26h.")
    ] = None,
    repairs: Annotated[bool, typer.Option("--repair", help="Make private what other users can read.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check settings, configuration, sources, zones, disk, permissions, locks and the age of the mart."""
    limit = _duration(freshness) if freshness else None
    published = list(look_at_published(limit))
    findings = examine()
    if repairs and repair(findings):
        findings = examine()
    if exit_code_of(findings) == 0:
        runtime = runtime_from_environment()
        findings += [*look_back(runtime), reachability.look_at_lock(runtime)]
        # the look of every hour asks nobody: it would spend quotas and wait
        findings += [] if limit else reachability.ask_sources(runtime)
    # what was asked for first: its exit code outranks the others
    findings = [*published, *findings] if limit else [*findings, *published]
    if as_json:
        show_json([finding.as_row() for finding in findings])
    else:
        for finding in findings:
            typer.echo(line_of(finding))
    raise typer.Exit(exit_code_of(findings))


def look_at_published(limit: timedelta | None) -> Iterator[Finding]:
    """The age of the mart, even when nothing else is in order; with a limit it is also told when it is too old.

    Nothing when the settings cannot be read, which is a finding of its own.
    """
    try:
        settings = load_settings()
    except KpiError:
        return
    now = datetime.now(UTC)
    finding = look_at_freshness(settings.data_dir / "published", limit, now)
    if limit is not None:
        is_stale = finding.state == "failed"
        alert = Alert(STALE, finding.check, f"{finding.check}: {finding.text}: {finding.remedy}")
        tell(Look((alert,) if is_stale else (), (f"{STALE}/",)), settings, now)
    yield finding


def line_of(finding: Finding) -> str:
    """One finding as a line for people."""
    remedy = f": {finding.remedy}" if finding.remedy else ""
    return f"{MARKS[finding.state]}  {finding.check}: {finding.text}{remedy}"


def exit_code_of(findings: list[Finding]) -> int:
    """The exit code of the first finding that failed: later ones may only follow from it."""
    return next((finding.exit_code for finding in findings if finding.state == "failed"), 0)


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"(\d+)([mhd])", text)
    if match is None:
        raise WrongUse("--freshness", f"{text!r} is no duration", "write a number and m, h or d, such as 26h")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
