"""`kpi semantics` and `kpi superset`, as somebody types them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from desk import Desk


def test_metricflow_is_told_on_standard_output(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.kpi("semantics", "--format", "metricflow", "--grain", "quarter") == 0
    document = yaml.safe_load(capsys.readouterr().out)
    assert "cpl_by_channel" in {metric["name"] for metric in document["metrics"]}
    assert "kpi_quarter" in {model["name"] for model in document["semantic_models"]}


def test_superset_gets_its_metrics_or_the_whole_dashboard(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.kpi("semantics", "--format", "superset") == 0
    assert "cpl" in {metric["metric_name"] for metric in yaml.safe_load(capsys.readouterr().out)["metrics"]}
    assert desk.kpi("semantics", "--format", "superset", "--bundle", str(tmp_path / "mart.zip")) == 0
    assert (tmp_path / "mart.zip").read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["semantics", "--format", "metricflow", "--grain", "hour"], "--grain: 'hour' is no grain: use one of day"),
        (["semantics", "--format", "metricflow", "--bundle", "a.zip"], "--bundle: only Superset imports one"),
        (["superset"], "kpi superset: nothing was published yet: publish with `kpi publish`"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    desk: Desk, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert desk.kpi(*words) == 2
    assert said in capsys.readouterr().err
