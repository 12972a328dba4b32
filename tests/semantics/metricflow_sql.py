"""Runs in an environment that has MetricFlow: parses and validates a document, prints the SQL that MetricFlow writes.

Arguments: the document, then the metrics to ask for by month. dbt names the relation of a model; here it is named at
once.
"""

import json
import sys
from pathlib import Path

import yaml
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
from metricflow_semantic_interfaces.parsing.dir_to_model import (
    parse_yaml_files_to_validation_ready_semantic_manifest,
)
from metricflow_semantic_interfaces.parsing.objects import YamlConfigFile
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

SPINE = {"location": "main.time_spine", "column_name": "ds", "grain": "day"}


class Renderer:
    """Writes for DuckDB, and asks no database."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


document = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
parts = [{"project_configuration": {"time_spine_table_configurations": [SPINE]}}]
for model in document["semantic_models"]:
    assert model.pop("model") == "ref('kpi_value')"
    parts.append({"semantic_model": {**model, "node_relation": {"schema_name": "marts", "alias": "kpi_value"}}})
parts += [{"metric": metric} for metric in document["metrics"]]
file = YamlConfigFile(filepath="kpis.yaml", contents=yaml.safe_dump_all(parts, sort_keys=False))
built = parse_yaml_files_to_validation_ready_semantic_manifest([file])
validator = SemanticManifestValidator[PydanticSemanticManifest]()
issues = [*built.issues.all_issues, *validator.validate_semantic_manifest(built.semantic_manifest).all_issues]
engine = MetricFlowEngine(SemanticManifestLookup(built.semantic_manifest), Renderer())
statements = {}
for name in sys.argv[2:]:
    request = MetricFlowQueryRequest.create(metric_names=[name], group_by_names=["metric_time__month"])
    statements[name] = engine.explain(request).sql_statement.sql
print(json.dumps({"issues": [issue.as_readable_str() for issue in issues], "statements": statements}))
