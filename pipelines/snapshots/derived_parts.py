"""The rows behind growth: those of the month, and with the opposite sign those of the period a year before.

Which KPIs are growth, of what and against which base, is read from the catalogue as it stood when the month was frozen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from pipelines.kpi_parts import Measure, measure_named
from pipelines.snapshots.contributions import Part, last_day
from pipelines.snapshots.frozen_month import FrozenMonth

CATALOGUE, DEFINITIONS, COMPONENTS = "reference.kpi", "reference.kpi_definition", "reference.kpi_component"
# the measures that a definition was counted by, where figures were handed in
CHOSEN = "facts.kpi_measure"
MONTHS_OF_BASE = {"same_period_last_year": 1, "previous_12_months": 12}


def growth_parts(month: FrozenMonth, measures: Mapping[str, Measure], kpi_id: str, cell: tuple[str, str]) -> list[Part]:
    """The parts of a growth KPI's cell (slice, member); none of a product: its factors are explained by themselves."""
    month.make(CATALOGUE, DEFINITIONS, COMPONENTS)
    found = month.scratch.execute(
        f"""select k.base, k.like_for_like, c.component_id from {CATALOGUE} as k
        inner join {COMPONENTS} as c on c.kpi_id = k.kpi_id
        where k.kpi_id = ? and k.made_as = 'growth'""",
        [kpi_id],
    ).fetchone()
    if found is None:
        return []
    base, like_for_like, component = found
    months = MONTHS_OF_BASE[base]
    now = [(_months_before(month.version.month, back), 1) for back in range(months)]
    before = [(_months_before(month.version.month, back + 12), 1) for back in range(months)]
    counted = table_of_counted_measures(month)
    measured = {day: measure_named(_measure(month, component, day, counted), measures) for day, _ in now + before}
    cells = [cell]
    if like_for_like is not None and cell[0] == "total":
        both = [_members(month, measured, like_for_like, [day for day, _ in side]) for side in (now, before)]
        cells = [(like_for_like, member) for member in sorted(both[0] & both[1])]
    taken_away = [(day, -1) for day, _ in before]
    return [
        Part(name, measured[day].of_slice(one[0]), *one, day, sign)
        for name, days in (("numerator", now + taken_away), ("denominator", before))
        for one in cells
        for day, sign in days
    ]


def table_of_counted_measures(month: FrozenMonth) -> str:
    """The table of the measures that definitions were counted by: their own, unless figures may have been handed in."""
    handed_in = month.scratch.execute("select 1 from meta.current_part where object = 'metric' limit 1").fetchone()
    counted = CHOSEN if handed_in and CHOSEN in month.recipe.tables else DEFINITIONS
    month.make(counted)
    return counted


def _measure(month: FrozenMonth, component: str, day: date, counted: str) -> str:
    """The measure that the component was counted by on a day."""
    ((name,),) = month.scratch.execute(
        f"""select m.numerator_measure
        from {DEFINITIONS} as d inner join {counted} as m using (kpi_id, definition_version)
        where kpi_id = $component and coalesce(valid_from, $day) <= $day and (valid_to is null or valid_to > $day)""",
        {"component": component, "day": day},
    ).fetchall()
    return str(name)


def _members(month: FrozenMonth, measured: Mapping[date, Measure], slice_: str, days: list[date]) -> set[str]:
    """The members of a slice that have an amount in some months."""
    return {member for day in days for member in _with_amount(month, measured[day], slice_, day)}


def _with_amount(month: FrozenMonth, measure: Measure, slice_: str, day: date) -> Iterator[str]:
    measure = measure.of_slice(slice_)
    month.make(measure.table)
    if measure.is_additive:
        query = f"""select "{slice_}" from {measure.table} where day between ? and ? and "{slice_}" is not null
            group by "{slice_}" having sum("{measure.name}") > 0"""
        parameters: list[object] = [day, last_day(day)]
    else:
        query = f"""select member from {measure.table}
            where measure = ? and grain = 'month' and period_start = ? and slice = ? and value > 0"""
        parameters = [measure.name, day, slice_]
    yield from (str(member) for (member,) in month.scratch.execute(query, parameters).fetchall())


def _months_before(month: date, back: int) -> date:
    number = month.year * 12 + month.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)
