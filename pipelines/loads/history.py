"""What was recorded of the loads of objects, read as what each of them brought, unchanged parts too.

Rulings are part of the recorded history; what they make of it is `refolding`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb

from pipelines.loads.cuts import counting_parts, read_until
from pipelines.loads.figures import figures_from, sums, with_rows
from pipelines.loads.gates import Figures
from pipelines.loads.refolding import Content, Held, PastLoad, World, nothing
from pipelines.loads.terms import Terms, terms_from

RULING = "ruling"


@dataclass(frozen=True)
class LoadRow:
    """A row of meta.load, as far as judging it again needs it."""

    load_id: int
    fetch_id: int
    source: str
    object: str
    business_date: date
    repeats: int | None
    judged_by: str | None

    @cached_property
    def terms(self) -> Terms:
        """By what it was judged."""
        return terms_from(self.judged_by)


def load_rows(connection: duckdb.DuckDBPyConnection) -> list[LoadRow]:
    """Every load in its order, rulings too."""
    rows = connection.execute(
        """select load_id, coalesce(fetch_id, load_id), source, object, business_date, repeats, judged_by
        from meta.load order by load_id"""
    ).fetchall()
    return [LoadRow(*row) for row in rows]


def judged_together(rows: Sequence[LoadRow], objects: frozenset[str]) -> frozenset[str]:
    """The objects whose judgement hangs together with these: by a control, or by one fate in full exports."""
    ties: dict[object, set[str]] = {}
    for row in rows:
        if row.terms.is_full:
            ties.setdefault(row.fetch_id, set()).add(row.object)
        if row.terms.control is not None:
            ties.setdefault(row.terms.control.object, {row.terms.control.object}).add(row.object)
    reached = set(objects)
    while grown := {name for tied in ties.values() if tied & reached for name in tied} - reached:
        reached |= grown
    return frozenset(reached)


def first_load_needed(rows: Sequence[LoadRow], objects: frozenset[str], subjects: frozenset[int]) -> int:
    """Where to begin: before the first load that was ever ruled on, and before what later loads repeat."""
    fetch_of = {row.load_id: row.fetch_id for row in rows}
    start = min(fetch_of[row.load_id] for row in rows if row.object in objects and row.load_id in subjects)
    while True:
        repeated = [
            fetch_of[row.repeats]
            for row in rows
            if row.object in objects and row.load_id >= start and row.repeats is not None
        ]
        if min(repeated, default=start) >= start:
            return start
        start = min(repeated)


class History:
    """The loads of some objects from one load on; `world` is what counted as it was recorded, so far as was read."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, rows: Sequence[LoadRow], objects: frozenset[str], start: int
    ) -> None:
        self._connection = connection
        self._rows = [row for row in rows if row.object in objects and row.load_id >= start]
        self._repeated = {row.repeats for row in self._rows}
        self._brought: dict[int, PastLoad] = {}
        self.world = _world_before(connection, objects, start)

    @property
    def load_ids(self) -> list[int]:
        """The loads that are no rulings."""
        return [row.load_id for row in self._rows if row.source != RULING]

    def loads(self) -> Iterator[PastLoad]:
        """Every load but the rulings, with what it brought; afterwards `world` is that of today."""
        for row in self._rows:
            if row.source == RULING:
                self._go_on(row)
                continue
            load = self._load(row)
            if row.load_id in self._repeated:
                self._brought[row.load_id] = load
            yield load
            self._go_on(row)

    def _load(self, row: LoadRow) -> PastLoad:
        brought, refused = self._recorded(row)
        if row.repeats is not None:
            repeated = self._brought[row.repeats]
            brought, refused = repeated.brought, repeated.refused
        return PastLoad(row.load_id, row.fetch_id, row.object, row.business_date, row.terms, brought, refused)

    def _recorded(self, row: LoadRow) -> tuple[Mapping[str, Content], frozenset[str]]:
        held = self.world.parts.setdefault(row.object, {})
        brought, refused = dict(self._confirmed(row.load_id, held)), set()
        for part, rows, content_hash, state in self._connection.execute(
            "select part, rows, content_hash, coalesce(state_before, state) from meta.load_part where load_id = ?",
            [row.load_id],
        ).fetchall():
            if state == "unchanged":
                brought[part] = held[part].content if part in held else nothing(row.load_id)
            else:
                brought[part] = Content(row.load_id, rows, content_hash)
            if state == "refused" and row.judged_by is None:
                refused.add(part)
        return brought, frozenset(refused)

    def _confirmed(self, load_id: int, held: Mapping[str, Held]) -> Iterator[tuple[str, Content]]:
        confirmations = self._connection.execute(
            "select rows_from, parts from meta.load_confirmation where load_id = ?", [load_id]
        ).fetchall()
        if not confirmations:
            return
        by_load: dict[int, dict[str, Content]] = {}
        for part, one in held.items():
            by_load.setdefault(one.content.load_id, {})[part] = one.content
        for rows_from, parts in confirmations:
            if rows_from is None:
                yield from ((part, nothing(load_id)) for part in parts)
                continue
            known = by_load[rows_from]
            yield from known.items() if parts is None else ((part, known[part]) for part in parts)

    def _go_on(self, row: LoadRow) -> None:
        """What counts after a load, as it was judged when it came, or after a ruling."""
        held = self.world.parts.setdefault(row.object, {})
        for part, rows, content_hash, rows_from, brought_by, is_there in self._connection.execute(
            """select part, rows, content_hash, coalesce(rows_from, load_id), coalesce(brought_by, load_id),
                coalesce(state_before, state) = 'accepted'
            from meta.load_part where load_id = ?
                and (coalesce(state_before, state) = 'accepted' or ?)""",
            [row.load_id, row.source == RULING],
        ).fetchall():
            if is_there:
                held[part] = Held(Content(rows_from, rows, content_hash), brought_by)
            else:
                held.pop(part, None)


def _world_before(connection: duckdb.DuckDBPyConnection, objects: frozenset[str], start: int) -> World:
    """What counted before a load came."""
    world = World({name: {} for name in objects})
    cut = dict.fromkeys(objects, start - 1)
    for name, part, load_id, brought_by, rows, content_hash in connection.execute(
        counting_parts("p.load_id < $start and list_contains($objects, p.object)"),
        {"start": start, "objects": sorted(objects)},
    ).fetchall():
        world.parts[name][part] = Held(Content(load_id, rows, content_hash), brought_by)
    world.read_until = read_until(connection, cut)
    return world


class RecordedFigures:
    """The figures that gates guard, summed from raw rows: of an object all at once, when they are first asked for."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rows: Sequence[LoadRow], objects: frozenset[str]) -> None:
        self._connection = connection
        self._found: dict[str, dict[tuple[int, str], Figures]] = {}
        self._tables: dict[str, str] = {}
        self._columns: dict[str, set[str]] = {name: set() for name in objects}
        for terms, name in ((row.terms, row.object) for row in rows if row.object in objects):
            if terms.gate is not None:
                self._tables[name] = terms.table
                self._columns[name].update(terms.gate.figures)
            if terms.control is not None:
                self._tables[terms.control.object] = terms.control.table
                self._columns[name].add(terms.control.column)
                self._columns[terms.control.object].add(terms.control.column)

    def __call__(self, object_name: str, part: str, content: Content) -> Figures:
        """The figures of one content of a part."""
        columns = with_rows(self._columns[object_name])
        if not content.rows:
            return figures_from(columns, [0] * len(columns))
        if object_name not in self._found:
            self._found[object_name] = {
                (load_id, name): figures_from(columns, values)
                for load_id, name, *values in self._connection.execute(
                    f"select load_id, part, {sums(columns)} from {self._tables[object_name]} group by load_id, part"
                ).fetchall()
            }
        return self._found[object_name][content.load_id, part]
