"""Appending an arrival: which parts changed, which are refused, and the load rows that make them visible.

A part is replaced as a whole; a part with the same content stores nothing. The load row is written last, in the same
transaction, so that a broken append never shows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from pipelines.failures import DataFailed
from pipelines.loads.arrivals import Arrival

CANONICAL_NULL = "chr(0)"
CELL_END = "chr(31)"


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
    _describe_arrived_parts(connection, arrival, columns)
    _describe_current_parts(connection, arrival)
    _judge_parts(connection, arrival)
    if refusal:
        connection.execute("update judged_part set state = 'refused', reason = ? where state = 'accepted'", [refusal])
    counts = _count_rows(connection, arrival, columns)
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


def _row_text(columns: Sequence[str], alias: str) -> str:
    cells = [f'coalesce(cast({alias}."{name}" as varchar), {CANONICAL_NULL})' for name in columns]
    return f" || {CELL_END} || ".join(cells) if cells else "''"


def _describe_arrived_parts(connection: duckdb.DuckDBPyConnection, arrival: Arrival, columns: Sequence[str]) -> None:
    control = _control(arrival)
    connection.execute(
        f"""create or replace temp table arrived_part as
        select part, count(*) as rows, cast({control} as decimal(38,6)) as control_total,
            sha256(string_agg(row_hash, '' order by row_hash)) as content_hash
        from (select *, sha256({_row_text(sorted(columns), "a")}) as row_hash from arrived as a)
        group by part"""
    )
    for part in sorted(arrival.parts_read - _names(connection, "arrived_part")):
        connection.execute("insert into arrived_part values (?, 0, 0, 'empty')", [part])


def _describe_current_parts(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> None:
    connection.execute(
        """create or replace temp table current_part_now as
        select p.part, p.load_id, p.rows, p.content_hash, p.control_total
        from meta.load_part as p
        inner join (
            select part, max(load_id) as load_id from meta.load_part
            where object = $object and state = 'accepted' group by part
        ) as newest on newest.part = p.part and newest.load_id = p.load_id
        where p.object = $object and p.state = 'accepted'""",
        {"object": arrival.object},
    )
    if arrival.full:
        connection.execute(
            """insert into arrived_part
            select part, 0, 0, 'empty' from current_part_now
            where rows > 0 and part not in (select part from arrived_part) and not list_contains($kept, part)""",
            {"kept": sorted(arrival.parts_kept)},
        )


def _control(arrival: Arrival) -> str:
    if arrival.gate is None:
        return "null"
    return f'sum("{arrival.gate.column}")' if arrival.gate.column else "count(*)"


def _judge_parts(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> None:
    connection.execute(
        """create or replace temp table judged_part as
        select a.part, a.rows, a.content_hash, a.control_total, c.load_id as current_load_id, c.rows as current_rows,
            c.control_total as current_total,
            case
                when a.content_hash is not distinct from c.content_hash then 'unchanged'
                when c.part is null and a.rows = 0 then 'unchanged'
                else 'accepted'
            end as state,
            cast(case when a.rows = 0 then 'withdrawn' end as varchar) as reason
        from arrived_part as a left join current_part_now as c on c.part = a.part"""
    )
    gate = arrival.gate
    if gate is None:
        return
    if arrival.full:
        _judge_full(connection, arrival)
        return
    connection.execute(
        """update judged_part set state = 'refused',
            reason = 'fell from ' || cast(current_total as varchar) || ' to ' || cast(control_total as varchar)
        where state = 'accepted' and current_total >= $minimum and current_rows > 0
            and control_total < current_total * $share""",
        {"minimum": gate.minimum, "share": gate.floor_share},
    )


def _judge_full(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> None:
    """A full export is one scope: when its total collapses, all of it is refused."""
    gate = arrival.gate
    assert gate is not None  # noqa: S101 - the caller has looked
    ((stored, arrived),) = connection.execute(
        """select (select coalesce(sum(control_total), 0) from current_part_now where rows > 0),
            (select coalesce(sum(control_total), 0) from arrived_part)"""
    ).fetchall()
    if stored >= gate.minimum and float(arrived) < float(stored) * gate.floor_share:
        connection.execute(
            "update judged_part set state = 'refused', reason = ? where state = 'accepted'",
            [f"full export fell from {stored} to {arrived}"],
        )


def _count_rows(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, columns: Sequence[str]
) -> tuple[int, int, int, int]:
    """New, changed, unchanged and withdrawn rows of everything that arrived, against the current version."""
    stored = {row[0] for row in connection.execute(f"describe {arrival.table}").fetchall()}
    compared = [name for name in sorted(columns) if name in stored]
    connection.execute(
        f"""create or replace temp table compared_row as
        with now as (
            select {_row_text(arrival.key, "r")} as key_text, sha256({_row_text(compared, "r")}) as row_hash
            from {arrival.table} as r
            inner join current_part_now as c on c.part = r.part and c.load_id = r.load_id
            inner join judged_part as j on j.part = r.part
        ), then_ as (
            select {_row_text(arrival.key, "a")} as key_text, sha256({_row_text(compared, "a")}) as row_hash
            from arrived as a
        )
        select coalesce(t.key_text, n.key_text) as key_text, t.key_text is not null as arrived,
            n.key_text is not null as known, t.row_hash is not distinct from n.row_hash as same
        from then_ as t full outer join now as n on n.key_text = t.key_text"""
    )
    ((new, changed, unchanged, withdrawn),) = connection.execute(
        """select count(*) filter (arrived and not known), count(*) filter (arrived and known and not same),
            count(*) filter (arrived and known and same), count(*) filter (not arrived) from compared_row"""
    ).fetchall()
    return new, changed, unchanged, withdrawn


def _append(connection: duckdb.DuckDBPyConnection, arrival: Arrival, columns: Sequence[str], load_id: int) -> None:
    listed = ", ".join(f'"{name}"' for name in columns)
    chosen = ", ".join(f'a."{name}"' for name in columns)
    connection.execute(
        f"""insert into {arrival.table} (load_id, is_new_key, part{", " + listed if listed else ""})
        select {load_id}, not k.known, a.part{", " + chosen if chosen else ""}
        from arrived as a
        inner join judged_part as j on j.part = a.part and j.state in ('accepted', 'refused')
        inner join (select key_text, bool_or(known) as known from compared_row where arrived group by key_text) as k
            on k.key_text = {_row_text(arrival.key, "a")}"""
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


def _names(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[0] for row in connection.execute(f"select part from {table}").fetchall()}
