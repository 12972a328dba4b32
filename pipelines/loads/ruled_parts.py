"""What a ruling leaves behind: the parts that hold something else now, and every judgement that it changed.

Why they changed is decided in `refolding`; here it is compared, counted and written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from pipelines.loads.refolding import Held, Refold, World

# a part with what it held and what it holds
Difference = tuple[str, Held | None, Held | None]
PART_COLUMNS = pa.schema(
    [
        ("load_id", pa.int64()),
        ("object", pa.string()),
        ("part", pa.string()),
        ("rows", pa.int64()),
        ("content_hash", pa.string()),
        ("state", pa.string()),
        ("rows_from", pa.int64()),
        ("brought_by", pa.int64()),
    ]
)
JUDGEMENT_COLUMNS = pa.schema(
    [("load_id", pa.int64()), ("part", pa.string()), ("state", pa.string()), ("reason", pa.string())]
)
LOAD_COLUMNS = pa.schema([("load_id", pa.int64()), ("is_retracted", pa.bool_())])


@dataclass(frozen=True)
class Changed:
    """What a ruling changed of an object: parts that hold other rows now, and how many rows they held and hold."""

    object: str
    parts: int
    rows_before: int
    rows_after: int


def differing_parts(before: World, after: World, name: str) -> Iterator[Difference]:
    """The parts of an object that hold other rows, or that another load brought."""
    old, new = before.parts.get(name, {}), after.parts.get(name, {})
    for part in sorted(old.keys() | new.keys()):
        if old.get(part) != new.get(part):
            yield part, old.get(part), new.get(part)


def changed_rows(name: str, differing: Sequence[Difference]) -> Changed:
    """The differences that show in the tables, counted."""
    shown = [(old, new) for _, old, new in differing if _shown(old) != _shown(new)]
    return Changed(name, len(shown), sum(_rows(old) for old, _ in shown), sum(_rows(new) for _, new in shown))


def write_parts(
    connection: duckdb.DuckDBPyConnection, load_id: int, name: str, differing: Sequence[Difference]
) -> None:
    """What the parts hold from the ruling on; a part that no load brought is retracted and there no more."""
    rows = [
        {
            "load_id": load_id,
            "object": name,
            "part": part,
            "rows": _rows(held),
            "content_hash": held.content.content_hash if held else None,
            "state": "accepted" if held else "retracted",
            "rows_from": held.content.load_id if held else None,
            "brought_by": held.brought_by if held else None,
        }
        for part, _, held in differing
    ]
    connection.register("ruled_part", pa.Table.from_pylist(rows, PART_COLUMNS))
    connection.execute("insert into meta.load_part by name select * from ruled_part order by part")
    connection.unregister("ruled_part")


def judge_again(connection: duckdb.DuckDBPyConnection, refold: Refold, load_ids: Sequence[int]) -> frozenset[str]:
    """Shows every part of these loads as it is judged now; the state that it was given first stays beside it.

    Leaves what changed in `state_changed`, and returns the objects in which something did.
    """
    judged = [
        {"load_id": load_id, "part": part, "state": one.state, "reason": one.reason or None}
        for load_id, parts in refold.judged.items()
        for part, one in parts.items()
    ]
    loads = [{"load_id": one, "is_retracted": one in refold.exceptions.retracted} for one in load_ids]
    connection.register("judged_again", pa.Table.from_pylist(judged, JUDGEMENT_COLUMNS))
    connection.register("folded_load", pa.Table.from_pylist(loads, LOAD_COLUMNS))
    connection.execute(
        """create or replace temp table state_changed as
        select p.load_id, p.object, p.part, j.reason,
            case when f.is_retracted then 'retracted' else coalesce(j.state, 'unchanged') end as state
        from meta.load_part as p
        inner join folded_load as f on f.load_id = p.load_id
        left join judged_again as j on j.load_id = p.load_id and j.part = p.part
        where p.state <> case when f.is_retracted then 'retracted' else coalesce(j.state, 'unchanged') end"""
    )
    connection.unregister("judged_again")
    connection.unregister("folded_load")
    connection.execute(
        """update meta.load_part set state = c.state, state_before = coalesce(state_before, load_part.state),
            reason = case when c.state = 'refused' then coalesce(c.reason, load_part.reason) else load_part.reason end
        from state_changed as c where c.load_id = load_part.load_id and c.part = load_part.part"""
    )
    changed = connection.execute("select distinct object from state_changed").fetchall()
    return frozenset(name for (name,) in changed)


def keep_states(connection: duckdb.DuckDBPyConnection, load_id: int, name: str) -> None:
    """Keeps what changed of the states of an object with the ruling's load of it."""
    connection.execute(
        """insert into meta.ruled_part (ruling_id, load_id, object, part, state)
        select ?, load_id, object, part, state from state_changed where object = ? order by load_id, part""",
        [load_id, name],
    )


def _shown(held: Held | None) -> str | None:
    return held.content.content_hash if held and held.content.rows else None


def _rows(held: Held | None) -> int:
    return held.content.rows if held else 0
