"""The certificate of a number: what a closed month says of a cell, and the rows of the frozen loads that it sums.

A certificate is only given when the version is as it was frozen, the raw rows are those that were stored, and the rows
that are listed sum to what was frozen. Which rows those are is said in `contributions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.configuration.problems import nearest
from pipelines.engines.duckdb import KEPT
from pipelines.failures import DataFailed, WrongUse
from pipelines.kpi_parts import Measure, measure_named, measures_of
from pipelines.loads.verifying import changed_parts, stored_objects
from pipelines.snapshots.chain import AFTER_A_BREAK
from pipelines.snapshots.composing import Component, Composite, composite_of
from pipelines.snapshots.contributions import Contributions, Part, last_day
from pipelines.snapshots.derived_parts import CHOSEN, growth_parts, table_of_counted_measures
from pipelines.snapshots.freezing import content_hash
from pipelines.snapshots.frozen_month import FrozenMonth

CATALOGUE, DEFINITIONS, GRAINS = "reference.kpi", "reference.kpi_definition", "reference.kpi_grain"
TOTAL = "total"
PARTS = ("numerator", "denominator")
FIGURES = (
    *("value", "numerator", "denominator", "unit", "ci_low", "ci_high", "status", "status_reason", "trust"),
    *("trust_reason", "definition_version"),
)
DEFINED = ("formula", "numerator_measure", "denominator_measure", "denominator_slice")


@dataclass(frozen=True)
class Cell:
    """One number of a month: of a KPI, in total or for a member of a slice."""

    kpi_id: str
    slice: str = TOTAL
    member: str = ""

    def __str__(self) -> str:
        return self.kpi_id if self.slice == TOTAL else f"{self.kpi_id} of {self.slice} {self.member}"


@dataclass(frozen=True)
class Certificate:
    """What was frozen of a cell, how it is defined, and what contributed; the rows stand until the next certificate.

    A number of other KPIs names them; only growth has rows besides.
    """

    cell: Cell
    figures: Mapping[str, Any]
    definition: Mapping[str, Any]
    contributions: Contributions
    components: tuple[Component, ...] = ()


class Certifier:
    """Gives certificates for the cells of one version of a closed month."""

    def __init__(self, month: FrozenMonth) -> None:
        self._month = month
        self._measures: dict[str, Measure] = measures_of(month.recipe.tables)
        self._looked_at: set[tuple[object, ...]] = set()
        self._refuse_changed_version()
        month.take_frozen(CATALOGUE, DEFINITIONS)
        # what a version of an earlier release did not freeze is made again
        month.make(CATALOGUE, DEFINITIONS)
        self._names: dict[str, str] = dict(self._fetched(f"select kpi_id, name_en from {CATALOGUE} order by kpi_id"))
        month.scratch.execute(
            f"""create or replace temp table frozen_value as select * from {KEPT}.snapshots.kpi_value
            where snapshot_id = '{month.version.snapshot_id}' and grain = 'month'
                and period_start = date '{month.version.month}'"""
        )

    def cells(self) -> list[Cell]:
        """Every number that the version holds of its month."""
        rows = self._fetched("select kpi_id, slice, member from frozen_value order by all")
        return [Cell(*row) for row in rows]

    def certificate(self, cell: Cell) -> Certificate:
        """The certificate of a cell.

        Raises:
            WrongUse: the version has no such cell.
            DataFailed: a raw row is not the one that was stored, or what was frozen is neither what the rows sum to nor
                what the other KPIs come to.
        """
        self._refuse_unknown_kpi(cell)
        figures = self._figures(cell)
        definition = self._definition(cell, figures["definition_version"]) | self._handed_in(cell, figures)
        contributions = Contributions(self._month, self._parts(cell, figures, definition))
        if contributions.sums or definition["numerator_measure"] is not None:
            self._refuse_changed_rows(cell, contributions)
            self._refuse_other_sums(cell, figures, contributions)
        if definition["numerator_measure"] is not None:
            return Certificate(cell, figures, definition, contributions)
        composite = composite_of(self._month, cell.kpi_id, cell.slice, cell.member)
        self._refuse_other_composite(cell, figures, composite)
        return Certificate(cell, figures, definition, contributions, composite.components)

    def _refuse_changed_version(self) -> None:
        """What the version says of its cells must be what was frozen: every certificate repeats it."""
        scratch, version = self._month.scratch, self._month.version
        if content_hash(scratch, self._month.recipe.tables, version.snapshot_id, KEPT) != version.content_sha256:
            raise DataFailed(version.snapshot_id, "rows that it froze were changed", AFTER_A_BREAK)

    def _parts(self, cell: Cell, figures: Mapping[str, Any], definition: Mapping[str, Any]) -> list[Part]:
        """The parts that have rows: what is not known has none."""
        month = self._month.version.month
        known = [part for part in PARTS if figures[part] is not None]
        if known and definition["numerator_measure"] is None:
            parts = growth_parts(self._month, self._measures, cell.kpi_id, (cell.slice, cell.member))
            return [part for part in parts if part.name in known]
        of_total = definition["denominator_slice"] == TOTAL
        parts = []
        for name in known:
            where = (TOTAL, "") if name == "denominator" and of_total else (cell.slice, cell.member)
            measure = measure_named(definition[f"{name}_measure"], self._measures).of_slice(where[0])
            parts.append(Part(name, measure, *where, month))
        return parts

    def _refuse_changed_rows(self, cell: Cell, contributions: Contributions) -> None:
        """Looks at every part that the rows may have come from; what was looked at for another cell is not again.

        Of what the rows do not name themselves, such as visits after a mailing, the neighbouring months count too.
        """
        looked_at = (*contributions.tables, *contributions.load_ids)
        if looked_at in self._looked_at:
            return
        scratch = self._month.scratch
        of_rows = self._fetched(
            "select distinct object from meta.load where list_contains(?, load_id)", contributions.load_ids
        )
        for object_name in stored_objects(scratch, self._month.raw_tables_behind(contributions.tables)):
            days = contributions.days if (object_name,) in of_rows else _with_neighbours(*contributions.days)
            if (object_name, *days) not in self._looked_at:
                for one in changed_parts(scratch, object_name, *days):
                    why = f"rows of load {one.load_id} ({object_name}, part {one.part}) are not those that were stored"
                    raise DataFailed(self._told(cell), why, AFTER_A_BREAK)
            self._looked_at.add((object_name, *days))
        self._looked_at.add(looked_at)

    def _refuse_other_sums(self, cell: Cell, figures: Mapping[str, Any], contributions: Contributions) -> None:
        for part in PARTS:
            found = contributions.sums[part].amount if part in contributions.sums else 0
            if figures[part] is not None and found != figures[part]:
                why = f"the rows sum to {found}, and the {part} was frozen as {figures[part]}"
                raise DataFailed(self._told(cell), why, AFTER_A_BREAK)

    def _refuse_other_composite(self, cell: Cell, figures: Mapping[str, Any], composite: Composite) -> None:
        """A product stands on its factors, and is what they come to; so is what the plan asks for."""
        for factor in composite.components if composite.is_product else ():
            if factor.figures["status"] is not None:
                self.certificate(Cell(factor.kpi_id, factor.slice, factor.member))
        frozen = figures["numerator"]
        if composite.is_made_again and frozen is not None and composite.amount != frozen:
            why = f"made again it is {composite.amount}, and it was frozen as {frozen}"
            raise DataFailed(self._told(cell), why, AFTER_A_BREAK)

    def _definition(self, cell: Cell, number: int) -> dict[str, Any]:
        """The definition that the cell was counted by; a month of an earlier release knows one alone."""
        if DEFINITIONS in self._month.recipe.tables:
            versions = f"(select * from {DEFINITIONS} where definition_version = {number})"
        else:
            versions = CATALOGUE
        (found,) = self._fetched(f"select {', '.join(DEFINED)} from {versions} where kpi_id = ?", cell.kpi_id)
        return dict(zip(("name_en", *DEFINED), (self._names[cell.kpi_id], *found), strict=True))

    def _handed_in(self, cell: Cell, figures: Mapping[str, Any]) -> dict[str, Any]:
        """The measures that were handed in for want of the definition's own; such a number is never without doubt."""
        if figures["trust"] == "ok" or table_of_counted_measures(self._month) != CHOSEN:
            return {}
        names = DEFINED[1:]
        found = self._fetched(
            f"""select {", ".join(names)} from {CHOSEN}
            where is_supplied and kpi_id = ? and definition_version = {figures["definition_version"]}""",
            cell.kpi_id,
        )
        return dict(zip(names, found[0], strict=True)) if found else {}

    def _refuse_unknown_kpi(self, cell: Cell) -> None:
        if cell.kpi_id in self._names:
            return
        now = self._fetched(f"select kpi_id from {KEPT}.{CATALOGUE} where kpi_id = ?", cell.kpi_id)
        if now:
            why = f"it was defined after {self._month.version.snapshot_id} was closed"
            raise WrongUse(f"KPI {cell.kpi_id!r}", why, f"see `kpi restatement {self._month.version.month:%Y-%m}`")
        raise WrongUse(
            f"KPI {cell.kpi_id!r}",
            f"{self._month.version.snapshot_id} has no such KPI",
            nearest(cell.kpi_id, list(self._names)),
        )

    def _figures(self, cell: Cell) -> dict[str, Any]:
        """What was frozen of the cell."""
        found = self._fetched(
            f"""select {", ".join(FIGURES)} from frozen_value where kpi_id = ? and slice = ? and member = ?""",
            *(cell.kpi_id, cell.slice, cell.member),
        )
        if not found:
            self._refuse_unknown_member(cell)
        return dict(zip(FIGURES, found[0], strict=True))

    def _refuse_unknown_member(self, cell: Cell) -> None:
        """Says which slices or members there are."""
        slices = [one for (one,) in self._fetched(
            "select distinct slice from frozen_value where kpi_id = ? order by slice", cell.kpi_id
        )]  # fmt: skip
        if not slices:
            self._month.make(GRAINS)
            grains = self._fetched(f"select distinct grain from {GRAINS} where kpi_id = ? order by all", cell.kpi_id)
            told = ", ".join(grain for (grain,) in grains)
            raise WrongUse(self._told(cell), "it has no number by month", f"it exists by {told}: ask for another KPI")
        if cell.slice not in slices:
            raise WrongUse(
                f"--slice {cell.slice!r}", f"{cell.kpi_id} was not frozen by it", nearest(cell.slice, slices)
            )
        if cell.slice == TOTAL:
            raise WrongUse(
                f"--member {cell.member!r}",
                "the total has no members",
                f"add --slice, by {', '.join(one for one in slices if one != TOTAL)}",
            )
        members = [one for (one,) in self._fetched(
            "select member from frozen_value where kpi_id = ? and slice = ? order by member", cell.kpi_id, cell.slice
        )]  # fmt: skip
        why = f"{cell.kpi_id} has no such {cell.slice} in that month" if cell.member else "it is missing"
        raise WrongUse(f"--member {cell.member!r}" if cell.member else "--member", why, nearest(cell.member, members))

    def _told(self, cell: Cell) -> str:
        return f"{self._month.version.snapshot_id} {cell}"

    def _fetched(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self._month.scratch.execute(query, list(parameters)).fetchall()


def _with_neighbours(first: date, last: date) -> tuple[date, date]:
    """The first and last day of some months with the one before and the one after."""
    return (first - timedelta(days=1)).replace(day=1), last_day(last + timedelta(days=1))
