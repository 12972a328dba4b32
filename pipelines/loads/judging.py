"""Judging the parts of an arrival: which are as they were, which changed, which collapsed and are refused.

What a part held before is summed from its rows, not from what was noted of it, so that a gate may come to guard other
figures. Nothing is appended here; the verdicts lie in the temporary table `judged_part`.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from pipelines.loads.arrivals import ROWS, Arrival, Gate
from pipelines.loads.comparing import row_text


def judge_parts(connection: duckdb.DuckDBPyConnection, arrival: Arrival, columns: Sequence[str]) -> None:
    """Writes `judged_part`: every part that the arrival speaks of, with its content and what becomes of it."""
    _describe_current_parts(connection, arrival)
    _describe_arrived_parts(connection, arrival, columns)
    connection.execute(
        """create or replace temp table judged_part as
        select a.part, a.rows, a.content_hash, a.control_total,
            case
                when a.content_hash is not distinct from c.content_hash then 'unchanged'
                when c.part is null and a.rows = 0 then 'unchanged'
                else 'accepted'
            end as state,
            cast(case when a.rows = 0 then 'withdrawn' end as varchar) as reason
        from arrived_part as a left join current_part_now as c on c.part = a.part"""
    )
    if arrival.gate is not None:
        _refuse_what_collapsed(connection, arrival, arrival.gate)


def _describe_current_parts(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> None:
    connection.execute(
        """create or replace temp table current_part_now as
        select p.part, p.load_id, p.rows, p.content_hash
        from meta.load_part as p
        inner join (
            select part, max(load_id) as load_id from meta.load_part
            where object = $object and state = 'accepted' group by part
        ) as newest on newest.part = p.part and newest.load_id = p.load_id
        where p.object = $object and p.state = 'accepted'""",
        {"object": arrival.object},
    )


def _describe_arrived_parts(connection: duckdb.DuckDBPyConnection, arrival: Arrival, columns: Sequence[str]) -> None:
    """The parts with rows, those that were read and hold none now, and those that a full export lacks."""
    control = "null" if arrival.gate is None else _summed(arrival.gate.column)
    connection.execute(
        f"""create or replace temp table arrived_part as
        select part, count(*) as rows, cast({control} as decimal(38,6)) as control_total,
            sha256(string_agg(row_hash, '' order by row_hash)) as content_hash
        from (select *, sha256({row_text(sorted(columns), "a")}) as row_hash from arrived as a)
        group by part"""
    )
    _add_empty_parts(connection, arrival.parts_read, "select part from named_part")
    if arrival.full:
        lacking = "select part from current_part_now where rows > 0 and part not in (select part from named_part)"
        _add_empty_parts(connection, arrival.parts_kept, lacking)


def _add_empty_parts(connection: duckdb.DuckDBPyConnection, named: frozenset[str], query: str) -> None:
    """Adds the parts that a query over the named ones gives, as parts that hold no row, unless rows of them came."""
    connection.register("named_part", pa.table({"part": pa.array(sorted(named), pa.string())}))
    connection.execute(
        f"""insert into arrived_part (part, rows, control_total, content_hash)
        select part, 0, 0, 'empty' from ({query}) where part not in (select part from arrived_part)"""
    )
    connection.unregister("named_part")


def _refuse_what_collapsed(connection: duckdb.DuckDBPyConnection, arrival: Arrival, gate: Gate) -> None:
    """Refuses every part of which a guarded figure fell too far; a full export is one scope and falls as one."""
    scope = "''" if arrival.full else "part"
    figures = ", ".join(f"{_summed(name)} as figure_{place}" for place, name in enumerate(gate.figures))
    fell = [_fell(name, f"figure_{place}", gate) for place, name in enumerate(gate.figures)]
    told = ", ".join(_told(name, f"figure_{place}", fell[place]) for place, name in enumerate(gate.figures))
    connection.execute(
        f"""update judged_part set state = 'refused', reason = $beginning || collapsed.told
        from (
            with held as (
                select {scope} as scope, count(*) as rows, {figures} from (
                    select r.* from {arrival.table} as r
                    inner join current_part_now as c on c.part = r.part and c.load_id = r.load_id
                    where $full or (
                        c.rows >= $minimum_rows
                        and c.part in (select j.part from judged_part as j where j.state = 'accepted')
                    )
                ) group by {scope}
            ), came as (
                select {scope} as scope, {figures} from arrived group by {scope}
            )
            select held.scope, concat_ws(', ', {told}) as told
            from held left join came on came.scope = held.scope
            where held.rows >= $minimum_rows and ({" or ".join(fell)})
        ) as collapsed
        where judged_part.state = 'accepted' and ($full or collapsed.scope = judged_part.part)""",
        {
            "beginning": "full export fell " if arrival.full else "fell ",
            "full": arrival.full,
            "minimum_rows": gate.minimum_rows,
        },
    )


def _summed(column: str) -> str:
    return "count(*)" if column == ROWS else f'cast(coalesce(sum("{column}"), 0) as decimal(38,6))'


def _fell(column: str, figure: str, gate: Gate) -> str:
    """The condition that one figure fell too far; a figure of nothing, or below it, cannot collapse."""
    floor = f" and held.{figure} >= {gate.minimum}" if column == gate.column else ""
    return f"held.{figure} > 0{floor} and coalesce(came.{figure}, 0) < held.{figure} * {gate.floor_share}"


def _told(column: str, figure: str, fell: str) -> str:
    """The words that say from what to what one figure fell, NULL when it did not."""
    kind, name = ("bigint", "rows") if column == ROWS else ("decimal(38,2)", column)
    before, after = (
        f"cast(cast({value} as {kind}) as varchar)" for value in (f"held.{figure}", f"coalesce(came.{figure}, 0)")
    )
    return f"case when {fell} then 'from ' || {before} || ' to ' || {after} || ' ({name})' end"
