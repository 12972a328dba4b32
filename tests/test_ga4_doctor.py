"""What `kpi doctor` asks GA4: that it answers, in which zone, with which names, and whether it takes each report."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ga4_reading import LATER
from ga4_truth import PROPERTY, truth_of

from pipelines.definitions import runtime_from_environment
from pipelines.doctor import Finding
from pipelines.ga4_reports import REPORTS
from pipelines.reachability import ask_sources
from pipelines.sandbox.ga4_faults import Failure, Fault, Moved, Renamed
from pipelines.sandbox.ga4_server import Ga4Server, serve_ga4

Doctor = Callable[..., dict[str, Finding]]


@pytest.fixture(scope="module")
def server() -> Iterator[Ga4Server]:
    with serve_ga4(truth_of([]), LATER) as server:
        yield server


@pytest.fixture
def doctor(tmp_path: Path, server: Ga4Server) -> Doctor:
    """Asks a property with faults, of a company without newsletters; the findings by check."""
    config = tmp_path / "config"
    shutil.copytree(Path(__file__).parents[1] / "config", config)
    text = (config / "sources.yaml").read_text()
    before, block, after = text.partition("\nmailchimp:\n")
    (config / "sources.yaml").write_text(before + block + after.replace("enabled: true", "enabled: false", 1))

    def ask(*faults: Fault, **environ: str) -> dict[str, Finding]:
        server.plan(*faults)
        settings = {
            "KPI_CONFIG": str(config),
            "KPI_DATA": str(tmp_path / "data"),
            "KPI_PEPPER": "random",
            "GA4_PROPERTY_ID": PROPERTY,
            "GA4_ENDPOINT": server.endpoint,
        }
        return {one.check: one for one in ask_sources(runtime_from_environment(settings | environ))}

    return ask


def test_a_property_that_answers_and_takes_every_report_is_well(doctor: Doctor, server: Ga4Server) -> None:
    for more in ({}, {"GA4_TRANSPORT": "rest", "GA4_ENDPOINT": server.rest_endpoint}):
        found = doctor(**more)
        assert {one.state for name, one in found.items() if name.startswith("ga4")} == {"ok"}
        assert found["ga4"].text.startswith(f"property {PROPERTY} answers, with ")
        assert {f"ga4 {report.name}" for report in REPORTS} <= found.keys()


def test_a_property_in_another_zone_than_the_company_is_a_warning(doctor: Doctor) -> None:
    found = doctor(Moved("America/New_York"))["ga4 time zone"]
    assert found.state == "warning"
    assert found.text == "the property counts its days in America/New_York, the company in Europe/Amsterdam"


def test_a_field_that_was_renamed_is_told_with_its_new_name(doctor: Doctor) -> None:
    found = doctor(Renamed("checkouts", "checkoutsStarted"))["ga4 shop_day fields"]
    assert (found.state, found.text) == ("warning", "checkouts is called checkoutsStarted now")


def test_a_field_that_the_property_does_not_know_is_told(doctor: Doctor) -> None:
    found = doctor(Renamed("advertiserAdCost"))["ga4 cost_day fields"]
    assert (found.state, found.text) == ("warning", "the property has no field advertiserAdCost")


def test_a_property_without_access_fails_and_nothing_more_is_asked(doctor: Doctor) -> None:
    found = doctor(GA4_PROPERTY_ID="815")
    (one,) = (finding for name, finding in found.items() if name.startswith("ga4"))
    assert (one.state, one.exit_code) == ("failed", 2)
    assert "the Viewer role" in one.remedy


def test_every_request_that_follows_from_the_catalogue_is_listed_with_its_price(doctor: Doctor) -> None:
    found = doctor()
    listed = {name: one.text for name, one in found.items() if name.startswith("ga4 derived ")}
    assert re.fullmatch(r"GA4 takes it as a whole, for about \d+ tokens a night", listed["ga4 derived day/channel/all"])
    assert any("month/landing_page/eventName" in name for name in listed)
    total = re.fullmatch(r"(\d+) requests follow from the KPIs, .*", found["ga4 derived requests"].text)
    assert total and int(total[1]) == len(listed) - 1


def test_a_derived_request_that_the_property_does_not_take_is_told_with_its_name(doctor: Doctor) -> None:
    refused = Failure("INVALID_ARGUMENT", "Please remove landingPage.", (), "CheckCompatibility", "newUsers")
    found = doctor(refused)
    broken = [name for name, one in found.items() if one.state == "failed"]
    assert "ga4 derived month/landing_page/all" in broken
    assert "ga4 derived month/landing_page/eventName" not in broken
