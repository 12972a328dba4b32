"""The KPI catalogue as definitions for BI tools, so that nobody types a formula again.

`metrics` says how the figures of a KPI may be put together, `metricflow` and `superset` write it for a tool, `bundle`
puts Superset's dashboard together.
"""

from pipelines.semantics.bundle import kpi_dataset, superset_bundle
from pipelines.semantics.metricflow import metricflow_document
from pipelines.semantics.metrics import Metric, Rule, metrics_of
from pipelines.semantics.superset import expression, identifier

__all__ = [
    "Metric",
    "Rule",
    "expression",
    "identifier",
    "kpi_dataset",
    "metricflow_document",
    "metrics_of",
    "superset_bundle",
]
