"""One plan: customers, period and what is known of each stage become what each stage must bring."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.planning.needed import needed_at_each_stage
from pipelines.planning.schedule import Planned, PlanPeriod, month_by_which, needed_by_month

CENT = Decimal("0.01")


@dataclass(frozen=True)
class StageRate:
    """What is known of a stage: the part of it that goes on, and where that is from.

    `lag_days` leads to the customer, `per_customer` is what one customer needs with a chance of 10, 50 and 90 %.
    """

    stage: str
    rate: Fraction | None
    source: str
    fallback_reason: str | None = None
    lag_days: int = 0
    per_customer: tuple[float, float, float] | None = None
    cost_eur: float | None = None


@dataclass(frozen=True)
class StagePlan:
    """What a stage must bring; `likely` are the needs with a chance of 10, 50 and 90 %."""

    known: StageRate | None
    stage: str
    needed: int | None
    likely: tuple[int, int, int] | None
    by_month: date
    months: tuple[Planned, ...]

    @property
    def budget_eur(self) -> Decimal | None:
        """What the members cost, where a cost is known."""
        if self.known is None or self.known.cost_eur is None or self.needed is None:
            return None
        return Decimal(self.needed * self.known.cost_eur).quantize(CENT)


def plan_of(customers: int, period: PlanPeriod, rates: Iterable[StageRate]) -> list[StagePlan]:
    """The stages of a plan from the customer back to the lead; so lead the rates too."""
    known = list(rates)
    needs = needed_at_each_stage(customers, [one.rate for one in known])
    found = [_stage(None, "customer", customers, customers, period)]
    return found + [_stage(one, one.stage, need, customers, period) for one, need in zip(known, needs, strict=True)]


def _stage(known: StageRate | None, stage: str, needed: int | None, customers: int, period: PlanPeriod) -> StagePlan:
    lag = known.lag_days if known else 0
    likely = None
    if known and known.per_customer:
        low, middle, high = (math.ceil(round(customers * one, 3)) for one in known.per_customer)
        likely = (low, middle, high)
    months = tuple(needed_by_month(needed, period, lag)) if needed is not None else ()
    return StagePlan(known, stage, needed, likely, month_by_which(period, lag), months)
