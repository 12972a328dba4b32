"""The cut: up to which load each object counts, and the parts that follow from it.

A cut is a vector (object -> load_id), never a time: the same cut always selects the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb

from pipelines.engines.duckdb import all_or_nothing
from pipelines.loads.refused import refused_parts
from pipelines.loads.rejected import rejections

Cut = dict[str, int]
# the objects of which the rows of earlier loads are read as well: what a lead or deal was on its way
WITH_HISTORY = ("deal", "lead")


def current_cut(connection: duckdb.DuckDBPyConnection) -> Cut:
    """The newest load of every object."""
    rows = connection.execute("select object, max(load_id) from meta.load group by object order by object").fetchall()
    return dict(rows)


def counting_parts(within: str) -> str:
    """The statement that gives each part as it counts, by the rows of meta.load_part `p` that fulfil `within`.

    The newest decides that was accepted when it came, or that a ruling left behind. `load_id` is the load whose raw
    rows hold the part, `brought_by` the one that brought it. A part without its load row does not exist.
    """
    return f"""select s.object, s.part, coalesce(s.rows_from, s.load_id) as load_id,
        coalesce(s.brought_by, s.load_id) as brought_by, s.rows, s.content_hash
    from meta.load_part as s
    inner join (
        select p.object, p.part, max(p.load_id) as load_id from meta.load_part as p
        inner join meta.load as l on l.load_id = p.load_id
        where {within} and (coalesce(p.state_before, p.state) = 'accepted' or l.source = 'ruling')
        group by p.object, p.part
    ) as newest on newest.object = s.object and newest.part = s.part and newest.load_id = s.load_id
    where coalesce(s.state_before, s.state) = 'accepted'"""


def fix_cut(connection: duckdb.DuckDBPyConnection, cut: Mapping[str, int], business_date: date) -> None:
    """Writes the parts of a cut where staging finds them."""
    with all_or_nothing(connection):
        _name_cut(connection, cut)
        connection.execute("delete from meta.current_part")
        within = "p.load_id <= (select c.load_id from fixed_cut as c where c.object = p.object)"
        connection.execute(
            f"""
            insert into meta.current_part (object, part, load_id, as_of)
            select c.object, c.part, c.load_id, l.business_date as as_of
            from ({counting_parts(within)}) as c
            inner join meta.load as l on l.load_id = c.brought_by
            order by c.object, c.part
            """
        )
        connection.execute("delete from meta.held_part")
        connection.execute(f"insert into meta.held_part {HELD_PARTS}", [list(WITH_HISTORY)])
        connection.execute("delete from meta.refused_part")
        connection.execute(f"insert into meta.refused_part {refused_parts('fixed_cut')}")
        connection.execute("delete from meta.rejection")
        connection.execute(f"insert into meta.rejection {rejections('fixed_cut')}")
        connection.execute("delete from meta.current_source")
        connection.execute(f"insert into meta.current_source {READ_UNTIL}")
        connection.execute("delete from meta.business_date")
        connection.execute("insert into meta.business_date values (?)", [business_date])
        connection.execute("drop table fixed_cut")


def read_until(connection: duckdb.DuckDBPyConnection, cut: Mapping[str, int]) -> dict[str, date]:
    """The business date up to which each object of a cut was read."""
    _name_cut(connection, cut)
    found = dict(connection.execute(READ_UNTIL).fetchall())
    connection.execute("drop table fixed_cut")
    return found


# every load of a part that was accepted as of the cut, by the last ruling on it, else as it came
HELD_PARTS = """
select p.object, p.part, p.load_id, max(l.business_date) as as_of
from meta.load_part as p
inner join fixed_cut as c on c.object = p.object and p.load_id <= c.load_id
inner join meta.load as l on l.load_id = p.load_id and l.source <> 'ruling'
left join meta.ruled_part as r
    on r.object = p.object and r.load_id = p.load_id and r.part = p.part and r.ruling_id <= c.load_id
where list_contains($1, p.object)
group by p.object, p.part, p.load_id
having coalesce(arg_max(r.state, r.ruling_id), max(coalesce(p.state_before, p.state))) = 'accepted'
order by p.object, p.part, p.load_id
"""
READ_UNTIL = """
select l.object, max(l.business_date) as as_of
from meta.load as l
inner join fixed_cut as c on c.object = l.object and l.load_id <= c.load_id
-- a ruling says anew how far its object was read
left join (
    select r.object, max(r.load_id) as load_id from meta.load as r
    inner join fixed_cut as c on c.object = r.object and r.load_id <= c.load_id
    where r.source = 'ruling' group by r.object
) as ruled on ruled.object = l.object
-- a read of which all that was new is refused says nothing about its day
left join (
    select load_id from meta.load_part group by load_id having bool_and(coalesce(state_before, state) = 'refused')
) as refused on refused.load_id = l.load_id
where refused.load_id is null and l.load_id >= coalesce(ruled.load_id, l.load_id)
group by l.object
having max(l.business_date) is not null
order by l.object
"""


def _name_cut(connection: duckdb.DuckDBPyConnection, cut: Mapping[str, int]) -> None:
    connection.execute("create or replace temp table fixed_cut (object varchar, load_id bigint)")
    if cut:
        connection.executemany("insert into fixed_cut values (?, ?)", [list(pair) for pair in sorted(cut.items())])
