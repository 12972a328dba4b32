"""What a person sees when a run is over: the headline KPIs of the last closed month and where everything lies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.review.month import TargetStanding
from pipelines.review.targets import company_targets, read_targets
from pipelines.review.wording import Wording, load_wording
from pipelines.runtime import Runtime

LANGUAGE = "en"
NO_VALUE = "unknown"


def show_headline(runtime: Runtime) -> None:
    """Prints the headline pack of the last closed month, the paths and how to open the UI."""
    with runtime.warehouse.opened_for_reading(purpose="the headline KPIs") as connection:
        found = connection.execute(
            "select snapshot_id, month, version from snapshots.snapshot order by month desc, version desc limit 1"
        ).fetchall()
        if found:
            snapshot_id, month, version = found[0]
            demo = "demo, " if runtime.is_demo else ""
            title = f"\n{runtime.config.company.name}, {load_wording(LANGUAGE).month(month)} ({demo}version {version})"
            Console().print(_headline(connection, runtime, snapshot_id, month, title))
    data = runtime.settings.data_dir
    lines = {
        "mart for BI": data / "published" / "current" / "kpi_mart.duckdb",
        "review pages": data / "reports" / "index.en.html",
        "drop files in": data / "inbox",
    }
    typer.echo("")
    for what, path in lines.items():
        typer.echo(f"{what:<14} {_shown(path)}")
    typer.echo(f"{'UI':<14} make ui, then http://127.0.0.1:3000")


def _headline(
    connection: duckdb.DuckDBPyConnection, runtime: Runtime, snapshot_id: str, month: date, title: str
) -> Table:
    wording = load_wording(LANGUAGE)
    rows = connection.execute(
        """select k.kpi_id, r.name_en, k.value, k.unit, k.status, k.trust
        from snapshots.kpi_value as k inner join reference.kpi as r on r.kpi_id = k.kpi_id
        where k.snapshot_id = ? and k.grain = 'month' and k.slice = 'total'""",
        [snapshot_id],
    ).fetchall()
    by_id = {row[0]: row[1:] for row in rows}
    stood = read_targets(connection, snapshot_id, month)
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    table.add_column("KPI")
    table.add_column("value", justify="right")
    for column in ("status", "trust", "target and pace"):
        table.add_column(column)
    for kpi_id in runtime.config.headline_pack(runtime.business_date):
        if kpi_id in by_id:
            name, value, unit, status, trust = by_id[kpi_id]
            shown = NO_VALUE if value is None else wording.figure(kpi_id, unit, value)
            targets = "; ".join(_standing(one, wording) for one in company_targets(stood, kpi_id))
            table.add_row(*(Text(cell) for cell in (name, shown, status, trust, targets)))
    return table


def _standing(target: TargetStanding, wording: Wording) -> str:
    """A verdict, with the pace where there is one: how much there is of what was expected by then."""
    verdict = target.status.replace("_", " ")
    return verdict if target.pace is None else f"{verdict}, {wording.percentage(target.pace)}"


def _shown(path: Path) -> str:
    """The path from here when it is below this folder."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
