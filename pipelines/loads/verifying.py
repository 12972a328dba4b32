"""Whether raw rows are those that were stored: the content hash of each part, made again from what lies there now.

What follows from a part that is not is the caller's; nothing is judged or changed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.loads.comparing import content_hash, row_hash
from pipelines.loads.figures import EMPTY

# columns of every raw table that are no content
BESIDE_CONTENT = ("load_id", "is_new_key", "part")
# APIs name their parts by a day, or end them with one; the parts of files are whatever people call their rows
DAY_OF_PART = r"(?:^|/)(\d{4}-\d{2}-\d{2})$"


@dataclass(frozen=True)
class ChangedPart:
    """A part whose raw rows are not those that were stored."""

    load_id: int
    object: str
    part: str


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
        f"""create or replace temp table verified_part as
        select c.part, c.load_id, s.content_hash, l.columns
        from meta.current_part as c
        inner join ({content_of_parts()}) as s on s.object = c.object and s.part = c.part and s.load_id = c.load_id
        inner join meta.load as l on l.load_id = c.load_id
        where c.object = $object and (l.source = 'file' or coalesce(
            try_cast(regexp_extract(c.part, '{DAY_OF_PART}', 1) as date) between $first and $last, true
        ))""",
        {"object": object_name, "first": first_day, "last": last_day},
    )
    column_sets = connection.execute("select distinct columns from verified_part").fetchall()
    for (columns,) in column_sets:
        for tried in [columns] if columns is not None else _possible_columns(connection, object_name):
            _strike_out_unchanged(connection, object_name, columns, tried)
    left = connection.execute("select load_id, part from verified_part order by load_id, part").fetchall()
    connection.execute("drop table verified_part")
    return [ChangedPart(load_id, object_name, part) for load_id, part in left]


def content_of_parts() -> str:
    """The statement that gives what each part was when it was stored: the one place where that is looked up."""
    return "select object, part, load_id, content_hash from meta.load_part"


def _possible_columns(connection: duckdb.DuckDBPyConnection, object_name: str) -> Iterator[Sequence[str]]:
    """The columns that the rows of a load may have had that did not note them: all, or without the newest.

    Columns are only ever added, behind the others, and are NULL in the rows from before.
    """
    described = connection.execute(f"describe {raw_table(object_name)}").fetchall()
    columns = [name for name, *_ in described if name not in BESIDE_CONTENT]
    while columns:
        yield tuple(columns)
        ((rows, filled),) = connection.execute(
            f"""select count(*), count(r."{columns.pop()}") from {raw_table(object_name)} as r
            inner join verified_part as v on v.part = r.part and v.load_id = r.load_id where v.columns is null"""
        ).fetchall()
        if filled or not rows:
            return


def _strike_out_unchanged(
    connection: duckdb.DuckDBPyConnection, object_name: str, noted: Sequence[str] | None, columns: Sequence[str]
) -> None:
    """Removes from `verified_part` what has its hash, over the given columns."""
    connection.execute(
        f"""delete from verified_part as v using (
            select w.part, w.load_id, coalesce(found.content_hash, '{EMPTY}') as content_hash
            from verified_part as w
            left join (
                select part, load_id, {content_hash("hashed")} as content_hash
                from (
                    select r.part, r.load_id, {row_hash(columns, "r")} as hashed
                    from {raw_table(object_name)} as r
                    inner join verified_part as n on n.part = r.part and n.load_id = r.load_id
                    where n.columns is not distinct from $noted
                )
                group by part, load_id
            ) as found on found.part = w.part and found.load_id = w.load_id
        ) as f
        where f.part = v.part and f.load_id = v.load_id and f.content_hash = v.content_hash
            and v.columns is not distinct from $noted""",
        {"noted": noted},
    )
