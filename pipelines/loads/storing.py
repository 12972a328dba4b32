"""Appending an arrival: the rows of every part that changed, and the load rows that make them visible.

A part is replaced as a whole; a part with the same content stores nothing. The load row is written last, in the same
transaction, so that a broken append never shows. What becomes of a part is decided in `judging`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import duckdb

from pipelines.failures import DataFailed
from pipelines.loads.arrivals import Arrival
from pipelines.loads.comparing import compare_rows, lay_out_arrived
from pipelines.loads.judging import fell_together, judge_parts, refuse_changed
from pipelines.loads.terms import terms_of

REFUSALS_TOLD = 20


@dataclass(frozen=True)
class Stored:
    """What became of one arrival, in rows and parts."""

    object: str
    load_id: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_withdrawn: int
    parts_accepted: int
    parts_unchanged: int
    parts_refused: int
    refusals: tuple[str, ...]


@dataclass(frozen=True)
class Occasion:
    """When and in which run something was read."""

    source: str
    run_id: str
    business_date: date
    fetched_at: datetime


def store(connection: duckdb.DuckDBPyConnection, arrivals: Sequence[Arrival], occasion: Occasion) -> list[Stored]:
    """Appends what changed of each arrival of one read; the caller may hold a transaction around it.

    A full export is refused as one: what was split off its rows shares the fate of the object before it.
    """
    stored: list[Stored] = []
    refusal, fetch_id = "", next_load_id(connection)
    for load_id, arrival in enumerate(arrivals, start=fetch_id):
        stored.append(_store_one(connection, arrival, occasion, load_id, fetch_id, refusal if arrival.full else ""))
        if arrival.full and stored[-1].refusals:
            refusal = refusal or stored[-1].refusals[0].partition(": ")[2]
    return stored


def store_again(connection: duckdb.DuckDBPyConnection, objects: Sequence[str], occasion: Occasion) -> None:
    """A read that brought word for word what the newest load of each object did: loads without parts."""
    fetch_id = next_load_id(connection)
    for place, object_name in enumerate(objects):
        connection.execute(
            f"""insert into meta.load by name
            select ? as load_id, n.source, n.object, n.window_from, n.window_to, ? as fetched_at, ? as business_date,
                n.rows_read, n.content_hash, ? as run_id, n.flags, ? as fetch_id,
                coalesce(n.repeats, n.load_id) as repeats, n.judged_by
            from ({newest_load()}) as n""",
            [
                fetch_id + place,
                occasion.fetched_at,
                occasion.business_date,
                occasion.run_id,
                fetch_id,
                object_name,
            ],
        )


def newest_load() -> str:
    """The statement that gives the newest load of an object that is no ruling and was not taken back."""
    return """select * from meta.load as l where l.object = ? and l.source <> 'ruling' and not exists (
            select 1 from meta.ruling as r where r.load_id = l.load_id and r.action = 'retract'
        ) order by l.load_id desc limit 1"""


def next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the load that comes next."""
    return int(connection.execute("select coalesce(max(load_id), 0) + 1 from meta.load").fetchall()[0][0])


def _store_one(
    connection: duckdb.DuckDBPyConnection,
    arrival: Arrival,
    occasion: Occasion,
    load_id: int,
    fetch_id: int,
    refusal: str,
) -> Stored:
    columns = [name for name in arrival.rows.column_names if name != "part"]
    ensure_raw_table(connection, arrival)
    lay_out_arrived(connection, arrival, columns)
    judge_parts(connection, arrival)
    if refusal:
        refuse_changed(connection, refusal)
    counts = compare_rows(connection, arrival, columns)
    fell = fell_together(connection, arrival)
    _append(connection, arrival, columns, load_id)
    _record_parts(connection, arrival, load_id)
    flags = {**arrival.flags, **({"fell": fell} if fell else {})}
    _record_load(connection, replace(arrival, flags=flags), columns, occasion, load_id, fetch_id)
    ((accepted, unchanged, refused, refusals),) = connection.execute(
        f"""select count(*) filter (state = 'accepted'), count(*) filter (state = 'unchanged'),
            count(*) filter (state = 'refused'),
            list(part || ': ' || reason order by part) filter (state = 'refused')[:{REFUSALS_TOLD}] from judged_part"""
    ).fetchall()
    for table in ("arrived", "arrived_part", "current_part_now", "judged_part", "held_row"):
        connection.execute(f"drop table {table}")
    return Stored(arrival.object, load_id, *counts, accepted, unchanged, refused, tuple(refusals or ()))


def ensure_raw_table(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> None:
    """Creates the raw table of an object, or adds the columns it lacks.

    Raises:
        DataFailed: the source changed the type of a column, so that stored and new values would not compare.
    """
    schema, _, _ = arrival.table.partition(".")
    connection.execute(f"create schema if not exists {schema}")
    connection.register("described_rows", arrival.rows.slice(0, 0))
    connection.execute(
        f"""create table if not exists {arrival.table} as
        select cast(null as bigint) as load_id, cast(null as boolean) as is_new_key, * from described_rows limit 0"""
    )
    known = {name: kind for name, kind, *_ in connection.execute(f"describe {arrival.table}").fetchall()}
    arrived = {name: kind for name, kind, *_ in connection.execute("describe described_rows").fetchall()}
    connection.unregister("described_rows")
    for column, kind in arrived.items():
        if known.get(column, kind) != kind:
            why = f"{column} was {known[column]} and is now {kind}"
            raise DataFailed(arrival.object, why, "nothing of it was stored; report the change of the source")
    for column in [name for name in arrived if name not in known]:
        connection.execute(f'alter table {arrival.table} add column if not exists "{column}" {arrived[column]}')


def _append(connection: duckdb.DuckDBPyConnection, arrival: Arrival, columns: Sequence[str], load_id: int) -> None:
    listed = ", ".join(f'"{name}"' for name in columns)
    chosen = ", ".join(f'a."{name}"' for name in columns)
    connection.execute(
        f"""insert into {arrival.table} (load_id, is_new_key, part{", " + listed if listed else ""})
        select {load_id}, a.key_text not in (select key_text from held_row), a.part{", " + chosen if chosen else ""}
        from arrived as a where a.part in (select part from judged_part where state in ('accepted', 'refused'))"""
    )


def _record_parts(connection: duckdb.DuckDBPyConnection, arrival: Arrival, load_id: int) -> None:
    kept = "" if arrival.keep_unchanged else "where state <> 'unchanged'"
    connection.execute(
        f"""insert into meta.load_part by name
        select {load_id} as load_id, ? as object, part, rows, content_hash, state, reason, control_total, keys, checksum
        from judged_part {kept} order by part""",
        [arrival.object],
    )
    if arrival.keep_unchanged:
        return
    connection.execute(
        f"""insert into meta.load_confirmation (load_id, rows_from, parts, part_count)
        select {load_id}, c.load_id,
            case when count(*) < any_value(held.parts) then list(j.part order by j.part) end, count(*)
        from judged_part as j
        inner join current_part_now as c on c.part = j.part
        inner join (select load_id, count(*) as parts from current_part_now group by load_id) as held
            on held.load_id = c.load_id
        where j.state = 'unchanged' group by c.load_id order by c.load_id"""
    )
    # a part that was never taken and is empty matters only if what was refused of it may be accepted one day
    connection.execute(
        f"""insert into meta.load_confirmation (load_id, parts, part_count)
        select {load_id}, list(part order by part), count(*) from judged_part
        where state = 'unchanged' and rows = 0 and part not in (select part from current_part_now)
            and part in (select part from meta.load_part where object = ?)
        having count(*) > 0""",
        [arrival.object],
    )


def _record_load(
    connection: duckdb.DuckDBPyConnection,
    arrival: Arrival,
    columns: Sequence[str],
    occasion: Occasion,
    load_id: int,
    fetch_id: int,
) -> None:
    ((content_hash,),) = connection.execute(
        "select sha256(coalesce(string_agg(part || content_hash, '' order by part), '')) from arrived_part"
    ).fetchall()
    first, last = arrival.window or (None, None)
    row = {
        "load_id": load_id,
        "source": occasion.source,
        "object": arrival.object,
        "window_from": first,
        "window_to": last,
        "fetched_at": occasion.fetched_at,
        "business_date": occasion.business_date,
        "rows_read": arrival.rows_read or arrival.rows.num_rows,
        "content_hash": content_hash,
        "run_id": occasion.run_id,
        "flags": json.dumps(arrival.flags, sort_keys=True, default=str),
        "fetch_id": fetch_id,
        "judged_by": terms_of(arrival).as_json(),
        "columns": sorted(columns),
    }
    listed, marks = ", ".join(row), ", ".join("?" for _ in row)
    connection.execute(f"insert into meta.load ({listed}) values ({marks})", list(row.values()))
