"""The measures of the project: which table holds each, at which grains and slices it exists, and from which sources.

Reads only what the measure tables say of themselves (column comments and header words); knows none by name. A KPI that
asks for more than there is is refused when the project loads. How measures are added up belongs to `kpi_rollup`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from pipelines.configuration import Kpi
from pipelines.failures import WrongUse
from pipelines.slices import exists_at
from pipelines.tables import Table

GRAINS = ("day", "week", "month", "quarter", "year")
# how the measures begin whose figures are handed in under the id of a KPI or a measure
SUPPLIED = "supplied_"


Sources = tuple[tuple[tuple[str, ...], ...], ...]


@dataclass(frozen=True)
class Measure:
    """One measure: the table that holds it, where it exists, and its sources; additive ones exist at every grain.

    `adds_up` are those too that are counted per period, but whose periods and members add up all the same.

    It is known when every part of `sources` is. A part is a list of groups: the first group of which a source was ever
    read counts, and all of that group.
    """

    name: str
    table: str
    sources: Sources
    is_additive: bool
    slices_by_grain: Mapping[str, frozenset[str]]
    is_money: bool
    adds_up: bool
    # how GA4 is asked for it, when only GA4 can count it; see `ga4_periods`
    form: str | None = None
    # the same measure divided by slices that its own table does not have
    further: tuple[Measure, ...] = ()

    def of_slice(self, slice_: str) -> Measure:
        """The measure as the table holds it that divides it by the slice."""
        found = (one for one in self.further if any(slice_ in slices for slices in one.slices_by_grain.values()))
        return next(found, self)


def measures_of(tables: Mapping[str, Table]) -> dict[str, Measure]:
    """Every measure of the project by name; a name that two tables claim is refused.

    A table of further slices adds to the measures of others; what only it has exists at its slices alone.
    """
    found: dict[str, Measure] = {}
    declaring = [table for table in tables.values() if table.schema == "measures"]
    for table in sorted(declaring, key=lambda one: (has_further_slices(one), one.name)):
        for measure in _declared(table):
            if measure.name in found and has_further_slices(table):
                whole = found[measure.name]
                found[measure.name] = replace(whole, further=(*whole.further, measure))
                continue
            if measure.name in found:
                other = found[measure.name].table
                raise WrongUse(table.name, f"the measure {measure.name} is also in {other}", "give it one home")
            found[measure.name] = measure
    return found


def measure_named(name: str, measures: Mapping[str, Measure]) -> Measure:
    """A measure by its name; those that figures are handed in for, in place of another source, are alike."""
    if name in measures or not name.startswith(SUPPLIED):
        return measures[name]
    return replace(next(one for one in measures.values() if one.name.startswith(SUPPLIED)), name=name)


def counted_measures(table: Table) -> list[str]:
    """The measures that a table of counted figures holds."""
    return [name.strip() for name in table.words["measures"].split(",")]


def columns_of(table: Table, role: str) -> list[str]:
    """The columns of a table of contributions that are slices, or measures."""
    return [column.name for column in table.columns if column.role == role]


def has_further_slices(table: Table) -> bool:
    """Whether the rows of a table divide what others count in total: a row counts for the slices that it names."""
    return table.words.get("further slices") == "yes"


def _declared(table: Table) -> Iterable[Measure]:
    if "measures" in table.words:
        where = fetched_grains(table)
        forms = _forms(table)
        adding_up = re.split(r",\s*", table.words.get("adds up", ""))
        for name in counted_measures(table):
            is_adding_up = name in adding_up
            yield Measure(name, table.name, _sources(table, name), False, where, False, is_adding_up, forms.get(name))
        return
    slices = frozenset({*([] if has_further_slices(table) else ["total"]), *columns_of(table, "slice")})
    forms = _forms(table)
    everywhere = {grain: frozenset(one for one in slices if exists_at(one, grain)) for grain in GRAINS}
    for name in columns_of(table, "measure"):
        is_money = name.endswith("_eur")
        yield Measure(name, table.name, _sources(table, name), True, everywhere, is_money, True, forms.get(name))


def _sources(table: Table, measure: str) -> Sources:
    """`a or b; c else d`: any of a and b, and c, or d where c was never read. `source of x:` is for single measures."""
    said = table.words.get("source", "")
    for word, text in table.words.items():
        if measure in re.split(r"[ ,]+", word.removeprefix("source of ")) and word.startswith("source of "):
            said = text
    if not said:
        raise WrongUse(table.name, "no `source:` in its header", "name the sources its rows come from")
    return tuple(
        tuple(tuple(re.split(r"\s+or\s+", group.strip())) for group in re.split(r"\s+else\s+", part.strip()))
        for part in said.split(";")
    )


def fetched_grains(table: Table) -> dict[str, frozenset[str]]:
    """`day (total), month (total, channel)` as a mapping; `every` stands for all grains."""
    found = _grouped(table.words.get("grains", ""))
    if not found:
        raise WrongUse(table.name, "no `grains:` in its header", "say at which grains and slices it was counted")
    if "every" in found:
        return dict.fromkeys(GRAINS, frozenset(found["every"]))
    return {grain: frozenset(slices) for grain, slices in found.items()}


def _forms(table: Table) -> dict[str, str]:
    """The form of GA4's answers that each measure is taken from, as in `all (users), eventName (lead_users)`."""
    return {name: form for form, names in _grouped(table.words.get("asked of ga4", "")).items() for name in names}


def _grouped(text: str) -> dict[str, list[str]]:
    """`a (x, y), b (z)` as a mapping."""
    return {name: re.split(r",\s*", members.strip()) for name, members in re.findall(r"(\w+) \(([^)]*)\)", text)}


def refuse_impossible_kpi(kpi: Kpi, measures: Mapping[str, Measure], place: Callable[[str], str]) -> None:
    """Raises WrongUse when a KPI asks for a measure that does not exist, where it was not counted, or to sum it.

    `place` tells where the entry names a measure. Its earlier definitions count for their own months, so their measures
    have to be there as well.
    """
    for definition in kpi.definitions:
        for name in definition.measures:
            what = f"{place(name)} KPI {kpi.id}{'' if definition is kpi else f', {definition.named}'}"
            if name not in measures:
                near = get_close_matches(name, measures, n=1, cutoff=0)
                raise WrongUse(what, f"there is no measure {name!r}", f"did you mean {near[0] if near else '?'}?")
            if definition.additivity == "additive" and not measures[name].adds_up:
                raise WrongUse(
                    what,
                    f"it is additive, and the measure {name!r} is counted per period and never summed",
                    "make additivity non_additive_distinct, semi_additive or non_additive",
                )
            is_of_total = name == definition.denominator and definition.denominator_slice == "total"
            for grain, slices in kpi.slices_by_grain.items():
                _refuse_missing(what, measures[name], grain, {"total"} if is_of_total else set(slices))


def _refuse_missing(what: str, measure: Measure, grain: str, wanted: set[str]) -> None:
    found = {one: measure.of_slice(one).slices_by_grain.get(grain, frozenset()) for one in wanted}
    missing = [one for one in sorted(wanted) if one not in found[one]]
    if missing:
        how = "it has no such slice" if measure.is_additive else "it is fetched per grain, never summed"
        raise WrongUse(
            what,
            f"the measure {measure.name!r} does not exist by {', '.join(missing)} at the grain {grain} ({how})",
            "take the grain or slice out of the entry, or add it to the measure",
        )
