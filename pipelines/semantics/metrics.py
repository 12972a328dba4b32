"""How the figures of a KPI in `marts.kpi_value` may be put together: added, divided as sums, or not at all.

Reads the catalogue and the measures; knows no tool and no figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipelines.configuration import Config, Kpi
from pipelines.kpi_parts import Measure
from pipelines.review.wording import SHOWN_AS_FACTOR, SHOWN_AS_POINTS


class Rule(StrEnum):
    """What may be done with several rows of a KPI."""

    SUM = "sum"
    RATIO_OF_SUMS = "ratio_of_sums"
    ALONE = "alone"


SAID = {
    Rule.SUM: "Adds up over members and periods.",
    Rule.RATIO_OF_SUMS: "Sums of numerators over sums of denominators; never an average of ratios.",
    Rule.ALONE: "Never summed: it exists only at the grain and for the member it was counted at, else it is empty.",
}


@dataclass(frozen=True)
class Metric:
    """A KPI as a BI tool needs it; `slices_by_grain` says where it has rows."""

    id: str
    name: str
    description: str
    unit: str
    shown_as: str
    has_denominator: bool
    rule: Rule
    slices_by_grain: Mapping[str, tuple[str, ...]]


def metrics_of(config: Config, measures: Mapping[str, Measure]) -> tuple[Metric, ...]:
    """Every KPI that has figures, in the order of the catalogue."""
    return tuple(_metric(kpi, measures) for kpi in config.kpis if kpi.made_as != "not_built")


def _metric(kpi: Kpi, measures: Mapping[str, Measure]) -> Metric:
    rule = _rule(kpi, measures)
    told = f"{kpi.formula_text.replace(' / ', ' ÷ ')}. Unit: {kpi.unit}. {SAID[rule]}"
    return Metric(
        id=kpi.id,
        name=kpi.name_en,
        description=f"{told} {kpi.note}" if kpi.note else told,
        unit=kpi.unit,
        shown_as=_shown_as(kpi),
        has_denominator=kpi.additivity == "ratio" or kpi.denominator is not None,
        rule=rule,
        slices_by_grain={grain: tuple(slices) for grain, slices in kpi.slices_by_grain.items()},
    )


def _rule(kpi: Kpi, measures: Mapping[str, Measure]) -> Rule:
    """A KPI that was redefined is put together only in a way that all of its definitions allow."""
    if kpi.made_as != "measured":
        return Rule.ALONE
    if all(one.additivity == "additive" for one in kpi.definitions):
        return Rule.SUM
    # where each member is divided by the total, the denominators of the members are all the same figure
    is_of_sums = all(
        one.additivity == "ratio" and one.denominator_slice is None and _add_up(one.measures, measures)
        for one in kpi.definitions
    )
    return Rule.RATIO_OF_SUMS if is_of_sums else Rule.ALONE


def _add_up(names: tuple[str, ...], measures: Mapping[str, Measure]) -> bool:
    return all(measures[name].adds_up for name in names)


def _shown_as(kpi: Kpi) -> str:
    """The unit in which the pages write it."""
    if kpi.id in SHOWN_AS_POINTS:
        return "points"
    return "factor" if kpi.id in SHOWN_AS_FACTOR else kpi.unit
