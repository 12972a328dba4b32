"""The cut: up to which load each object counts, and the parts that follow from it.

A cut is a vector (object -> load_id), never a time: the same cut always selects the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb

Cut = dict[str, int]


def current_cut(connection: duckdb.DuckDBPyConnection) -> Cut:
    """The newest load of every object."""
    rows = connection.execute("select object, max(load_id) from meta.load group by object order by object").fetchall()
    return dict(rows)


def fix_cut(connection: duckdb.DuckDBPyConnection, cut: Mapping[str, int], business_date: date) -> None:
    """Writes the parts of a cut where staging finds them; a part without its load row does not exist."""
    connection.execute("begin")
    connection.execute("create or replace temp table fixed_cut (object varchar, load_id bigint)")
    if cut:
        connection.executemany("insert into fixed_cut values (?, ?)", [list(pair) for pair in sorted(cut.items())])
    connection.execute("delete from meta.current_part")
    connection.execute(
        """
        insert into meta.current_part
        select p.object, p.part, max(p.load_id) as load_id
        from meta.load_part as p
        inner join meta.load as l on l.load_id = p.load_id
        inner join fixed_cut as c on c.object = p.object and p.load_id <= c.load_id
        where p.state = 'accepted'
        group by p.object, p.part
        order by p.object, p.part
        """
    )
    connection.execute("delete from meta.current_source")
    connection.execute(
        """
        insert into meta.current_source
        select l.object, max(l.business_date) as as_of
        from meta.load as l
        inner join fixed_cut as c on c.object = l.object and l.load_id <= c.load_id
        -- a read of which all that was new is refused says nothing about its day
        left join (
            select load_id from meta.load_part group by load_id having bool_and(state = 'refused')
        ) as refused on refused.load_id = l.load_id
        where refused.load_id is null
        group by l.object
        order by l.object
        """
    )
    connection.execute("delete from meta.business_date")
    connection.execute("insert into meta.business_date values (?)", [business_date])
    connection.execute("drop table fixed_cut")
    connection.execute("commit")
