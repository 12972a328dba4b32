"""`kpi lint`: what is wrong with targets, goals and packs as they are set. Reads the configuration, no figures."""

from __future__ import annotations

from dataclasses import asdict

import typer

from pipelines.cli.output import AsJson, show_rows
from pipelines.definitions import runtime_from_environment
from pipelines.targets import findings_of


def lint(as_json: AsJson = False) -> None:
    """What is wrong with targets, goals and packs: findings with stable codes. Errors end with exit code 1."""
    runtime = runtime_from_environment()
    found = [one for one in findings_of(runtime.config) if one.is_true_on(runtime.business_date)]
    rows = [asdict(one) for one in found]
    for row in rows:
        del row["since"]
    show_rows(rows, as_json=as_json, if_none=_all_well(len(runtime.config.targets)))
    raise typer.Exit(1 if any(one.severity == "error" for one in found) else 0)


def _all_well(targets: int) -> str:
    return f"nothing to say about {targets} targets"
