"""The rows behind one cell: what contributed to its numerator and its denominator, and the loads they came with.

Reads only what the measure tables say of themselves. Whether the rows are right is judged in `certifying`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipelines.engines.duckdb import KEPT, quoted
from pipelines.kpi_parts import Measure
from pipelines.privacy import masked_text
from pipelines.slices import LONG_TAILS, REST
from pipelines.snapshots.due import month_after
from pipelines.snapshots.frozen_month import FrozenMonth
from pipelines.tables import Table

# how rows name a person -> the source of the person in raw.person
PERSONS = {"lead": "lead", "shop": "customer"}


@dataclass(frozen=True)
class Part:
    """One part of a cell: whose measure, of which slice and member, in which month.

    Growth takes away what an earlier month had: a part of the same name with the sign -1.
    """

    name: str
    measure: Measure
    slice: str
    member: str
    month: date
    sign: int = 1


@dataclass(frozen=True)
class Summed:
    """The rows of a part together."""

    rows: int
    amount: Decimal


@dataclass(frozen=True)
class Day:
    """How many rows a day has in a part, and how many come before them."""

    part: str
    day: date
    rows: int
    before: int


class Contributions:
    """The rows of a cell: counted and summed at once, and computed as they are asked for."""

    def __init__(self, month: FrozenMonth, parts: Sequence[Part]) -> None:
        self._frozen, self._scratch, self._parts = month, month.scratch, parts
        self.tables = sorted({part.measure.table for part in parts})
        month.make(*self.tables)
        declared = [month.recipe.tables[name] for name in self.tables]
        self._slices = list(dict.fromkeys(name for table in declared for name in _slices(table)))
        found = self._summed_by_day()
        self.sums: dict[str, Summed] = {}
        self._days: list[Day] = []
        self.number = 0
        for part, day, rows, amount, _ in found:
            before = self.sums.get(part, Summed(0, Decimal(0)))
            self.sums[part] = Summed(before.rows + rows, before.amount + amount)
            self._days.append(Day(part, day, rows, self.number))
            self.number += rows
        of_rows = {load_id for *_, load_ids in found for load_id in load_ids if load_id is not None}
        self.load_ids = sorted({*of_rows, *self._loads_of_periods()})

    @property
    def days(self) -> tuple[date, date]:
        """The first and last day that the rows may have: of the month, and of one that it is compared with."""
        months = [part.month for part in self._parts] or [self._frozen.version.month]
        return min(months), last_day(max(months))

    @property
    def columns(self) -> tuple[str, ...]:
        """What is told of a row."""
        return ("day", "row", *self._slices, "amount", "part", "load_id", "object", "path")

    def rows(self, first: int = 0, most: int | None = None) -> Iterator[dict[str, Any]]:
        """The rows from a place on, numerator first, by day; persons by their id where that may be shown."""
        most = self.number if most is None else most
        reached = [one for one in self._days if one.before < first + most and one.before + one.rows > first]
        if not reached:
            return
        days = (min(one.day for one in reached), max(one.day for one in reached))
        # of the same days the other part may have rows too, before those that are asked for
        ahead = sum(one.rows for one in self._days if days[0] <= one.day <= days[1] and one.before < reached[0].before)
        with self._narrowed_to(*days):
            self._scratch.execute(f"create or replace temp table contribution as {self._rows_of(*days)}")
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
            {"first": ahead + first - reached[0].before, "most": most},
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

    def _summed_by_day(self) -> list[tuple[Any, ...]]:
        """Part, day, rows, amount and loads, in the order in which rows are listed."""
        with self._narrowed_to(*self.days):
            return self._scratch.execute(
                f"""select part, day, cast(sum(rows) as bigint), sum(amount), list(load_id) from (
                    select part, day, load_id, count(*) as rows, {EXACT.format("sum(amount)")} as amount
                    from ({self._rows_of(*self.days)}) group by part, day, load_id
                ) group by part, day order by part desc, day"""
            ).fetchall()

    def _rows_of(self, first_day: date, last_day: date) -> str:
        """The statement of the rows of some days, of every part."""
        tables = self._frozen.recipe.tables
        selects = [_rows(part, tables[part.measure.table], first_day, last_day) for part in self._parts]
        return "\nunion all by name\n".join(selects) or NOTHING

    def _narrowed_to(self, first_day: date, last_day: date) -> AbstractContextManager[None]:
        is_by_day = all(map(self._frozen.is_by_day, self.tables))
        return self._frozen.only(first_day, last_day) if is_by_day else nullcontext()

    def _loads_of_periods(self) -> Iterator[int]:
        """The loads behind figures that were counted elsewhere: those that hold the month, or its days."""
        for part in [one for one in self._parts if not one.measure.is_additive]:
            staged = self._frozen.staging_behind([part.measure.table])
            month = part.month
            # what is divided by event came with the answers of the total
            of_slice = f"slice in ('total', {quoted(part.slice)})"
            of_month = f"grain = 'month' and period_start = {_day(month)} and {of_slice}"
            of_days = f"day between {_day(month)} and {_day(last_day(month))}"
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


def _rows(part: Part, table: Table, first_day: date, until: date) -> str:
    """The statement of the rows of a part: those that the roll-up sums, or the one that was counted for the month."""
    name, sign = part.measure.name, "" if part.sign > 0 else "-"
    if not part.measure.is_additive:
        return f"""select '{part.name}' as part, period_start as day, measure as row_key,
            cast(null as bigint) as load_id, {sign}value as amount
        from {table.name}
        where measure = {quoted(name)} and grain = 'month' and period_start = {_day(part.month)}
            and period_start between {_day(first_day)} and {_day(until)}
            and slice = {quoted(part.slice)} and member = {quoted(part.member)} and value is not null"""
    slices = "".join(f', "{column}"' for column in _slices(table))
    of_total = "".join(f' and "{column.name}"' for column in table.columns if column.role == "total")
    of_member = of_total if part.slice == "total" else f" and {_of_member(part)}"
    first, last = max(first_day, part.month), min(until, last_day(part.month))
    return f"""select '{part.name}' as part, day, row_key, load_id, {sign}"{name}" as amount{slices}
        from {table.name}
        where day between {_day(first)} and {_day(last)} and "{name}" is not null{of_member}"""


def _of_member(part: Part) -> str:
    """Which rows are of the member; the rest of a long tail is what no member that was frozen has."""
    if part.member == REST and part.slice in LONG_TAILS:
        return f"\"{part.slice}\" not in (select member from frozen_value where slice = '{part.slice}')"
    return f'"{part.slice}" = {quoted(part.member)}'


def _slices(table: Table) -> list[str]:
    """The columns of a contributions table that divide it."""
    return [column.name for column in table.columns if column.role == "slice"]


def _has(table: Table, *names: str) -> bool:
    return set(names) <= {column.name for column in table.columns}


def _day(day: date) -> str:
    return f"date '{day}'"


def _without_address(cell: object) -> object:
    return masked_text(cell) if isinstance(cell, str) else cell
