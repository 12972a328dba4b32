"""`kpi doctor`: is everything there that a run needs? The checks themselves are in `doctor` and `reachability`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import typer

from pipelines import reachability
from pipelines.cli.output import AsJson, show_json
from pipelines.definitions import runtime_from_environment
from pipelines.doctor import Finding, examine, repair
from pipelines.failures import WrongUse

MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def doctor(
    freshness: Annotated[str | None, typer.Option(help="Fail when the published mart is older, such as 26h.")] = None,
    repairs: Annotated[bool, typer.Option("--repair", help="Make private what other users can read.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check settings, configuration, sources, zones, disk, permissions, locks and the age of the mart."""
    limit = _duration(freshness) if freshness else None
    findings = examine()
    if repairs and repair(findings):
        findings = examine()
    if exit_code_of(findings) == 0:
        runtime = runtime_from_environment()
        findings += reachability.ask_sources(runtime)
        findings += [reachability.look_at_lock(runtime), reachability.look_at_freshness(runtime, limit)]
    if as_json:
        show_json([finding.as_row() for finding in findings])
    else:
        for finding in findings:
            typer.echo(line_of(finding))
    raise typer.Exit(exit_code_of(findings))


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
