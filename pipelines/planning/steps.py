"""The steps of a plan and the rates that benchmarks give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import prod

from pipelines.configuration import Benchmark, Config

# A stage that a company adds, or one that is optional such as SAL, is no step of the plan.
PLAN_STAGES = ("lead", "mql", "sql", "opportunity", "customer")
SEED, BENCHMARK = "seed", "benchmark"


@dataclass(frozen=True)
class Step:
    """From a stage to the next one that the company uses; `place` counts the steps from it to the customer.

    `kpi_id` measures it, `rate` is what benchmarks say; both may be missing.
    """

    stage: str
    next_stage: str
    place: int
    kpi_id: str | None
    rate: Fraction | None
    source: str


def plan_stages(stages: Sequence[str]) -> list[str]:
    """The stages of the plan that a company uses, in the order of the funnel."""
    return [stage for stage in PLAN_STAGES if stage in stages]


def steps_of(config: Config, scenario: str) -> list[Step]:
    """The steps from the customer back to the lead.

    In the scenario `seed` the rates are those that came with the project, in any other the newest of the KPI. A step
    over a stage that the company does not use has the product of the rates that it spans.
    """
    used = plan_stages(config.company.stages)
    ids = {kpi.id for kpi in config.kpis}
    found = []
    for place, (stage, following) in enumerate(pairwise(reversed(used)), 1):
        spanned = PLAN_STAGES[PLAN_STAGES.index(following) : PLAN_STAGES.index(stage) + 1]
        chosen = [_chosen(config.benchmarks_of(f"{a}_to_{b}_rate"), scenario) for a, b in pairwise(spanned)]
        known = [one for one in chosen if one is not None and one.value is not None]
        rate = prod((one.value or Fraction(0) for one in known), start=Fraction(1))
        kpi_id = f"{following}_to_{stage}_rate"
        found.append(
            Step(
                stage=following,
                next_stage=stage,
                place=place,
                kpi_id=kpi_id if kpi_id in ids else None,
                rate=rate if len(known) == len(chosen) else None,
                source=" x ".join(one.named for one in known) if len(known) == len(chosen) else "no benchmark",
            )
        )
    return found


def _chosen(benchmarks: Sequence[Benchmark], scenario: str) -> Benchmark | None:
    """The benchmark that a scenario plans with; of two of one date the later entry."""
    fitting = [one for one in benchmarks if one.is_rate_to_plan_with and (scenario != SEED or one.seed is not None)]
    dated = [(one.day or date.min, place, one) for place, one in enumerate(fitting)]
    return max(dated, key=lambda entry: entry[:2])[2] if dated else None
