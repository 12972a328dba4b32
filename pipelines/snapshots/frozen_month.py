"""A version of a closed month as far as somebody asks of it: its loads, its recipe, and single tables of it.

`replaying` makes all of it again; here only what one table needs is made, beside the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

import duckdb

from pipelines.engines.duckdb import KEPT, all_or_nothing, quoted
from pipelines.loads import fix_cut
from pipelines.loads.verifying import is_within
from pipelines.snapshots.homes import home_of
from pipelines.snapshots.replaying import Version, refuse_missing_loads, runs_on_this_engine, take_over_loads
from pipelines.stored_texts import stored_recipe
from pipelines.tables import Table, in_order

# What reads raw, and what is asked at last: of these only the rows that are asked for are computed.
ONLY_READ = frozenset({"staging", "measures"})


class FrozenMonth:
    """A version in an empty database to which its warehouse is attached as `kept`.

    `views` are the schemas of which only the rows that are asked for are computed; whoever asks for many cells is
    served better by tables.

    Raises:
        DataFailed: a load or a text that it was made from is missing or was changed.
    """

    def __init__(self, scratch: duckdb.DuckDBPyConnection, version: Version, views: frozenset[str] = ONLY_READ) -> None:
        take_over_loads(scratch)
        refuse_missing_loads(scratch, version)
        self.scratch, self.version, self._views = scratch, version, views
        self.recipe = stored_recipe(scratch, version.recipe, version.snapshot_id)
        scratch.execute(self.recipe.macros)
        fix_cut(scratch, version.cut, version.business_date)
        self._made: set[str] = set()

    def make(self, *names: str, views: frozenset[str] | None = None) -> None:
        """Makes tables with all that they are made from, unless they are there already; `views` as for the whole."""
        if self._made.issuperset(names):
            return
        views = self._views if views is None else views
        missing = [table for table in in_order(self._behind(names)) if table.name not in self._made]
        with runs_on_this_engine(self.version.snapshot_id), all_or_nothing(self.scratch):
            for table in missing:
                self.scratch.execute(f"create schema if not exists {table.schema}")
                self.scratch.execute(table.statement("view" if table.schema in views else "table"))
        self._made.update(table.name for table in missing)

    def take_frozen(self, *names: str) -> None:
        """Takes tables that the version froze whole as they were frozen; the caller knows that nobody changed them."""
        tables = [self.recipe.tables[name] for name in names if name in self.recipe.tables]
        frozen = [table for table in tables if table.words.get("snapshot") == "whole"]
        for table in frozen:
            listed = ", ".join(f'"{column.name}"' for column in table.columns)
            self.scratch.execute(f"create schema if not exists {table.schema}")
            self.scratch.execute(
                f"""create table {table.name} as select {listed} from {KEPT}.{home_of(table)}
                where snapshot_id = {quoted(self.version.snapshot_id)}"""
            )
        self._made.update(table.name for table in frozen)

    def raw_tables_behind(self, names: Iterable[str]) -> frozenset[str]:
        """The raw tables that some tables are made from, by whatever way."""
        read = (name for table in self._behind(names).values() for name in table.dependencies)
        return frozenset(name for name in read if name.startswith("raw."))

    def staging_behind(self, names: Iterable[str]) -> list[Table]:
        """The staging tables that some tables are made from, by name."""
        return [table for _, table in sorted(self._behind(names).items()) if table.schema == "staging"]

    def is_by_day(self, name: str) -> bool:
        """Whether the rows of a day of a table come of that day's rows alone: nothing but days lies behind it."""
        behind = [table for table in self._behind([name]).values() if table.schema != "reference"]
        return all(table.schema in ONLY_READ and "day" in {column.name for column in table.columns} for table in behind)

    @contextmanager
    def only(self, first_day: date, last_day: date) -> Iterator[None]:
        """Inside, of what an API was asked for by day only these days are there: the others need not be looked at."""
        with all_or_nothing(self.scratch):
            self.scratch.execute(
                f"""create or replace temp table other_day as
                select c.* from meta.current_part as c inner join meta.load as l on l.load_id = c.load_id
                where not {is_within("c.part", "l.source")}""",
                {"first": first_day, "last": last_day},
            )
            self.scratch.execute(
                "delete from meta.current_part where (object, part) in (select object, part from other_day)"
            )
        try:
            yield
        finally:
            self.scratch.execute("insert into meta.current_part select * from other_day")

    def _behind(self, names: Iterable[str]) -> dict[str, Table]:
        """The tables themselves and all that they are made from."""
        found: dict[str, Table] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self.recipe.tables and name not in found:
                found[name] = self.recipe.tables[name]
                waiting += found[name].dependencies
        return found
