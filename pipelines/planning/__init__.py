"""Reckoning back from the customers that are wanted to the leads that they need: exact fractions, no database."""

from pipelines.planning.needed import marketing_share, needed_at_each_stage, needed_in_all
from pipelines.planning.plan import StagePlan, StageRate, plan_of
from pipelines.planning.schedule import Planned, PlanPeriod, month_by_which, needed_by_month, plan_period
from pipelines.planning.steps import BENCHMARK, PLAN_STAGES, SEED, Step, plan_stages, steps_of

__all__ = [
    "BENCHMARK",
    "PLAN_STAGES",
    "SEED",
    "PlanPeriod",
    "Planned",
    "StagePlan",
    "StageRate",
    "Step",
    "marketing_share",
    "month_by_which",
    "needed_at_each_stage",
    "needed_by_month",
    "needed_in_all",
    "plan_of",
    "plan_period",
    "plan_stages",
    "steps_of",
]
