"""Commands that only look: `kpi status`, `kpi check`, `kpi sql`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from pipelines.checks import broken_rows
from pipelines.cli.output import AsJson, show_json, show_rows
from pipelines.configuration.problems import nearest
from pipelines.definitions import runtime_from_environment
from pipelines.failures import WrongUse
from pipelines.loads import refused_loads, refused_parts
from pipelines.publishing import current_manifest


def status(as_json: AsJson = False) -> None:
    """What happened last night: sources, loads, refused parts, checks, and what is published."""
    runtime = runtime_from_environment()
    with runtime.warehouse.opened_for_reading(purpose="kpi status") as connection:
        found = {title: _rows_so_far(connection, query) for title, query in STATUS_QUERIES.items()}
    found["published"] = list(_published(runtime.settings.data_dir / "published"))
    if as_json:
        show_json(found)
        return
    for title, rows in found.items():
        show_rows(rows, as_json=False, title=title.capitalize(), if_none=f"{title.capitalize()}: none")


STATUS_QUERIES = {
    "last build": """select run_id, built_at, business_date, is_demo, is_complete from meta.build""",
    "sources": """with last_run as (
            select run_id from meta.source_outcome order by finished_at desc limit 1
        ),
        stored as (
            select case when l.source = 'file' then 'inbox' else l.source end as source, l.load_id, l.rows_read
            from meta.load as l inner join last_run using (run_id)
        ),
        -- the lines of a file may be rows of several kinds, and those of one kind rows of several tables
        read_file as (
            select f.path, max(f.rows_in) as rows_in
            from meta.file as f inner join stored using (load_id) group by f.path
        ),
        read_rows as (
            select source, sum(rows_read)::bigint as rows_read from stored where source <> 'inbox' group by source
            union all
            select 'inbox' as source, sum(rows_in)::bigint as rows_read from read_file having count(*) > 0
        ),
        parts as (
            select s.source, count(*) filter (p.state = 'accepted') as changed,
                count(*) filter (p.state = 'unchanged') as unchanged, count(*) filter (p.state = 'refused') as refused
            from stored as s inner join meta.load_part as p using (load_id) group by s.source
        ),
        outcome as (
            select source, min(state) as state, min(finished_at) as began,
                coalesce(string_agg(message, '; ' order by finished_at) filter (state <> 'read'), '') as message
            from meta.source_outcome inner join last_run using (run_id) group by source
        )
        select o.source, if(o.message = '', 'read', o.state) as state, coalesce(r.rows_read, 0) as rows_read,
            coalesce(p.changed, 0) as parts_changed, coalesce(p.unchanged, 0) as parts_unchanged,
            coalesce(p.refused, 0) as parts_refused, o.message
        from outcome as o left join read_rows as r using (source) left join parts as p using (source)
        order by o.began""",
    "closed months": """select strftime(s.month, '%Y-%m') as month, s.version, s.created_at, s.note,
            string_agg(a.approved_by, ', ' order by a.approved_at) as approved_by
        from snapshots.snapshot as s left join snapshots.approval as a using (snapshot_id)
        group by all order by month desc, version desc limit 100""",
    "refused parts": refused_loads(refused_parts()),
    "files that were not loaded": """select path, max_by(kind, seen_at) as kind, max_by(state, seen_at) as state,
            max_by(reason, seen_at) as reason
        from meta.file group by path having max_by(state, seen_at) <> 'loaded' order by path""",
    "ga4 quota": """select bucket, sum(consumed)::bigint as consumed, arg_max(remaining, seen_at) as remaining,
            max(seen_at) as seen_at
        from meta.quota where run_id = (select arg_max(run_id, seen_at) from meta.quota)
        group by bucket order by bucket""",
    "failed checks": """select table_name, check_name, severity, figure as rows from meta.check_result
        where not passed order by severity, table_name, check_name""",
}


def sql(
    table: Annotated[str, typer.Argument(help="A table such as marts.kpi_value.")],
    engine: Annotated[str, typer.Option(help="The engine to write it for; only duckdb so far.")] = "duckdb",
    as_json: AsJson = False,
) -> None:
    """The runnable statement of a table."""
    runtime = runtime_from_environment()
    if engine != "duckdb":
        raise WrongUse("--engine", f"{engine!r} is no engine", "use duckdb")
    tables = runtime.project.tables
    if table not in tables:
        raise WrongUse("kpi sql", f"there is no table {table!r}", nearest(table, tables))
    statement = tables[table].statement() + ";"
    if as_json:
        show_json({"table": table, "engine": engine, "statement": statement})
    else:
        typer.echo(statement)


def check(
    table: Annotated[str, typer.Argument(help="The table, as the line about the check names it.")],
    name: Annotated[str, typer.Argument(help="The check.")],
    limit: Annotated[int, typer.Option(min=1, help="So many rows at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """The rows of the last build that break a check."""
    runtime = runtime_from_environment()
    query = broken_rows(runtime.project.tables, runtime.project.cross_checks, table, name)
    with runtime.warehouse.opened_for_reading(purpose="kpi check") as connection:
        rows = _rows(connection, query)[:limit]
    show_rows(rows, as_json=as_json, if_none=f"no row breaks {name}")


def _published(folder: Path) -> Iterator[dict[str, Any]]:
    """What readers see now, as its manifest says."""
    told = current_manifest(folder)
    if told is not None:
        hours = (datetime.now(UTC) - datetime.fromisoformat(told["published_at"])).total_seconds() / 3600
        names = ("version", "published_at", "business_date", "is_demo")
        rows = sum(table["rows"] for table in told["tables"].values())
        yield {**{name: told[name] for name in names}, "age_hours": round(hours, 1), "rows": rows}


def _rows_so_far(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query; none where the warehouse was last written by a release that kept no such table or column."""
    try:
        return _rows(connection, query)
    except (duckdb.CatalogException, duckdb.BinderException):
        return []


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
