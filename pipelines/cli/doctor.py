"""`kpi doctor`: is everything there that a run needs? The checks themselves are in `pipelines.doctor`."""

from __future__ import annotations

import typer

from pipelines.cli.output import AsJson, show_json
from pipelines.doctor import Finding, examine

MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}


def doctor(as_json: AsJson = False) -> None:
    """Check settings, configuration, credentials, zones, disk and permissions; one line each, with the remedy."""
    findings = examine()
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
