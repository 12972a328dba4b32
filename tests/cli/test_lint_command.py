"""`kpi lint`: what it prints, and with what it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.settings import PROJECT_ROOT

UNFINISHED = """
- id: more_sales
  kpi: revenue
  entered_on: 2026-11-01
  change_type: direction_only
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration of one's own."""
    monkeypatch.setenv("KPI_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("KPI_DATA", str(tmp_path / "data"))
    return Path(shutil.copytree(PROJECT_ROOT / "config", tmp_path / "config"))


def test_without_an_error_the_lint_ends_well_and_needs_no_warehouse(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint"]) == 0
    assert capsys.readouterr() == ("nothing to say about 9 targets\n", "")
    file = config / "targets.yaml"
    file.write_text(file.read_text().replace("  review_on: 2027-01-31", "  review_on: 2026-10-31", 1))
    assert main(["lint", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["severity"], found["code"], found["subject"]) == ("warning", "review_expired", "revenue_2026")


def test_a_target_that_cannot_be_judged_ends_with_exit_code_1(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config / "targets.yaml").write_text(UNFINISHED)
    assert main(["lint", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in found if one["severity"] == "error"] == [
        "missing_value", "missing_baseline", "missing_deadline", "missing_owner", "direction_only"
    ]  # fmt: skip
    assert found[0] == {
        "severity": "error", "code": "missing_value", "subject": "more_sales", "message": "it has no number",
        "remedy": "say how much",
    }  # fmt: skip
