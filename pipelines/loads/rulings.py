"""Taking loads back and letting refused parts count: an event that is appended, never a deletion.

A ruling concerns all loads of one read. It writes what every part holds from then on, as `refolding` finds it, so that
a cut from before it still gives the old tables and one after it the new ones. No raw row is copied, changed or deleted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb

from pipelines.engines.duckdb import all_or_nothing
from pipelines.failures import WrongUse
from pipelines.loads.cuts import current_cut, read_until
from pipelines.loads.history import (
    RULING,
    History,
    LoadRow,
    RecordedFigures,
    first_load_needed,
    judged_together,
    load_rows,
)
from pipelines.loads.refolding import Exceptions, Refold
from pipelines.loads.ruled_parts import Changed, changed_rows, differing_parts, judge_again, keep_states, write_parts
from pipelines.loads.storing import next_load_id
from pipelines.privacy import masked_text

Action = Literal["accept", "retract"]
SEE_LOADS = "see `kpi loads`"


@dataclass(frozen=True)
class Ruling:
    """What a person decided about a load; `part` names the only part of it that is accepted."""

    action: Action
    load_id: int
    note: str
    ruled_at: datetime
    part: str | None = None


@dataclass(frozen=True)
class Ruled:
    """A ruling that was recorded. `brought_again_by` are later loads that bring the same and keep it counting."""

    ruling_id: int
    load_ids: tuple[int, ...]
    changed: tuple[Changed, ...]
    brought_again_by: tuple[int, ...]


def rule(connection: duckdb.DuckDBPyConnection, ruling: Ruling) -> Ruled:
    """Records a ruling and what follows from it; the tables follow with the next build.

    Raises:
        WrongUse: there is no such load, or nothing of it to accept or retract; nothing was recorded.
    """
    rows = load_rows(connection)
    subjects = _subjects(connection, ruling, rows)
    with all_or_nothing(connection):
        return _record(connection, ruling, rows, subjects)


def _subjects(connection: duckdb.DuckDBPyConnection, ruling: Ruling, rows: Sequence[LoadRow]) -> list[LoadRow]:
    """The loads of the read that the ruling is about."""
    what = f"load {ruling.load_id}"
    if not ruling.note.strip():
        raise WrongUse(what, "the note is empty", "say why with --note")
    named = next((row for row in rows if row.load_id == ruling.load_id), None)
    if named is None:
        raise WrongUse(what, "there is no such load", SEE_LOADS)
    if named.source == RULING:
        raise WrongUse(what, "it is a ruling, which is not taken back", "deliver the data again, as a new file or read")
    subjects = [row for row in rows if row.fetch_id == named.fetch_id and row.source != RULING]
    if _is_retracted(connection, named):
        raise WrongUse(what, "it was retracted already", SEE_LOADS)
    if ruling.action == "accept" and not _is_refused(connection, subjects, ruling.part):
        of = "" if ruling.part is None else f" by the name of {ruling.part}"
        raise WrongUse(what, f"no part of it{of} is refused", "see `kpi loads --refused`")
    return subjects


def _is_retracted(connection: duckdb.DuckDBPyConnection, row: LoadRow) -> bool:
    known = "select count(*) from meta.ruling where action = 'retract' and load_id = ?"
    return bool(connection.execute(known, [row.load_id]).fetchall()[0][0])


def _is_refused(connection: duckdb.DuckDBPyConnection, subjects: Sequence[LoadRow], part: str | None) -> bool:
    ((count,),) = connection.execute(
        """select count(*) from meta.load_part
        where list_contains($loads, load_id) and state = 'refused' and part = coalesce($part, part)""",
        {"loads": [row.load_id for row in subjects], "part": part},
    ).fetchall()
    return bool(count)


def _record(
    connection: duckdb.DuckDBPyConnection, ruling: Ruling, rows: Sequence[LoadRow], subjects: Sequence[LoadRow]
) -> Ruled:
    ruling_id, load_ids = next_load_id(connection), tuple(row.load_id for row in subjects)
    note = masked_text(ruling.note.strip())
    for load_id in load_ids:
        connection.execute(
            "insert into meta.ruling (ruling_id, action, load_id, part, note, ruled_at) values (?, ?, ?, ?, ?, ?)",
            [ruling_id, ruling.action, load_id, ruling.part, note, ruling.ruled_at],
        )
    exceptions, named = _exceptions(connection), frozenset(row.object for row in subjects)
    refold, history = _folded(connection, rows, named, exceptions)
    was_read_until = read_until(connection, current_cut(connection))
    concerned = named | judge_again(connection, refold, history.load_ids)
    next_id, changed = ruling_id, []
    for name in sorted(refold.world.parts):
        differing = list(differing_parts(history.world, refold.world, name))
        as_of = refold.world.read_until.get(name)
        if name in concerned or differing or as_of != was_read_until.get(name):
            flags = {"action": ruling.action, "load_ids": load_ids, "part": ruling.part, "note": note}
            connection.execute(
                """insert into meta.load (load_id, source, object, fetched_at, business_date, rows_read, flags,
                    fetch_id) values (?, ?, ?, ?, ?, 0, ?, ?)""",
                [next_id, RULING, name, ruling.ruled_at, as_of, json.dumps(flags, sort_keys=True), ruling_id],
            )
            write_parts(connection, next_id, name, differing)
            keep_states(connection, next_id, name)
            changed.append(changed_rows(name, differing))
            next_id += 1
    connection.execute("drop table state_changed")
    return Ruled(ruling_id, load_ids, tuple(changed), _brought_again(refold, named, load_ids))


def _folded(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[LoadRow], named: frozenset[str], exceptions: Exceptions
) -> tuple[Refold, History]:
    """The loads of some objects judged once more, beside what was recorded of them."""
    objects = judged_together(rows, named)
    ruled_on = exceptions.retracted | exceptions.accepted.keys()
    history = History(connection, rows, objects, first_load_needed(rows, objects, ruled_on))
    refold = Refold(history.world.copied(), exceptions, RecordedFigures(connection, rows, objects))
    return refold.over(history.loads()), history


def _brought_again(refold: Refold, named: frozenset[str], load_ids: tuple[int, ...]) -> tuple[int, ...]:
    """Other loads that bring what these brought first, so that it counts all the same."""
    held = [one for name in named for one in refold.world.parts.get(name, {}).values()]
    return tuple(
        sorted({one.brought_by for one in held if one.content.load_id in load_ids and one.content.rows} - {*load_ids})
    )


def _exceptions(connection: duckdb.DuckDBPyConnection) -> Exceptions:
    """All rulings so far."""
    retracted: set[int] = set()
    accepted: dict[int, frozenset[str] | None] = {}
    for action, load_id, part in connection.execute("select action, load_id, part from meta.ruling").fetchall():
        if action == "retract":
            retracted.add(load_id)
        else:
            before = accepted.get(load_id, frozenset())
            accepted[load_id] = None if part is None or before is None else before | {part}
    return Exceptions(frozenset(retracted), accepted)
