"""Whether raw rows are those that were stored: the hash of each part, made again from what lies there now.

The quick checksum confirms what it can; the rest is judged by the content hash, which alone decides that rows changed.

What follows from a part that is not is the caller's; nothing is judged or changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.loads.comparing import BESIDE_CONTENT, checksum, content_hash, quick_hash, row_hash
from pipelines.loads.figures import EMPTY

# APIs name their parts by a day, or end them with one; the parts of files are whatever people call their rows
DAY_OF_PART = r"(?:^|/)(\d{4}-\d{2}-\d{2})$"


@dataclass(frozen=True)
class ChangedPart:
    """A part whose raw rows are not those that were stored."""

    load_id: int
    object: str
    part: str


@dataclass(frozen=True)
class Proof:
    """A way to hash the rows of a part, and where its hash was noted."""

    noted_as: str
    row: Callable[[Sequence[str], str], str]
    part: Callable[[str], str]


QUICK = Proof("checksum", quick_hash, checksum)
SURE = Proof("content_hash", row_hash, content_hash)


def stored_objects(connection: duckdb.DuckDBPyConnection, raw_tables: Iterable[str]) -> list[str]:
    """The objects that were ever read into some raw tables."""
    found = connection.execute("select distinct object from meta.load order by object").fetchall()
    wanted = set(raw_tables)
    return [name for (name,) in found if raw_table(name) in wanted]


def raw_table(object_name: str) -> str:
    """The table that holds the rows of an object."""
    return f"raw.{object_name.replace('.', '_')}"


def changed_parts(
    connection: duckdb.DuckDBPyConnection, object_name: str, first_day: date, last_day: date
) -> list[ChangedPart]:
    """The parts of an object that count and whose rows are not those that were stored.

    What an API was asked for by day is looked at from `first_day` to `last_day` only, anything else whole.
    """
    connection.execute(
        f"""create or replace temp table unproven as
        select c.part, c.load_id, s.content_hash, s.checksum, l.columns
        from meta.current_part as c
        inner join ({content_of_parts()}) as s on s.object = c.object and s.part = c.part and s.load_id = c.load_id
        inner join meta.load as l on l.load_id = c.load_id
        where c.object = $object and {is_within("c.part", "l.source")}""",
        {"object": object_name, "first": first_day, "last": last_day},
    )
    table = raw_table(object_name)
    for proof in (QUICK, SURE):
        for columns in _noted_columns(connection):
            _strike_out_proven(connection, table, columns, columns, proof)
    for columns in _possible_columns(connection, table):
        _strike_out_proven(connection, table, None, columns, SURE)
    left = connection.execute("select load_id, part from unproven order by load_id, part").fetchall()
    connection.execute("drop table unproven")
    return [ChangedPart(load_id, object_name, part) for load_id, part in left]


def is_within(part: str, source: str) -> str:
    """The condition that a part is of the days from $first to $last, or of none."""
    day = f"try_cast(regexp_extract({part}, '{DAY_OF_PART}', 1) as date)"
    return f"({source} = 'file' or coalesce({day} between $first and $last, true))"


def content_of_parts() -> str:
    """The statement that gives what each part was when it was stored, or after a person in it was erased.

    A part that was no longer what was stored when it was blanked has no later hash: an erasure never makes it right.
    """
    return """select p.object, p.part, p.load_id, coalesce(e.content_hash, p.content_hash) as content_hash,
            case when e.content_hash is null then p.checksum end as checksum
        from meta.load_part as p
        left join (
            select object, part, load_id, arg_max(content_hash, erasure_id) as content_hash
            from meta.erased_part group by object, part, load_id
        ) as e on e.object = p.object and e.part = p.part and e.load_id = p.load_id"""


def _noted_columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, ...]]:
    """The sets of columns that the loads of unproven parts noted."""
    found = connection.execute("select distinct columns from unproven where columns is not null").fetchall()
    return [tuple(columns) for (columns,) in found]


def _possible_columns(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[tuple[str, ...]]:
    """The columns that the rows of loads which noted none may have had: all, or without the newest.

    Columns are only ever added, behind the others, and are NULL in the rows from before.
    """
    described = connection.execute(f"describe {table}").fetchall()
    columns = [name for name, *_ in described if name not in BESIDE_CONTENT]
    is_open = "select count(*) from unproven where columns is null"
    while columns and connection.execute(is_open).fetchall() != [(0,)]:
        yield tuple(columns)
        ((filled,),) = connection.execute(
            f"""select count(r."{columns.pop()}") from {table} as r
            inner join unproven as s on s.part = r.part and s.load_id = r.load_id where s.columns is null"""
        ).fetchall()
        if filled:
            return


def _strike_out_proven(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    noted: Sequence[str] | None,
    columns: Sequence[str],
    proof: Proof,
) -> None:
    """Removes the parts whose rows, over these columns, give what was noted when they were stored."""
    connection.execute(
        f"""delete from unproven where (load_id, part) in (
            select s.load_id, s.part
            from unproven as s
            left join (
                select load_id, part, {proof.part("hashed")} as hashed
                from (
                    select r.load_id, r.part, {proof.row(columns, "r")} as hashed
                    from {table} as r
                    inner join unproven as n on n.part = r.part and n.load_id = r.load_id
                    where n.columns is not distinct from $noted
                )
                group by load_id, part
            ) as found on found.load_id = s.load_id and found.part = s.part
            where s.columns is not distinct from $noted
                and cast(s.{proof.noted_as} as varchar) = coalesce(cast(found.hashed as varchar), '{EMPTY}')
        )""",
        {"noted": noted},
    )
