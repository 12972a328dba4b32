"""Superset's dashboard as files: they hold together, type no formula, and connect to the mart alone."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from nightly import shipped_project

from pipelines.failures import WrongUse
from pipelines.kpi_parts import measures_of
from pipelines.semantics import identifier, metrics_of, superset_bundle

FOLDER = Path(__file__).parents[2] / "config" / "bi" / "superset"
MART = Path("/srv/data/published/current/kpi_mart.duckdb")


def bundle(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    project = shipped_project()
    made = superset_bundle(folder, project.tables, metrics_of(project.config, measures_of(project.tables)), MART)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return {name: yaml.safe_load(archive.read(name)) for name in archive.namelist()}


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {name: content for name, content in bundle().items() if f"/{kind}/" in name}


def test_the_connection_is_the_published_mart() -> None:
    (database,) = of_kind("databases").values()
    assert database["sqlalchemy_uri"] == f"duckdb:///{MART}"
    assert database["extra"]["engine_params"]["connect_args"]["read_only"] is True
    assert not any(database[may] for may in ("allow_dml", "allow_ctas", "allow_cvas", "allow_csv_upload"))


def test_every_chart_names_a_dataset_its_columns_and_metrics_of_the_catalogue() -> None:
    datasets = {one["uuid"]: one for one in of_kind("datasets").values()}
    for name, chart in of_kind("charts").items():
        dataset = datasets[chart["dataset_uuid"]]
        (query,) = json.loads(chart["query_context"])["queries"]
        named = [one for one in query["metrics"] or [] if isinstance(one, str)]
        assert set(named) <= {metric["metric_name"] for metric in dataset["metrics"]}, name
        columns = [one if isinstance(one, str) else one["sqlExpression"] for one in query["columns"]]
        columns += [one["col"] for one in query["filters"]]
        assert set(columns) <= {column["column_name"] for column in dataset["columns"]}, name


def test_a_chart_of_kpis_keeps_to_one_grain_and_one_slice() -> None:
    kpis = identifier("dataset", "marts.kpi_value")
    for name, chart in of_kind("charts").items():
        if chart["dataset_uuid"] == kpis:
            assert [one["subject"] for one in chart["params"]["adhoc_filters"]] == ["grain", "slice"], name


def test_no_chart_types_a_formula() -> None:
    typed = [
        metric["sqlExpression"]
        for chart in of_kind("charts").values()
        for metric in [*chart["params"].get("metrics", []), chart["params"].get("metric")]
        if isinstance(metric, dict)
    ]
    assert set(typed) == {"sum(entered)", "count(*)"}


def test_the_dashboard_holds_every_chart() -> None:
    (dashboard,) = of_kind("dashboards").values()
    placed = {one["meta"]["uuid"] for key, one in dashboard["position"].items() if key.startswith("CHART-")}
    assert placed == {chart["uuid"] for chart in of_kind("charts").values()}


def test_what_is_never_summed_warns_in_superset() -> None:
    (kpis,) = [one for one in of_kind("datasets").values() if one["table_name"] == "kpi_value"]
    warned = {metric["metric_name"] for metric in kpis["metrics"] if metric["warning_text"]}
    assert {"users", "channel_traffic_share"} <= warned
    assert not {"cpl", "new_leads"} & warned


def test_a_folder_without_a_dashboard_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="does not hold charts, dashboards, databases"):
        bundle(tmp_path)


def test_the_same_catalogue_is_the_same_file() -> None:
    project = shipped_project()
    metrics = metrics_of(project.config, measures_of(project.tables))
    made = {superset_bundle(FOLDER, project.tables, metrics, MART) for _ in range(2)}
    assert len(made) == 1
