"""The one roll-up of all contributions: from measure tables to the text of the long table of parts.

Reads only what the measure tables say of themselves (column comments and header words); knows none by name. Which
measure exists at which grain and slice is answered here too, so that a KPI that asks for more is refused when the
project loads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pipelines.configuration import Kpi
from pipelines.failures import WrongUse
from pipelines.tables import Table

GRAINS = ("day", "week", "month", "quarter", "year")


Sources = tuple[tuple[tuple[str, ...], ...], ...]


@dataclass(frozen=True)
class Measure:
    """One measure: the table that holds it, where it exists, and its sources; additive ones exist at every grain.

    It is known when every part of `sources` is. A part is a list of groups: the first group of which a source was ever
    read counts, and all of that group.
    """

    name: str
    table: str
    sources: Sources
    is_additive: bool
    slices_by_grain: Mapping[str, frozenset[str]]
    is_money: bool
    # how GA4 is asked for it, when only GA4 can count it; see `ga4_periods`
    form: str | None = None


def measures_of(tables: Mapping[str, Table]) -> dict[str, Measure]:
    """Every measure of the project by name; a name that two tables claim is refused."""
    found: dict[str, Measure] = {}
    for table in sorted((t for t in tables.values() if t.schema == "measures"), key=lambda t: t.name):
        for measure in _declared(table):
            if measure.name in found:
                other = found[measure.name].table
                raise WrongUse(table.name, f"the measure {measure.name} is also in {other}", "give it one home")
            found[measure.name] = measure
    return found


def _declared(table: Table) -> Iterable[Measure]:
    if "measures" in table.words:
        where = _fetched_grains(table)
        forms = _forms(table)
        for name in map(str.strip, table.words["measures"].split(",")):
            yield Measure(name, table.name, _sources(table, name), False, where, False, forms.get(name))
        return
    slices = frozenset({"total", *(column.name for column in table.columns if column.role == "slice")})
    everywhere = dict.fromkeys(GRAINS, slices)
    for name in _columns(table, "measure"):
        yield Measure(name, table.name, _sources(table, name), True, everywhere, name.endswith("_eur"))


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


def _fetched_grains(table: Table) -> dict[str, frozenset[str]]:
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


def parts_query(tables: Mapping[str, Table]) -> str:
    """The query of the long table: measure, grain, period_start, slice, member, value, unpriced_rows."""
    contributions = [t for t in tables.values() if t.schema == "measures" and "measures" not in t.words]
    counted = [t for t in tables.values() if t.schema == "measures" and "measures" in t.words]
    contributions.sort(key=lambda t: t.name)
    steps = [_daily(table) for table in contributions]
    long_rows = "\n  union all\n".join(row for table in contributions for row in _long(table))
    grains = "\nunion all\n".join(_at(grain) for grain in GRAINS)
    fetched = "".join(f"\nunion all\n{_counted(table)}" for table in sorted(counted, key=lambda t: t.name))
    return "with " + ",\n".join(steps) + f",\nday_part as (\n{long_rows}\n)\n{grains}{fetched}"


def _columns(table: Table, role: str) -> list[str]:
    return [column.name for column in table.columns if column.role == role]


def _daily(table: Table) -> str:
    """One step per table: its measures by day, in total and by each slice."""
    unpriced = _columns(table, "unpriced")
    sums = [f"sum({name}) as {name}" for name in _columns(table, "measure")]
    sums.append(f"sum({unpriced[0]}) as unpriced_rows" if unpriced else "0 as unpriced_rows")
    summed = ", ".join(sums)
    selects = [
        f"  select day, 'total' as slice, '' as member, {summed}\n  from {_counting_days(table)}\n  group by day"
    ]
    selects += [
        f"  select day, '{name}' as slice, {name} as member, {summed}\n  from {_counting_days(table)}\n"
        f"  group by day, {name}"
        for name in _columns(table, "slice")
    ]
    return f"{_short(table)}_day as (\n" + "\n  union all\n".join(selects) + "\n)"


def _counting_days(table: Table) -> str:
    return f"{table.name} cross join meta.business_date as b\n  where day < b.business_date"


def _long(table: Table) -> Iterable[str]:
    """One row per measure, for the members that some row contributes to: NULL says that a row does not."""
    for name in _columns(table, "measure"):
        unpriced = "unpriced_rows" if name.endswith("_eur") else "0"
        yield (
            f"  select '{name}' as measure, day, slice, member, cast({name} as decimal(38, 6)) as value, "
            f"{unpriced} as unpriced_rows\n  from {_short(table)}_day\n  where {name} is not null or {unpriced} > 0"
        )


def _at(grain: str) -> str:
    start = "day" if grain == "day" else f"cast(date_trunc('{grain}', day) as date)"
    return (
        f"select measure, '{grain}' as grain, {start} as period_start, slice, member, sum(value) as value,\n"
        f"  sum(unpriced_rows) as unpriced_rows\nfrom day_part\ngroup by measure, {start}, slice, member"
    )


def _counted(table: Table) -> str:
    return (
        "select measure, grain, period_start, slice, member, value, 0 as unpriced_rows\n"
        f"from {table.name} cross join meta.business_date as b\nwhere period_start < b.business_date"
    )


def _short(table: Table) -> str:
    return table.name.partition(".")[2]


def refuse_impossible_kpi(kpi: Kpi, measures: Mapping[str, Measure]) -> None:
    """Raises WrongUse when a KPI asks for a measure that does not exist, or at a grain it was not counted at.

    Its earlier definitions count for their own months, so their measures have to be there as well.
    """
    for definition in kpi.definitions:
        what = f"KPI {kpi.id}" if definition is kpi else f"KPI {kpi.id}, {definition.named}"
        for name in definition.measures:
            if name not in measures:
                near = get_close_matches(name, measures, n=1, cutoff=0)
                raise WrongUse(what, f"there is no measure {name!r}", f"did you mean {near[0] if near else '?'}?")
            is_of_total = name == definition.denominator and definition.denominator_slice == "total"
            for grain, slices in kpi.slices_by_grain.items():
                _refuse_missing(what, measures[name], grain, {"total"} if is_of_total else set(slices))


def _refuse_missing(what: str, measure: Measure, grain: str, wanted: set[str]) -> None:
    missing = wanted - measure.slices_by_grain.get(grain, frozenset())
    if missing:
        how = "it has no such slice" if measure.is_additive else "it is fetched per grain, never summed"
        raise WrongUse(
            what,
            f"the measure {measure.name!r} does not exist by {', '.join(sorted(missing))} at the grain {grain} ({how})",
            "take the grain or slice out of the entry, or add it to the measure",
        )
