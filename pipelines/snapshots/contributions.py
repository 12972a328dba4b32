"""The rows behind one cell: what contributed to its numerator and its denominator, and the loads they came with.

Reads only what the measure tables say of themselves. Whether the rows are right is judged in `certifying`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipelines.engines.duckdb import KEPT, quoted
from pipelines.kpi_parts import Measure
from pipelines.privacy import masked_text
from pipelines.snapshots.due import month_after
from pipelines.snapshots.frozen_month import FrozenMonth
from pipelines.tables import Table

# how rows name a person -> the source of the person in raw.person
PERSONS = {"lead": "lead", "shop": "customer"}


@dataclass(frozen=True)
class Part:
    """One part of a cell: whose measure, of which slice and member."""

    name: str
    measure: Measure
    slice: str
    member: str


@dataclass(frozen=True)
class Summed:
    """The rows of a part together."""

    rows: int
    amount: Decimal


class Contributions:
    """The rows of the cell that was asked for last; they lie in the scratch database of the month."""

    def __init__(self, month: FrozenMonth, parts: Sequence[Part]) -> None:
        self._scratch, self._month = month.scratch, month.version.month
        self.tables = sorted({part.measure.table for part in parts})
        month.make(*self.tables)
        declared = [month.recipe.tables[part.measure.table] for part in parts]
        self._slices = list(dict.fromkeys(name for table in declared for name in _slices(table)))
        rows = "\nunion all by name\n".join(
            _rows(part, table, self._month) for part, table in zip(parts, declared, strict=True)
        )
        days = (self._month, last_day(self._month))
        with month.only(*days) if all(map(month.is_by_day, self.tables)) else nullcontext():
            self._scratch.execute(f"create or replace temp table contribution as {rows or NOTHING}")
        found = self._scratch.execute(
            f"""select part, load_id, count(*), {EXACT.format("sum(amount)")}
            from contribution group by part, load_id order by part, load_id"""
        ).fetchall()
        self.sums: dict[str, Summed] = {}
        for name, _, number, amount in found:
            before = self.sums.get(name, Summed(0, Decimal(0)))
            self.sums[name] = Summed(before.rows + number, before.amount + amount)
        self.number = sum(one.rows for one in self.sums.values())
        of_rows = {load_id for _, load_id, *_ in found if load_id is not None}
        self.load_ids = sorted({*of_rows, *self._loads_of_periods(month, parts)})

    @property
    def columns(self) -> tuple[str, ...]:
        """What is told of a row."""
        return ("day", "row", *self._slices, "amount", "part", "load_id", "object", "path")

    def rows(self, first: int = 0, most: int | None = None) -> Iterator[dict[str, Any]]:
        """The rows from a place on, numerator first, by day; persons by their id where that may be shown."""
        slices = "".join(f', c."{name}"' for name in self._slices)
        found = self._scratch.execute(
            f"""with page as (
                select * from contribution order by part desc, day, row_key limit $most offset $first
            ),
            listed as (
                select *, regexp_extract(row_key, '^({"|".join(PERSONS)}) ([0-9]+)', ['word', 'key']) as person
                from page
            )
            select c.day, case when p.source_id is null then c.row_key
                    else c.person.word || ' ' || p.source_id
                        || substr(c.row_key, length(c.person.word || c.person.key) + 2)
                end as row{slices}, {EXACT.format("c.amount")} as amount, c.part, c.load_id, l.object, f.path
            from listed as c
            left join ({PERSON_IDS}) as p
                on p.word = c.person.word and p.person_key = try_cast(c.person.key as bigint)
            left join meta.load as l on l.load_id = c.load_id
            left join ({FILES}) as f on f.load_id = coalesce(l.fetch_id, l.load_id)
            order by c.part desc, c.day, c.row_key""",
            {"first": first, "most": most},
        )
        names = [column[0] for column in found.description or ()]
        while batch := found.fetchmany(10_000):
            for row in batch:
                yield dict(zip(names, map(_without_address, row), strict=True))

    def loads(self) -> list[dict[str, Any]]:
        """The loads that the rows came with."""
        found = self._scratch.execute(
            f"""select l.load_id, l.source, l.object, l.fetched_at as read_at, f.path, l.window_from, l.window_to
            from meta.load as l left join ({FILES}) as f on f.load_id = coalesce(l.fetch_id, l.load_id)
            where list_contains($load_ids, l.load_id) order by l.load_id""",
            {"load_ids": self.load_ids},
        )
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _loads_of_periods(self, month: FrozenMonth, parts: Sequence[Part]) -> Iterator[int]:
        """The loads behind figures that were counted elsewhere: those that hold the month, or its days."""
        for part in [one for one in parts if not one.measure.is_additive]:
            staged = month.staging_behind([part.measure.table])
            # what is divided by event came with the answers of the total
            of_slice = f"slice in ('total', {quoted(part.slice)})"
            of_month = f"grain = 'month' and period_start = {_day(self._month)} and {of_slice}"
            of_days = f"day between {_day(self._month)} and {_day(last_day(self._month))}"
            periods = [table.name for table in staged if _has(table, "grain", "period_start", "slice", "load_id")]
            days = [table.name for table in staged if _has(table, "day", "load_id")]
            for name in periods or days:
                where = of_month if periods else of_days
                found = self._scratch.execute(f"select distinct load_id from {name} where {where}").fetchall()
                yield from (load_id for (load_id,) in found)


# how figures are frozen
EXACT = "cast({} as decimal(38, 6))"
NOTHING = "select null as part, cast(null as date) as day, '' as row_key, 0 as load_id, 0 as amount limit 0"
# a warehouse of an earlier release knows no ids of persons
PERSON_IDS = f"""select case source {" ".join(f"when '{source}' then '{word}'" for word, source in PERSONS.items())}
    end as word, person_key, source_id
from ((select '' as source, 0 as person_key, '' as source_id limit 0) union all by name select * from raw.person)"""
FILES = f"select load_id, max(path) as path from {KEPT}.meta.file where load_id is not null group by load_id"


def last_day(month: date) -> date:
    """The last day of a month."""
    return month_after(month) - timedelta(days=1)


def _rows(part: Part, table: Table, month: date) -> str:
    """The statement of the rows of a part: those that the roll-up of the month sums, or the one that was counted."""
    name = part.measure.name
    if not part.measure.is_additive:
        return f"""select '{part.name}' as part, period_start as day, measure as row_key,
            cast(null as bigint) as load_id, value as amount
        from {table.name}
        where measure = {quoted(name)} and grain = 'month' and period_start = {_day(month)}
            and slice = {quoted(part.slice)} and member = {quoted(part.member)} and value is not null"""
    slices = "".join(f', "{column}"' for column in _slices(table))
    of_member = "" if part.slice == "total" else f' and "{part.slice}" = {quoted(part.member)}'
    return f"""select '{part.name}' as part, day, row_key, load_id, "{name}" as amount{slices}
        from {table.name}
        where day between {_day(month)} and {_day(last_day(month))} and "{name}" is not null{of_member}"""


def _slices(table: Table) -> list[str]:
    """The columns of a contributions table that divide it."""
    return [column.name for column in table.columns if column.role == "slice"]


def _has(table: Table, *names: str) -> bool:
    return set(names) <= {column.name for column in table.columns}


def _day(day: date) -> str:
    return f"date '{day}'"


def _without_address(cell: object) -> object:
    return masked_text(cell) if isinstance(cell, str) else cell
