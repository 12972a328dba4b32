"""Commands about what was read: `kpi loads` lists it, `kpi accept` and `kpi retract` rule on it.

What follows from a ruling is decided in `pipelines.loads`; the tables follow with the next build.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import duckdb
import typer

from pipelines.cli.output import AsJson, show_rows
from pipelines.definitions import runtime_from_environment
from pipelines.loads import Ruled, Ruling, create_meta_tables, refused_parts, rule
from pipelines.runtime import prepare_warehouse

LoadId = Annotated[int, typer.Argument(help="A load that `kpi loads` lists; its whole file or read is meant.")]
Note = Annotated[str, typer.Option(help="Why; it is kept with the ruling.")]
# of a load, the newest first; what a kind keeps no row for is counted where it was confirmed
LOADS = """with state as (
    select load_id, count(*) filter (state = 'accepted') as accepted,
        count(*) filter (state = 'unchanged') as unchanged, count(*) filter (state = 'refused') as refused,
        count(*) filter (state = 'retracted') as retracted,
        min(part || ': ' || reason) filter (state = 'refused') as refused_because
    from meta.load_part group by load_id
), confirmed as (
    select load_id, cast(sum(part_count) as bigint) as parts from meta.load_confirmation
    where rows_from is not null group by load_id
), retracted as (
    select load_id, min(note) as note from meta.ruling where action = 'retract' group by load_id
)
select l.load_id, l.fetched_at, l.source, l.object, l.window_from, l.window_to, l.flags, l.rows_read,
    coalesce(s.accepted, 0) as accepted, coalesce(s.unchanged, 0) + coalesce(c.parts, 0) as unchanged,
    coalesce(s.refused, 0) as refused, coalesce(s.retracted, 0) as retracted, s.refused_because, r.note
from meta.load as l
left join state as s on s.load_id = l.load_id
left join confirmed as c on c.load_id = l.load_id
left join retracted as r on r.load_id = l.load_id
where (not $refused or list_contains($waiting, l.load_id)) and ($object is null or l.object = $object)
order by l.load_id desc limit $limit"""


def loads(
    refused: Annotated[bool, typer.Option("--refused", help="Only loads with a refused part that waits.")] = False,
    object_name: Annotated[str | None, typer.Option("--object", help="Only loads of this object.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many of the newest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Every load and what became of its parts, the newest first."""
    runtime = runtime_from_environment()
    with runtime.warehouse.opened_for_reading(purpose="kpi loads") as connection:
        create_meta_tables(connection)
        rows = listed_loads(connection, refused=refused, object_name=object_name, limit=limit)
    show_rows(rows, as_json=as_json, if_none="no refused part waits" if refused else "nothing was loaded")


def accept(
    load_id: LoadId,
    note: Note,
    part: Annotated[str | None, typer.Option(help="Only this part; without it all that were refused.")] = None,
) -> None:
    """Let the refused parts of a load count from the next build on."""
    _say(_ruled(Ruling("accept", load_id, note, _now(), part)), "accepted")


def retract(load_id: LoadId, note: Note) -> None:
    """Take a wrong file or read back: from the next build on everything is as if it had never come."""
    _say(_ruled(Ruling("retract", load_id, note, _now())), "retracted")


def listed_loads(
    connection: duckdb.DuckDBPyConnection, *, refused: bool, object_name: str | None, limit: int
) -> list[dict[str, Any]]:
    """The newest loads, one row each as `kpi loads` shows it."""
    waiting = sorted({load_id for _, _, load_id, _ in connection.execute(refused_parts()).fetchall()})
    told = {"refused": refused, "waiting": waiting, "object": object_name, "limit": limit}
    found = connection.execute(LOADS, told)
    names = [column[0] for column in found.description or ()]
    return [_shown(dict(zip(names, row, strict=True))) for row in found.fetchall()]


def _shown(load: dict[str, Any]) -> dict[str, Any]:
    flags = json.loads(load.pop("flags") or "{}")
    first, last = load.pop("window_from"), load.pop("window_to")
    because, note = load.pop("refused_because"), load.pop("note") or flags.get("note")
    what = flags.get("path") or (f"{first} to {last}" if first else _ruling(flags))
    start = {name: load.pop(name) for name in ("load_id", "fetched_at", "source", "object")}
    return {**start, "what": what, **load, "reason": because, "note": note}


def _ruling(flags: dict[str, Any]) -> str:
    return f"{flags['action']} {', '.join(map(str, flags['load_ids']))}" if "action" in flags else ""


def _ruled(ruling: Ruling) -> Ruled:
    runtime = runtime_from_environment()
    runtime.warehouse.refuse_absent()
    with runtime.warehouse.opened(purpose=f"kpi {ruling.action}") as connection:
        prepare_warehouse(connection, runtime)
        return rule(connection, ruling)


def _say(ruled: Ruled, done: str) -> None:
    what = f"{done} load{'s' if len(ruled.load_ids) > 1 else ''} {', '.join(map(str, ruled.load_ids))}"
    changed = [
        f"{one.object}: {one.parts} parts held {one.rows_before} rows and hold {one.rows_after}"
        for one in ruled.changed
        if one.parts
    ]
    told = "; ".join(changed) or "no part holds other rows"
    if ruled.brought_again_by:
        again = ", ".join(map(str, ruled.brought_again_by))
        told += f"; what came again with load {again} still counts: retract that too if it is wrong"
    typer.echo(f"{what}: {told}. `kpi nightly` builds and publishes it, or the next night does")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
