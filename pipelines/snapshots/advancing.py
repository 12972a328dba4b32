"""The loads that count, moved from one cut to another in steps, so that each step holds what one cause brought.

Whole objects move for rates, merges and refunds. Of the other files, rows that are new move before those that were
changed or withdrawn. What an API reports again is a count that went on, so it moves with the new rows, unless a person
took it back or let it count; so does the day up to which things are counted. Works in a scratch database; raw rows are
read where they lie.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.engines.duckdb import quoted
from pipelines.inbox import KINDS
from pipelines.loads import WITH_HISTORY, fix_cut
from pipelines.snapshots.causes import OBJECTS

# object -> what makes a changed row news instead of a correction: `was`, `became` and the day the older side ended
HAPPENED_SINCE: Mapping[str, str] = {
    "deal": "was.status = 'open' and became.status <> 'open' and local_date(became.closed_at) >= {day}"
}


# what moves with every load, and what with the days
COUNTING = frozenset({"meta.current_part", "meta.held_part", "meta.current_source", "meta.refused_part"})
PASSED = frozenset({"meta.business_date"})


@dataclass(frozen=True)
class Reach:
    """Up to where a side sees: the last load of each object, and the first day that is not counted."""

    cut: Mapping[str, int]
    business_date: date


def advance_loads(
    scratch: duckdb.DuckDBPyConnection, before: Reach, after: Reach, kept: str
) -> Iterator[tuple[str, frozenset[str]]]:
    """Sets what counts to each step in turn; yields its cause and the tables of raw and meta that moved.

    Between two steps the caller makes its tables.
    """
    _remember_parts(scratch, after, "part_after")
    _remember_parts(scratch, before, "part_before")
    moved = {name for (name,) in scratch.execute(MOVED_OBJECTS).fetchall()}
    claimed = frozenset().union(*OBJECTS.values())
    cut = dict(before.cut)
    for cause, objects in OBJECTS.items():
        cut |= {name: after.cut[name] for name in objects & after.cut.keys()}
        fix_cut(scratch, cut, before.business_date)
        yield cause, _raw_tables(objects & moved) and _raw_tables(objects & moved) | COUNTING
    files = {name: table for name, table in _files().items() if name in moved}
    ruled = (moved & _ruled_on(scratch, before, after)) - files.keys() - claimed
    counted = {name: load_id for name, load_id in after.cut.items() if name not in ruled}
    fix_cut(scratch, counted | {name: before.cut[name] for name in ruled & before.cut.keys()}, after.business_date)
    scratch.execute(
        """insert into meta.current_part select * from part_before as was where list_contains(?, was.object)
            and not exists (
                select 1 from part_after as became
                where became.object = was.object and became.part = was.part and became.load_id = was.load_id
            )""",
        [sorted(files)],
    )
    for name, (table, key) in files.items():
        _lay_out_new_rows(scratch, name, table, key, before.business_date, kept)
    has_time_passed = before.business_date != after.business_date
    yield "late_data", _raw_tables(moved - claimed - ruled) | COUNTING | (PASSED if has_time_passed else frozenset())
    corrected = frozenset(table for name, (table, _) in files.items() if _has_corrections(scratch, name, table, kept))
    corrected |= _raw_tables(ruled)
    for table, _ in files.values():
        scratch.execute(f"drop table {table}")
        scratch.execute(f"create view {table} as select * from {kept}.{table}")
    fix_cut(scratch, after.cut, after.business_date)
    yield "source_correction", corrected and corrected | COUNTING


def switched(scratch: duckdb.DuckDBPyConnection, before: Reach, after: Reach) -> frozenset[str]:
    """The objects of APIs that one side reads and the other leaves out; the tables of the older side are there."""
    off = {name for (name,) in scratch.execute("select source from reference.source where not is_enabled").fetchall()}
    gone, come = before.cut.keys() - after.cut.keys(), after.cut.keys() - before.cut.keys()
    return frozenset(gone | {name for name in come if name.partition(".")[0] in off})


def without_switching(before: Reach, after: Reach, objects: Set[str]) -> Reach:
    """The newer side as if the objects were read or left out as they were on the older one."""
    kept = {name: load_id for name, load_id in after.cut.items() if name not in objects}
    return Reach(kept | {name: before.cut[name] for name in objects & before.cut.keys()}, after.business_date)


def switch(scratch: duckdb.DuckDBPyConnection, after: Reach, objects: Set[str]) -> frozenset[str]:
    """Sets what counts to the newer side; answers with the tables that moved."""
    fix_cut(scratch, after.cut, after.business_date)
    return _raw_tables(objects) and _raw_tables(objects) | COUNTING


MOVED_OBJECTS = """
select distinct object from (
    (from part_before except from part_after) union all (from part_after except from part_before)
)
"""


def _raw_tables(objects: Set[str]) -> frozenset[str]:
    """Where the rows of objects lie."""
    return frozenset(f"raw.{name.replace('.', '_')}" for name in objects)


def _ruled_on(scratch: duckdb.DuckDBPyConnection, before: Reach, after: Reach) -> set[str]:
    """The objects of which a load was accepted or taken back between the two sides."""
    rulings = scratch.execute("select object, load_id from meta.load where source = 'ruling'").fetchall()
    return {name for name, load_id in rulings if before.cut.get(name, 0) < load_id <= after.cut.get(name, 0)}


def _files() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Raw table and key of every object that files bring and no cause has to itself."""
    claimed = frozenset().union(*OBJECTS.values())
    outputs = [output for kind in KINDS.values() for output in kind.outputs if output.object not in claimed]
    return {output.object: (output.table, output.key) for output in outputs}


def _remember_parts(scratch: duckdb.DuckDBPyConnection, reach: Reach, name: str) -> None:
    fix_cut(scratch, reach.cut, reach.business_date)
    scratch.execute(f"create or replace temp table {name} as select * from meta.current_part")


def _lay_out_new_rows(
    scratch: duckdb.DuckDBPyConnection, name: str, table: str, key: tuple[str, ...], day: date, kept: str
) -> None:
    """The rows as they were, and those that are new since."""
    same = " and ".join(f'was."{column}" is not distinct from became."{column}"' for column in key)
    was, became = (f"({_rows(name, table, parts, kept)})" for parts in ("part_before", "part_after"))
    happened = HAPPENED_SINCE.get(name, "false").format(day=f"date {quoted(str(day))}")
    scratch.execute(f"drop view {table}")
    scratch.execute(
        f"""create table {table} as
        select was.* from {was} as was left join {became} as became on {same}
        where not coalesce({happened}, false)
        union all
        select became.* from {became} as became left join {was} as was on {same}
        where was.load_id is null or coalesce({happened}, false)"""
    )
    if name in WITH_HISTORY:
        # what both sides hold as history lies there for both
        parts = " and ".join(
            f"""not exists (select 1 from {side} as p
                where p.object = {quoted(name)} and p.part = r.part and p.load_id = r.load_id)"""
            for side in ("part_before", "part_after")
        )
        scratch.execute(f"insert into {table} select r.* from {kept}.{table} as r where {parts}")


def _has_corrections(scratch: duckdb.DuckDBPyConnection, name: str, table: str, kept: str) -> bool:
    """Whether a row that was there differs now, or is gone."""
    same_rows = "select * exclude (load_id, is_new_key) from"
    found = scratch.execute(
        f"""{same_rows} ({_rows(name, table, "part_before", kept)})
        except {same_rows} ({_rows(name, table, "part_after", kept)}) limit 1"""
    ).fetchall()
    return bool(found)


def _rows(name: str, table: str, parts: str, kept: str) -> str:
    """The statement of the raw rows of an object in the parts of one side."""
    return f"""select r.* from {kept}.{table} as r
        inner join {parts} as p on p.object = {quoted(name)} and p.part = r.part and p.load_id = r.load_id"""
