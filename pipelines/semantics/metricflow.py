"""Semantic models and metrics as MetricFlow reads them, over `marts.kpi_value` at one grain.

Each slice is a model of its own, because the rows of one slice already hold those of another. A KPI that is never
summed is a derived metric: it is empty as soon as more than one row would be put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipelines.semantics.metrics import Metric, Rule

TOTAL = "total"
MODEL = "ref('kpi_value')"


def metricflow_document(metrics: Iterable[Metric], grain: str) -> dict[str, Any]:
    """The whole document; a KPI without this grain is left out."""
    there = [metric for metric in metrics if grain in metric.slices_by_grain]
    slices = dict.fromkeys(one for metric in there for one in metric.slices_by_grain[grain])
    models, listed = [], []
    for slice_ in slices:
        mine = [metric for metric in there if slice_ in metric.slices_by_grain[grain]]
        models.append(_model(mine, grain, slice_))
        listed += [made for metric in mine for made in _metrics(metric, slice_)]
    return {"semantic_models": models, "metrics": listed}


def _model(metrics: Iterable[Metric], grain: str, slice_: str) -> dict[str, Any]:
    name = _named(f"kpi_{grain}", slice_)
    dimensions = [
        {"name": "period", "type": "time", "expr": "period_start", "type_params": {"time_granularity": grain}}
    ]
    if slice_ != TOTAL:
        dimensions.append({"name": slice_, "type": "categorical", "expr": "member"})
    dimensions += [{"name": one, "type": "categorical"} for one in ("status", "trust")]
    return {
        "name": name,
        "description": f"KPIs by {grain}{'' if slice_ == TOTAL else f' and {slice_}'}.",
        "model": MODEL,
        "defaults": {"agg_time_dimension": "period"},
        "primary_entity": name,
        "dimensions": dimensions,
        "measures": [measure for metric in metrics for measure in _measures(metric, grain, slice_)],
    }


def _measures(metric: Metric, grain: str, slice_: str) -> Iterator[dict[str, Any]]:
    """The parts of a metric, of its own rows alone."""
    mine = f"case when kpi_id = '{metric.id}' and grain = '{grain}' and slice = '{slice_}' then {{}} end"
    parts = {
        Rule.SUM: (("numerator", "sum"),),
        Rule.RATIO_OF_SUMS: (("numerator", "sum"), ("denominator", "sum")),
        Rule.ALONE: (("value", "max"), ("rows", "sum")),
    }
    for part, aggregation in parts[metric.rule]:
        yield {
            "name": f"{_named(metric.id, slice_)}_{part}",
            "agg": aggregation,
            "expr": mine.format("1" if part == "rows" else part),
            "description": f"{part} of {metric.id}",
            # a sum is a metric under its own name
            "create_metric": metric.rule is not Rule.SUM,
        }


def _metrics(metric: Metric, slice_: str) -> Iterator[dict[str, Any]]:
    name = _named(metric.id, slice_)
    parameters: dict[Rule, dict[str, Any]] = {
        Rule.SUM: {"measure": {"name": f"{name}_numerator"}},
        Rule.RATIO_OF_SUMS: {part: {"name": f"{name}_{part}"} for part in ("numerator", "denominator")},
        Rule.ALONE: {
            "expr": f"case when {name}_rows = 1 then {name}_value end",
            "metrics": [{"name": f"{name}_rows"}, {"name": f"{name}_value"}],
        },
    }
    yield {
        "name": name,
        "label": metric.name if slice_ == TOTAL else f"{metric.name} by {slice_.replace('_', ' ')}",
        "description": metric.description,
        "type": {Rule.SUM: "simple", Rule.RATIO_OF_SUMS: "ratio", Rule.ALONE: "derived"}[metric.rule],
        "type_params": parameters[metric.rule],
        "config": {"meta": {"kpi_id": metric.id, "unit": metric.unit, "summable": metric.rule is not Rule.ALONE}},
    }


def _named(name: str, slice_: str) -> str:
    return name if slice_ == TOTAL else f"{name}_by_{slice_}"
