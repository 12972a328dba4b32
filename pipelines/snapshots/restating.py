"""Why a month differs between two of its versions, or between a version and now: an amount for every cause.

The older side is made again in a scratch database and moved to the newer one step by step, one cause at a time; what a
figure gains in a step is what the cause adds. Both ends must be what was frozen, so the amounts sum to the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cached_property

import duckdb

from pipelines.engines.duckdb import KEPT
from pipelines.failures import DataFailed
from pipelines.loads import fix_cut
from pipelines.snapshots.advancing import Reach, advance_loads, switch, switched, without_switching
from pipelines.snapshots.causes import CAUSES, TABLES, changed_tables, with_rules_of
from pipelines.snapshots.replaying import run_recipe, runs_on_this_engine, take_over_loads
from pipelines.snapshots.sides import PARTS, Cell, Figures, Side, month_cells
from pipelines.stored_texts import Recipe, stored_recipe
from pipelines.tables import in_order

FIGURES = "marts.kpi_value"
# the cause that APIs are switched on and off by
SWITCHED_BY = "configuration"
AMOUNT_DIGITS = Decimal("1e-12")
# how the engine says that a query does not fit the tables it finds
NOT_RUNNING = (duckdb.BinderException, duckdb.CatalogException)
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Amount:
    """What one cause adds to one part of one cell."""

    kpi_id: str
    slice: str
    member: str
    cause: str
    part: str
    amount: Decimal


@dataclass(frozen=True)
class Restatement:
    """The difference of two sides of a month, told apart by cause; an unknown figure counts as 0 in it."""

    month: date
    before: Side
    after: Side
    amounts: tuple[Amount, ...]

    @cached_property
    def changed(self) -> list[Cell]:
        """The cells that differ, also where an unknown figure became 0."""
        told = {(one.kpi_id, one.slice, one.member) for one in self.amounts}
        before, after = self.before.cells, self.after.cells
        return sorted(
            told | {one for one in before.keys() & after.keys() if _written(before[one]) != _written(after[one])}
        )

    def is_known(self, cell: Cell) -> tuple[bool, bool]:
        """Whether the numerator of a cell was known before, and is known after; without a row it is nothing."""
        before, after = (side.cells.get(cell) for side in (self.before, self.after))
        return before is None or before[0] is not None, after is None or after[0] is not None

    @property
    def residual(self) -> Decimal:
        """What the causes leave unexplained where they leave most; never anything but 0."""
        left: dict[tuple[str, str, str, str], Decimal] = {}
        for one in gained(self.before.cells, self.after.cells, ""):
            left[one.kpi_id, one.slice, one.member, one.part] = one.amount
        for one in self.amounts:
            cell = (one.kpi_id, one.slice, one.member, one.part)
            left[cell] = EXACT.subtract(left.get(cell, NOTHING), one.amount)
        return max(map(abs, left.values()), default=NOTHING)


def restate(scratch: duckdb.DuckDBPyConnection, before: Side, after: Side, kept: str = KEPT) -> Restatement:
    """Tells the difference of two sides of a month apart, in an empty database beside their warehouse.

    Raises:
        DataFailed: a load or text of a side is missing or was changed, so that it does not come out as it was.
    """
    take_over_loads(scratch, kept)
    older = _for_figures(stored_recipe(scratch, before.recipe, before.name))
    newer = _for_figures(stored_recipe(scratch, after.recipe, after.name))
    amounts: list[Amount] = []
    was = before.cells
    with runs_on_this_engine(before.name):
        for cause, cells in _steps(scratch, before, after, older, newer, kept):
            amounts += gained(was, cells, cause)
            was = cells
    _refuse_other_figures(after, was)
    order = {cause: place for place, cause in enumerate(CAUSES)}
    amounts.sort(key=lambda one: (one.kpi_id, one.slice, one.member, order[one.cause], PARTS.index(one.part)))
    return Restatement(before.month, before, after, tuple(amounts))


def gained(was: Mapping[Cell, Figures], became: Mapping[Cell, Figures], cause: str) -> Iterator[Amount]:
    """What every part of every cell gained."""
    for cell in sorted(was.keys() | became.keys()):
        pairs = zip(PARTS, was.get(cell, (None,) * 3), became.get(cell, (None,) * 3), strict=True)
        for part, then, now in pairs:
            amount = EXACT.subtract(_exact(now), _exact(then))
            if amount:
                yield Amount(*cell, cause, part, amount)


def _steps(
    scratch: duckdb.DuckDBPyConnection, before: Side, after: Side, older: Recipe, newer: Recipe, kept: str
) -> Iterator[tuple[str, Mapping[Cell, Figures]]]:
    """The cells of the month after each cause that moved anything."""
    reach, reach_after = (Reach(side.cut, side.business_date) for side in (before, after))
    fix_cut(scratch, before.cut, before.business_date)
    _refuse_other_figures(before, _made(scratch, older, before))
    objects = switched(scratch, reach, reach_after)
    for cause, moved in advance_loads(scratch, reach, without_switching(reach, reach_after, objects), kept):
        if moved:
            yield cause, _made(scratch, _stale(older, moved), before)
    recipe = older
    for cause in (*TABLES, "definition"):
        ruled = with_rules_of(cause, recipe, newer, same_catalogue=before.definitions_hash == after.definitions_hash)
        changed = changed_tables(recipe, ruled)
        if cause == SWITCHED_BY:
            changed |= switch(scratch, reach_after, objects)
        if not changed:
            continue
        try:
            cells = _made(scratch, _stale(ruled, changed), before)
        except NOT_RUNNING:
            if cause == "definition":
                raise
            # rules that only run with the newer models are part of their change
            _made(scratch, _stale(recipe, changed), before)
            continue
        recipe = ruled
        yield cause, cells


def _made(scratch: duckdb.DuckDBPyConnection, recipe: Recipe, side: Side) -> Mapping[Cell, Figures]:
    run_recipe(scratch, recipe)
    return month_cells(scratch, FIGURES, side.month)


def _stale(recipe: Recipe, moved: Set[str]) -> Recipe:
    """The tables that are themselves among those that moved, or read one that is or has to be made again."""
    stale = set(moved)
    for table in in_order(recipe.tables):
        reads = set(table.dependencies)
        if any(name.startswith("raw.") for name in reads):
            # which parts count matters only for the rows it reads, and those are named themselves
            reads -= {"meta.current_part", "meta.held_part"}
        if reads & stale:
            stale.add(table.name)
    return Recipe({name: table for name, table in recipe.tables.items() if name in stale}, recipe.macros)


def _for_figures(recipe: Recipe) -> Recipe:
    """Of a recipe the tables that the figures come from."""
    needed = {FIGURES}
    for table in reversed(in_order(recipe.tables)):
        if table.name in needed:
            needed |= set(table.dependencies)
    return Recipe({name: table for name, table in recipe.tables.items() if name in needed}, recipe.macros)


def _refuse_other_figures(side: Side, cells: Mapping[Cell, Figures]) -> None:
    for cell in sorted(side.cells.keys() | cells.keys()):
        if _written(side.cells.get(cell)) != _written(cells.get(cell)):
            why = " ".join(cell).rstrip() + " does not come out of its loads as it was"
            raise DataFailed(side.name, why, f"look at its cells with `kpi replay {side.month:%Y-%m}`")


def _written(figures: Figures | None) -> tuple[Decimal | None, ...] | None:
    """Figures with the digits that amounts have; an unknown one is not 0."""
    return figures and tuple(None if figure is None else _exact(figure) for figure in figures)


def _exact(figure: Decimal | float | None) -> Decimal:
    # a double as it is written, without the digits that only its bits have
    return NOTHING if figure is None else EXACT.quantize(Decimal(str(figure)), AMOUNT_DIGITS)
