"""Metrics and datasets as Superset imports them; the charts that use them stand in `config/bi/superset`.

A metric looks at the rows of its KPI alone and is empty wherever it would be wrong: rows of several grains, slices or
definitions, one of which has no figure, or more rows than one of a KPI that is never summed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from pipelines.semantics.metrics import SAID, Metric, Rule

KPI_VALUE = "marts.kpi_value"
VERSION = "1.0.0"
NAMESPACE = uuid.UUID("5b0f4a52-9d0c-5f6e-8a53-0f6d1c6f3e11")
DAYS = frozenset({"DATE", "TIMESTAMP"})
FORMATS = {"ratio": ".1%", "points": ".1%", "EUR": ",.2f", "count": ",d", "factor": ",.2f"}
ONE_KIND = "concat_ws(' ', grain, slice, definition_version)"


def identifier(kind: str, name: str) -> str:
    """The id by which a second import finds what the first one made."""
    return str(uuid.uuid5(NAMESPACE, f"{kind} {name}"))


def expression(metric: Metric) -> str:
    """The SQL of a metric over rows of `marts.kpi_value`."""
    mine = f"filter (where kpi_id = '{metric.id}')"
    if metric.rule is Rule.ALONE:
        return f"case when count(*) {mine} = 1 then max(value) {mine} end"
    above, below = (f"cast(sum({part}) {mine} as double)" for part in ("numerator", "denominator"))
    is_divided = metric.rule is Rule.RATIO_OF_SUMS
    # a NULL is unknown, and a sum that leaves it out would look whole
    known = ["numerator", "denominator"] if is_divided else ["numerator"]
    guards = [f"min({ONE_KIND}) {mine} = max({ONE_KIND}) {mine}"]
    guards += [f"count({part}) {mine} = count(*) {mine}" for part in known]
    figure = f"{above} / nullif({below}, 0)" if is_divided else above
    return f"case when {' and '.join(guards)} then {figure} end"


def dataset(
    table: str, description: str, columns: Sequence[tuple[str, str, str]], metrics: Iterable[Metric] = ()
) -> dict[str, Any]:
    """A published table as a dataset: its columns as (name, type, comment), and the metrics over it."""
    schema, _, name = table.partition(".")
    days = [column for column, kind, _ in columns if kind.upper() in DAYS]
    return {
        "table_name": name,
        "schema": schema,
        "description": description,
        "main_dttm_col": days[0] if days else None,
        # the file is small and changes at night: nothing is kept
        "cache_timeout": -1,
        "filter_select_enabled": True,
        "columns": [_column(*column) for column in columns],
        "metrics": [_metric(metric) for metric in metrics],
        "uuid": identifier("dataset", table),
        "database_uuid": identifier("database", "kpi_mart"),
        "version": VERSION,
    }


def _column(name: str, kind: str, comment: str) -> dict[str, Any]:
    return {
        "column_name": name,
        "type": kind.upper(),
        "description": comment,
        "is_dttm": kind.upper() in DAYS,
        "groupby": True,
        "filterable": True,
        "is_active": True,
    }


def _metric(metric: Metric) -> dict[str, Any]:
    return {
        "metric_name": metric.id,
        "verbose_name": metric.name,
        "metric_type": None,
        "expression": expression(metric),
        "description": metric.description,
        "d3format": FORMATS.get(metric.shown_as, ",.1f"),
        "currency": {"symbol": "EUR", "symbolPosition": "prefix"} if metric.shown_as == "EUR" else None,
        "warning_text": SAID[Rule.ALONE] if metric.rule is Rule.ALONE else None,
    }
