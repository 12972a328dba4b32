"""What the command `kpi nightly` itself says and ends with: the same lines and exit code that the table promises."""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import set_environment
from failure_matrix import Row, failures_of_source
from failure_nights import FIRST_DAY, SMALL, SPOILT_MORNING

from pipelines import ga4, source_access
from pipelines.cli import main
from pipelines.ga4_errors import Patience
from pipelines.publishing import current_manifest
from pipelines.sandbox.demo_company import demo_company
from pipelines.sandbox.ga4_faults import Failure
from pipelines.sandbox.ga4_server import serve_ga4
from pipelines.sandbox.ga4_wordings import REFUSALS
from pipelines.sandbox.mailchimp_faults import FAULTS
from pipelines.sandbox.mailchimp_server import serve_mailchimp

pytestmark = pytest.mark.nights

HASTY = Patience(first_pause_s=0.001, longest_pause_s=0.002)


def row_of(source: str, name: str) -> Row:
    (found,) = [row for row in failures_of_source(source).rows if row.id == name]  # type: ignore[arg-type]
    return found


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of a company whose GA4 is away for ever, and whose Mailchimp key was revoked."""
    shutil.copytree(Path(__file__).parents[2] / "config", tmp_path / "config")
    # every day of a report costs the instance an event
    sources = tmp_path / "config" / "sources.yaml"
    sources.write_text(sources.read_text().replace("start_date:", f"start_date: {FIRST_DAY}", 1))
    away, revoked = Failure(*REFUSALS["server away"], calls=()), FAULTS["problem 401 API Key Invalid"]
    truth = demo_company(SMALL)
    with (
        serve_ga4(truth, SPOILT_MORNING, faults=[away]) as property_,
        serve_mailchimp(truth, SPOILT_MORNING, faults=[revoked]) as account,
    ):
        set_environment(monkeypatch, tmp_path, property_.endpoint, account.base_url)
        monkeypatch.setenv("KPI_TODAY", SPOILT_MORNING.isoformat())
        # the pauses between tries are not what is tested here
        monkeypatch.setattr(source_access.ga4, "connect", functools.partial(ga4.connect, patience=HASTY))
        yield tmp_path / "data"


def test_sources_that_fail_for_different_reasons_are_both_named_and_the_mart_is_published(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away, revoked = row_of("ga4", "unavailable"), row_of("mailchimp", "key_invalid")

    assert main(["nightly"]) == failures_of_source("ga4").outcome(away).exit_code

    error = capsys.readouterr().err
    last = error.strip().splitlines()[-1]
    # a run decides itself which report it asks for first
    for pattern in (*(told.replace("day_total", r"\w+") for told in away.told), *revoked.told):
        assert re.search(pattern, last), (pattern, last)
    assert away.remedy in last and revoked.remedy in last
    assert "Traceback" not in error
    manifest = current_manifest(data / "published")
    assert manifest is not None and manifest["business_date"] == str(SPOILT_MORNING)
