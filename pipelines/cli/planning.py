"""The command `kpi plan`: how many leads a number of customers needs, when, and what they cost.

How the numbers come about is decided in `pipelines.planning`; what the company measured stands in the mart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Annotated, Any

import duckdb
import typer

from pipelines.cli.output import AsJson, show_json, show_rows
from pipelines.definitions import runtime_from_environment
from pipelines.failures import WrongUse
from pipelines.planning import (
    PlanPeriod,
    StagePlan,
    StageRate,
    marketing_share,
    needed_in_all,
    plan_of,
    plan_period,
    steps_of,
)
from pipelines.runtime import Runtime

OF_THE_MART = """select stage, reached, members, rate_source, fallback_reason, lag_days,
    per_customer_p10, per_customer_p50, per_customer_p90, cpl_eur
from marts.funnel_plan where scenario = ? and stage <> 'customer' order by stage_position desc"""


class Rates(StrEnum):
    """Where the rates of a plan come from."""

    SEED = "seed"
    BENCHMARK = "benchmark"
    MEASURED = "measured"


def plan(
    customers: Annotated[int, typer.Option(min=1, help="New customers that are wanted.")],
    by: Annotated[
        str | None, typer.Option(help="Last of the twelve months, as 2026-12; else the calendar year.")
    ] = None,
    rates: Annotated[
        Rates, typer.Option(help="The figures that came with the project, the newest benchmarks, or the own cohorts.")
    ] = Rates.MEASURED,
    as_json: AsJson = False,
) -> None:
    """Reckon back from customers to leads: how many of each stage, by when, and at what cost."""
    if by is not None and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", by):
        raise WrongUse("--by", f"{by!r} is no month", "write it as in 2026-12")
    runtime = runtime_from_environment()
    period = plan_period(by or runtime.config.company.funnel_plan.by, runtime.business_date)
    known = _known(runtime, rates)
    stages = plan_of(customers, period, known)
    shares = marketing_share(customers, runtime.config.company.revenue_segments)
    segments = {name: plan_of(of_it, period, known) for name, of_it in shares.items()}
    exactly = needed_in_all(customers, [one.rate for one in known])
    if as_json:
        show_json(
            {
                "scenario": rates.value,
                "target_customers": customers,
                "first_day": period.first_day,
                "last_day": period.last_day,
                "stages": [_row(stage) for stage in stages],
                "rounded_once_at_the_end": None if exactly is None else ceil(exactly),
                "months": list(_months(stages)),
                "segments": _segments(segments),
            }
        )
        return
    _show(customers, period, stages, segments, exactly)


def _known(runtime: Runtime, rates: Rates) -> list[StageRate]:
    """What is known of each stage: from the mart, or from the benchmarks alone before anything was measured."""
    warehouse = runtime.warehouse
    if rates is not Rates.MEASURED and not warehouse.path.exists():
        return [StageRate(step.stage, step.rate, step.source) for step in steps_of(runtime.config, rates.value)]
    with warehouse.looked_into(purpose="kpi plan", wait_seconds=60) as connection:
        try:
            rows = connection.execute(OF_THE_MART, [rates.value]).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise WrongUse("kpi plan", "the warehouse holds no plan yet", "run `kpi nightly`") from error
    return [
        StageRate(
            stage,
            Fraction(reached, members) if reached is not None else None,
            source,
            reason,
            lag_days,
            (low, middle, high) if low is not None else None,
            cost,
        )
        for stage, reached, members, source, reason, lag_days, low, middle, high, cost in rows
    ]


def _row(stage: StagePlan) -> dict[str, Any]:
    known, likely = stage.known, stage.likely or (None, None, None)
    return {
        "stage": stage.stage,
        "needed": stage.needed,
        "needed_p10": likely[0],
        "needed_p50": likely[1],
        "needed_p90": likely[2],
        "by_month": f"{stage.by_month:%Y-%m}",
        "rate": str(known.rate) if known and known.rate is not None else None,
        "rate_source": known.source if known else None,
        "fallback_reason": known.fallback_reason if known else None,
        "lag_days": known.lag_days if known else 0,
        "budget_eur": stage.budget_eur,
    }


def _legible(value: Any) -> Any:
    """A fraction beside its percentage; everything else as it stands."""
    is_fraction = isinstance(value, str) and re.fullmatch(r"\d+/\d+", value)
    return f"{value} = {float(Fraction(value)):.1%}" if is_fraction else value


def _months(stages: Sequence[StagePlan]) -> list[dict[str, Any]]:
    """One row a month, one column a stage."""
    by_stage = {stage.stage: {one.month: one.needed for one in stage.months} for stage in stages}
    months = sorted({month for needs in by_stage.values() for month in needs})
    return [
        {"month": f"{month:%Y-%m}", **{stage: needs.get(month, 0) for stage, needs in by_stage.items()}}
        for month in months
    ]


def _segments(segments: dict[str, list[StagePlan]]) -> list[dict[str, Any]]:
    return [{"segment": name, **{stage.stage: stage.needed for stage in stages}} for name, stages in segments.items()]


def _show(
    customers: int,
    period: PlanPeriod,
    stages: Sequence[StagePlan],
    segments: dict[str, list[StagePlan]],
    exactly: Fraction | None,
) -> None:
    span = f"{period.first_day:%Y-%m} to {period.last_day:%Y-%m}"
    rows = [_row(stage) for stage in stages]
    # what is empty everywhere says nothing to a reader
    filled = {name for row in rows for name, value in row.items() if value not in (None, 0)}
    shown = [{name: _legible(value) for name, value in row.items() if name in filled} for row in rows]
    show_rows(shown, as_json=False, title=f"{customers} customers, {span}: rounded up at each stage")
    if exactly is not None:
        typer.echo(f"Rounded once, at the end: {ceil(exactly)} {stages[-1].stage}s.")
    for stage in stages:
        if stage.known and stage.known.fallback_reason:
            typer.echo(f"{stage.stage}: {stage.known.fallback_reason}, so {stage.known.source} stands in.")
    show_rows(_months(stages), as_json=False, title="Month by month")
    if segments:
        show_rows(_segments(segments), as_json=False, title="Of these marketing must deliver")
