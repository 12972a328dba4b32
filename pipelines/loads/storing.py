"""Appending an arrival: the rows of every part that changed, and the load rows that make them visible.

A part is replaced as a whole; a part with the same content stores nothing. The load row is written last, in the same
transaction, so that a broken append never shows. What becomes of a part is decided in `judging`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from pipelines.failures import DataFailed
from pipelines.loads.arrivals import Arrival
from pipelines.loads.comparing import compare_rows, row_text
from pipelines.loads.judging import judge_parts


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
    """Appends what changed of each arrival; the caller may hold a transaction around it.

    A full export is refused as one: what was split off its rows shares the fate of the object before it.
    """
    stored: list[Stored] = []
    refusal = ""
    for arrival in arrivals:
        stored.append(_store_one(connection, arrival, occasion, refusal if arrival.full else ""))
        if arrival.full and stored[-1].refusals:
            refusal = refusal or stored[-1].refusals[0].partition(": ")[2]
    return stored


def store_again(connection: duckdb.DuckDBPyConnection, object_name: str, occasion: Occasion) -> None:
    """A read that brought word for word what the newest load of the object did: a load without parts."""
    connection.execute(
        """insert into meta.load by name
        select l.load_id + 1 as load_id, n.source, n.object, n.window_from, n.window_to, ? as fetched_at,
            ? as business_date, n.rows_read, n.content_hash, ? as run_id, n.flags
        from (select max(load_id) as load_id from meta.load) as l
        cross join (select * from meta.load where object = ? order by load_id desc limit 1) as n""",
        [occasion.fetched_at, occasion.business_date, occasion.run_id, object_name],
    )


def _store_one(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, occasion: Occasion, refusal: str = ""
) -> Stored:
    columns = [name for name in arrival.rows.column_names if name != "part"]
    ensure_raw_table(connection, arrival)
    connection.register("arrived_rows", arrival.rows)
    connection.execute("create or replace temp table arrived as select * from arrived_rows")
    connection.unregister("arrived_rows")
    judge_parts(connection, arrival, columns)
    if refusal:
        connection.execute("update judged_part set state = 'refused', reason = ? where state = 'accepted'", [refusal])
    counts = compare_rows(connection, arrival, columns)
    load_id = connection.execute("select coalesce(max(load_id), 0) + 1 from meta.load").fetchall()[0][0]
    _append(connection, arrival, columns, load_id)
    _record(connection, arrival, occasion, load_id)
    accepted, unchanged, refused = (
        connection.execute("select count(*) from judged_part where state = ?", [state]).fetchall()[0][0]
        for state in ("accepted", "unchanged", "refused")
    )
    refusals = connection.execute(
        "select part || ': ' || reason from judged_part where state = 'refused' order by part limit 20"
    ).fetchall()
    for table in ("arrived", "arrived_part", "current_part_now", "judged_part", "compared_row"):
        connection.execute(f"drop table {table}")
    return Stored(arrival.object, load_id, *counts, accepted, unchanged, refused, tuple(row[0] for row in refusals))


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
        if known.setdefault(column, kind) != kind:
            why = f"{column} was {known[column]} and is now {kind}"
            raise DataFailed(arrival.object, why, "nothing of it was stored; report the change of the source")
    for column in known.keys() & arrived.keys():
        connection.execute(f'alter table {arrival.table} add column if not exists "{column}" {arrived[column]}')


def _append(connection: duckdb.DuckDBPyConnection, arrival: Arrival, columns: Sequence[str], load_id: int) -> None:
    listed = ", ".join(f'"{name}"' for name in columns)
    chosen = ", ".join(f'a."{name}"' for name in columns)
    connection.execute(
        f"""insert into {arrival.table} (load_id, is_new_key, part{", " + listed if listed else ""})
        select {load_id}, not k.known, a.part{", " + chosen if chosen else ""}
        from arrived as a
        inner join judged_part as j on j.part = a.part and j.state in ('accepted', 'refused')
        inner join (select key_text, bool_or(known) as known from compared_row where arrived group by key_text) as k
            on k.key_text = {row_text(arrival.key, "a")}"""
    )


def _record(connection: duckdb.DuckDBPyConnection, arrival: Arrival, occasion: Occasion, load_id: int) -> None:
    kept = "" if arrival.keep_unchanged else "where state <> 'unchanged'"
    connection.execute(
        f"""insert into meta.load_part (load_id, object, part, rows, content_hash, state, reason, control_total)
        select {load_id}, ?, part, rows, content_hash, state, reason, control_total
        from judged_part {kept} order by part""",
        [arrival.object],
    )
    ((content_hash,),) = connection.execute(
        "select sha256(coalesce(string_agg(part || content_hash, '' order by part), '')) from arrived_part"
    ).fetchall()
    first, last = arrival.window or (None, None)
    connection.execute(
        """insert into meta.load (load_id, source, object, window_from, window_to, fetched_at, business_date, rows_read,
            content_hash, run_id, flags) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            load_id,
            occasion.source,
            arrival.object,
            first,
            last,
            occasion.fetched_at,
            occasion.business_date,
            arrival.rows_read or arrival.rows.num_rows,
            content_hash,
            occasion.run_id,
            json.dumps(arrival.flags, sort_keys=True, default=str),
        ],
    )
