"""Judging the parts of an arrival: which are as they were, which changed, which collapsed and are refused.

What a part held before is summed from its rows, not from what was noted of it, so that a gate may come to guard other
figures. Nothing is appended here; the verdicts lie in the temporary table `judged_part`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb
import pyarrow as pa

from pipelines.loads.arrivals import Arrival, Control, Gate
from pipelines.loads.comparing import checksum, content_hash
from pipelines.loads.cuts import counting_parts
from pipelines.loads.figures import EMPTY, arrived_figures, figures_from, summed, sums, with_rows
from pipelines.loads.gates import collapse, shortfall, unpaid
from pipelines.loads.terms import terms_of


def judge_parts(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> None:
    """Writes `judged_part`: every part that the arrival speaks of, with its content and what becomes of it."""
    connection.execute(
        f"create or replace temp table current_part_now as {counting_parts('p.object = $object')}",
        {"object": arrival.object},
    )
    _describe_arrived_parts(connection, arrival)
    connection.execute(
        """create or replace temp table judged_part as
        select a.part, a.rows, a.keys, a.content_hash, a.checksum, a.control_total,
            case
                when a.content_hash is not distinct from c.content_hash then 'unchanged'
                -- a day that a source was asked for and had nothing to tell of is known to be empty
                when c.part is null and a.rows = 0 and not $knows_emptiness then 'unchanged'
                else 'accepted'
            end as state,
            cast(case when a.rows = 0 and c.part is not null then 'withdrawn' end as varchar) as reason
        from arrived_part as a left join current_part_now as c on c.part = a.part""",
        {"knows_emptiness": terms_of(arrival).knows_emptiness},
    )
    if arrival.gate is not None and arrival.full:
        _refuse_as_one(connection, arrival, arrival.gate)
    elif arrival.gate is not None:
        reasons = list(_collapsed(connection, arrival, arrival.gate))
        if arrival.gate.control is not None:
            reasons += _below_control(connection, arrival, arrival.gate.control)
        if arrival.gate.never_free is not None:
            came = arrived_figures(connection, arrival.gate.figures)
            reasons += [(part, told) for part, figures in came if (told := unpaid(arrival.gate, figures))]
        _refuse(connection, reasons)


def _describe_arrived_parts(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> None:
    """The parts with rows, those that were read and hold none now, and those that a full export lacks."""
    control = "null" if arrival.gate is None else summed(arrival.gate.column)
    connection.execute(
        f"""create or replace temp table arrived_part as
        select part, count(*) as rows, count(distinct key_text) as keys,
            cast({control} as decimal(38,6)) as control_total,
            {content_hash("row_hash")} as content_hash, {checksum("quick_hash")} as checksum
        from arrived group by part"""
    )
    _add_empty_parts(connection, arrival.parts_read, "select part from named_part")
    if arrival.full:
        lacking = "select part from current_part_now where rows > 0 and part not in (select part from named_part)"
        _add_empty_parts(connection, arrival.parts_kept, lacking)


def _add_empty_parts(connection: duckdb.DuckDBPyConnection, named: frozenset[str], query: str) -> None:
    """Adds the parts that a query over the named ones gives, as parts that hold no row, unless rows of them came."""
    connection.register("named_part", pa.table({"part": pa.array(sorted(named), pa.string())}))
    connection.execute(
        f"""insert into arrived_part (part, rows, keys, control_total, content_hash)
        select part, 0, 0, 0, '{EMPTY}' from ({query}) where part not in (select part from arrived_part)"""
    )
    connection.unregister("named_part")


def _collapsed(connection: duckdb.DuckDBPyConnection, arrival: Arrival, gate: Gate) -> Iterator[tuple[str, str]]:
    """Every changed part of which a guarded figure fell too far, with the words that say so."""
    columns = with_rows(gate.figures)
    found = connection.execute(
        f"""with held as (
            select r.part, {sums(columns)} from {arrival.table} as r
            inner join current_part_now as c on c.part = r.part and c.load_id = r.load_id and c.rows >= ?
            inner join judged_part as j on j.part = r.part and j.state = 'accepted'
            group by r.part
        )
        select held.*, came.* exclude (part)
        from held left join (select part, {sums(columns)} from arrived group by part) as came on came.part = held.part
        order by held.part""",
        [gate.minimum_rows],
    ).fetchall()
    for part, *values in found:
        held, came = values[: len(columns)], values[len(columns) :]
        told = collapse(gate, figures_from(columns, held), figures_from(columns, came))
        if told:
            yield part, f"fell {told}"


def _refuse_as_one(connection: duckdb.DuckDBPyConnection, arrival: Arrival, gate: Gate) -> None:
    """A full export is one scope and falls as one."""
    columns = with_rows(gate.figures)
    (held,) = connection.execute(
        f"""select {sums(columns)} from {arrival.table} as r
        inner join current_part_now as c on c.part = r.part and c.load_id = r.load_id"""
    ).fetchall()
    (came,) = connection.execute(f"select {sums(columns)} from arrived").fetchall()
    told = collapse(gate, figures_from(columns, held), figures_from(columns, came))
    if told:
        refuse_changed(connection, f"full export fell {told}")


def fell_together(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> str:
    """How far many small parts that changed fell together, of which none is large enough to be guarded; empty if not.

    A file that corrects single orders is taken; that it took away most of their money is told.
    """
    gate = arrival.gate
    if gate is None or arrival.full or arrival.keep_unchanged:
        return ""
    columns = with_rows(gate.figures)
    (held,) = connection.execute(
        f"""select {sums(columns)} from {arrival.table} as r
        inner join current_part_now as c on c.part = r.part and c.load_id = r.load_id
        inner join judged_part as j on j.part = r.part and j.state = 'accepted'"""
    ).fetchall()
    (came,) = connection.execute(
        f"""select {sums(columns)} from arrived as a
        inner join judged_part as j on j.part = a.part and j.state = 'accepted'
        inner join current_part_now as c on c.part = a.part"""
    ).fetchall()
    return collapse(gate, figures_from(columns, held), figures_from(columns, came))


def _below_control(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, control: Control
) -> Iterator[tuple[str, str]]:
    """Every changed part that holds too little of what its control holds, also when it never came before."""
    connection.execute(
        f"create or replace temp table control_part as {counting_parts('p.object = $object')}",
        {"object": control.object},
    )
    if connection.execute("select 1 from control_part limit 1").fetchall():
        found = connection.execute(
            f"""select j.part, coalesce(came.figure, 0), whole.figure from judged_part as j
            inner join (
                select r.part, {summed(control.column)} as figure from {control.table} as r
                inner join control_part as c on c.part = r.part and c.load_id = r.load_id group by r.part
            ) as whole on whole.part = j.part
            left join (select part, {summed(control.column)} as figure from arrived group by part) as came
                on came.part = j.part
            where j.state = 'accepted' order by j.part"""
        ).fetchall()
        for part, came, whole in found:
            told = shortfall(control, came=came, whole=whole, is_withheld=terms_of(arrival).is_withheld)
            if told:
                yield part, told
    connection.execute("drop table control_part")


def _refuse(connection: duckdb.DuckDBPyConnection, reasons: Iterable[tuple[str, str]]) -> None:
    """Refuses parts, each for all of its reasons."""
    told: dict[str, list[str]] = {}
    for part, reason in reasons:
        told.setdefault(part, []).append(reason)
    refused = {"part": list(told), "reason": [", ".join(one) for one in told.values()]}
    schema = pa.schema([("part", pa.string()), ("reason", pa.string())])
    connection.register("refused_part", pa.table(refused, schema))
    connection.execute(
        """update judged_part set state = 'refused', reason = refused_part.reason
        from refused_part where refused_part.part = judged_part.part"""
    )
    connection.unregister("refused_part")


def refuse_changed(connection: duckdb.DuckDBPyConnection, reason: str) -> None:
    """Refuses every part that changed, for one reason."""
    connection.execute("update judged_part set state = 'refused', reason = ? where state = 'accepted'", [reason])
