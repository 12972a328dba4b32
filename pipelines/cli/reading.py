"""Commands that only look: `kpi status`, `kpi sql`, `kpi inbox rejected`."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb
import typer

from pipelines.cli.output import AsJson, show_json, show_rows
from pipelines.configuration.problems import nearest
from pipelines.definitions import runtime_from_environment
from pipelines.failures import WrongUse


def status(as_json: AsJson = False) -> None:
    """What happened last night: sources, loads, refused parts, checks, and what is published."""
    runtime = runtime_from_environment()
    with runtime.warehouse.opened_for_reading(purpose="kpi status") as connection:
        found = {title: _rows(connection, query) for title, query in STATUS_QUERIES.items()}
    if as_json:
        show_json(found)
        return
    for title, rows in found.items():
        show_rows(rows, as_json=False, title=title.capitalize(), if_none=f"{title.capitalize()}: none")


STATUS_QUERIES = {
    "last build": """select run_id, built_at, business_date, is_demo, is_complete from meta.build""",
    "sources": """select o.source, o.state, o.message from meta.source_outcome as o
        where o.run_id = (select run_id from meta.source_outcome order by finished_at desc limit 1)
        order by o.finished_at""",
    "refused parts": """select p.load_id, p.object, p.part, p.reason from meta.load_part as p
        where p.state = 'refused' and not exists (
            select 1 from meta.load_part as later
            where later.object = p.object and later.part = p.part and later.state = 'accepted'
                and later.load_id > p.load_id)
        order by p.load_id, p.part""",
    "files that were not loaded": """select path, kind, state, reason from meta.file
        where state <> 'loaded' order by path""",
    "failed checks": """select table_name, check_name, severity, figure as rows from meta.check_result
        where not passed order by severity, table_name, check_name""",
}


def sql(
    table: Annotated[str, typer.Argument(help="A table such as marts.kpi_value.")],
    engine: Annotated[str, typer.Option(help="The engine to write it for; only duckdb so far.")] = "duckdb",
) -> None:
    """The runnable statement of a table."""
    runtime = runtime_from_environment()
    if engine != "duckdb":
        raise WrongUse("--engine", f"{engine!r} is no engine", "use duckdb")
    tables = runtime.project.tables
    if table not in tables:
        raise WrongUse("kpi sql", f"there is no table {table!r}", nearest(table, tables))
    typer.echo(tables[table].statement() + ";")


def rejected(as_json: AsJson = False) -> None:
    """Rows of files that could not be taken, with the remedy."""
    runtime = runtime_from_environment()
    with runtime.warehouse.opened_for_reading(purpose="kpi inbox rejected") as connection:
        rows = _rows(
            connection,
            """select path, line, column_name as "column", value, reason, remedy from meta.rejected_row
            order by path, line, column_name""",
        )
    show_rows(rows, as_json=as_json, if_none="no row was rejected")


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
