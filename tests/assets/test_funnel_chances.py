"""The reverse funnel of the mart held against exact arithmetic: its chances, and its months."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import loggamma
from worked_cases import Bench, Case

from pipelines.planning import needed_by_month, plan_period

CHANCES = (0.1, 0.5, 0.9)
STAGES = ("opportunity", "sql", "mql", "lead")
Observed = tuple[tuple[int, int], ...]


def exact_needs(observed: Observed) -> list[float]:
    """What one customer needs: quantiles of 1 / the product of Jeffreys posteriors (J. Gil-Pelaez, 1951)."""
    mean, variance = 0.0, 0.0
    for reached, members in observed:
        a, b = reached + 0.5, members - reached + 0.5
        mean, variance = mean - np.log(a / (a + b)), variance + b / (a * (a + b + 1))
    spread = np.sqrt(variance)
    at = (np.arange(100_000) + 0.5) * (60 / spread / 100_000)
    log_phi = np.zeros(len(at), dtype=complex)
    for reached, members in observed:
        a, b = reached + 0.5, members - reached + 0.5
        log_phi += loggamma(a - 1j * at) - loggamma(a) + loggamma(a + b) - loggamma(a + b - 1j * at)
    phi, step = np.exp(log_phi), at[1] - at[0]

    def chance_of(log_need: float) -> float:
        return float(0.5 - np.sum(np.imag(np.exp(-1j * at * log_need) * phi) / at) * step / np.pi)

    low, high = mean - 6 * spread, mean + 10 * spread
    return [float(np.exp(brentq(lambda z, goal=goal: chance_of(z) - goal, low, high))) for goal in CHANCES]


def planned(observed: Observed, columns: str, table: str = "marts.funnel_plan") -> list[tuple[object, ...]]:
    """What the tables say of the lead."""
    rates = [
        {
            "scenario": "measured",
            "place": str(place),
            "stage": stage,
            "is_measured": "true",
            "reached": str(reached),
            "members": str(members),
            "lag_days": "17",
        }
        for place, (stage, (reached, members)) in enumerate(zip(STAGES, observed, strict=True), 1)
    ]
    target = [{"segment": "", "target_customers": "100"}]
    bench = Bench(Case(table, "", {"marts.funnel_rate": rates, "reference.funnel_target": target}, today="2026-09-08"))
    bench.make(table)
    return bench.connection.execute(f"select {columns} from {table} where stage = 'lead' order by all").fetchall()


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param(((5, 16), (16, 38), (38, 100), (78, 200)), id="documents"),
        pytest.param(((1, 10), (10, 10), (1, 50), (7, 11)), id="few"),
        pytest.param(((2_000, 6_000), (4_100, 9_800), (9_800, 26_000), (26_000, 66_000)), id="many"),
        pytest.param(((999, 1_000), (1, 1_000), (500, 1_000), (1_000, 1_000)), id="extremes"),
    ],
)
def test_the_chances_of_a_need_are_those_of_the_product_of_the_posteriors(observed: Observed) -> None:
    (needs,) = planned(observed, "per_customer_p10, per_customer_p50, per_customer_p90")
    assert needs == pytest.approx(exact_needs(observed), rel=0.003)


def test_eighty_of_a_hundred_times_the_example_needs_between_3100_and_9700_leads() -> None:
    ((needed, low, middle, high),) = planned(
        ((5, 16), (16, 38), (38, 100), (78, 200)), "needed, needed_p10, needed_p50, needed_p90"
    )
    assert (needed, low, middle, high) == (5129, 3125, 5219, 9678)


def test_the_months_of_the_mart_are_those_of_the_command() -> None:
    found = planned(
        ((5, 16), (16, 38), (38, 100), (78, 200)), "month, needed, needed_so_far", "marts.funnel_plan_month"
    )
    months = needed_by_month(5129, plan_period(None, date(2026, 9, 8)), 4 * 17)
    assert found == [(one.month, one.needed, one.needed_so_far) for one in months]
