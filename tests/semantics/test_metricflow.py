"""MetricFlow itself reads the export, finds nothing wrong with it, and its SQL gives the figures of the mart."""

from __future__ import annotations

import json
import subprocess
import venv
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from nightly import shipped_project

from pipelines.kpi_parts import measures_of
from pipelines.semantics import Metric, Rule, metricflow_document, metrics_of

# it wants older libraries than the pipeline: it never shares an environment with it
METRICFLOW = "metricflow==0.213.0"
ASKING = Path(__file__).with_name("metricflow_sql.py")


def exported() -> tuple[Metric, ...]:
    project = shipped_project()
    return metrics_of(project.config, measures_of(project.tables))


def test_every_metric_names_its_unit_and_whether_it_may_be_summed() -> None:
    by_id = {metric.id: metric for metric in exported()}
    for made in metricflow_document(by_id.values(), "month")["metrics"]:
        told = made["config"]["meta"]
        metric = by_id[told["kpi_id"]]
        assert (told["unit"], told["summable"]) == (metric.unit, metric.rule is not Rule.ALONE)
        assert f"Unit: {metric.unit}." in made["description"]


def test_a_name_is_given_once_at_every_grain() -> None:
    for grain in ("day", "week", "month", "quarter", "year"):
        document = metricflow_document(exported(), grain)
        for names in (
            [metric["name"] for metric in document["metrics"]],
            [measure["name"] for model in document["semantic_models"] for measure in model["measures"]],
        ):
            assert len(names) == len(set(names))


@pytest.mark.torture
def test_metricflow_takes_the_export_and_gives_the_figures_of_the_mart(
    tmp_path: Path, mart: duckdb.DuckDBPyConnection
) -> None:
    venv.create(tmp_path / "own", with_pip=True)
    python = tmp_path / "own" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", METRICFLOW], check=True)
    told = asked(python, tmp_path)
    assert told["issues"] == []
    assert differing(mart, told["statements"]) == []


def asked(python: Path, folder: Path) -> dict[str, Any]:
    """What MetricFlow says of the export, and its SQL of every KPI by month, in total."""
    document = folder / "kpis.yaml"
    document.write_text(yaml.safe_dump(metricflow_document(exported(), "month"), sort_keys=False), encoding="utf-8")
    names = [metric.id for metric in exported() if "total" in metric.slices_by_grain["month"]]
    answer = subprocess.run([python, ASKING, document, *names], check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def differing(mart: duckdb.DuckDBPyConnection, statements: dict[str, str]) -> list[str]:
    """KPIs of which a month has another figure than the mart."""
    found = []
    for name, statement in statements.items():
        ((cells, wrong),) = mart.execute(
            f"""select count(*), count(*) filter (where said."{name}" is distinct from v.value)
            from marts.kpi_value as v left join ({statement}) as said on said.metric_time__month = v.period_start
            where v.kpi_id = '{name}' and v.grain = 'month' and v.slice = 'total'"""
        ).fetchall()
        found += [name] if wrong or not cells else []
    return found
