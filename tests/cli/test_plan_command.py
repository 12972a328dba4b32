"""`kpi plan`: the worked example before anything was ever read, and the plan of a company's machine."""

from __future__ import annotations

import json

import pytest
from desk import Desk

from pipelines.cli import planning
from pipelines.cli.planning import Rates, plan
from pipelines.failures import WrongUse
from pipelines.runtime import Runtime


def test_the_worked_example_needs_no_warehouse(
    without_warehouse: Runtime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(planning, "runtime_from_environment", lambda: without_warehouse)
    plan(100, by="2026-12", rates=Rates.SEED, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert {stage["stage"]: stage["needed"] for stage in told["stages"]} == {
        "customer": 100,
        "opportunity": 300,
        "sql": 715,
        "mql": 1882,
        "lead": 4826,
    }
    assert (told["rounded_once_at_the_end"], told["first_day"], told["last_day"]) == (4820, "2026-01-01", "2026-12-31")
    assert sum(month["lead"] for month in told["months"]) == 4826
    assert told["segments"][0] == {
        "segment": "enterprise",
        "customer": 15,
        "opportunity": 45,
        "sql": 108,
        "mql": 285,
        "lead": 731,
    }
    plan(100, by="2026-12", rates=Rates.SEED)
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "Rounded once, at the end: 4820 leads." in shown
    assert "opportunity 300 2026-12 1/3 = 33.3% B05, example sales team; First Page Sage table (image lost)" in shown


def test_own_rates_need_a_warehouse(without_warehouse: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "runtime_from_environment", lambda: without_warehouse)
    with pytest.raises(WrongUse, match="kpi nightly"):
        plan(100)


def test_a_young_company_plans_with_benchmarks_and_says_so(
    worked_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert worked_desk.kpi("plan", "--customers", "100") == 0
    told = capsys.readouterr().out
    assert "lead: no cohort is ripe, so B08, First Page Sage, B2B SaaS stands in." in told
    assert worked_desk.kpi("plan", "--customers", "1000", "--json") == 0
    stages = {stage["stage"]: stage for stage in json.loads(capsys.readouterr().out)["stages"]}
    assert (stages["lead"]["needed"], stages["lead"]["rate"]) == (48200, "39/100")


def test_a_month_is_written_as_one(worked_desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert worked_desk.kpi("plan", "--customers", "100", "--by", "December") == 2
    assert capsys.readouterr().err.strip() == "--by: 'December' is no month: write it as in 2026-12"


@pytest.mark.nights
def test_a_company_that_planned_nothing_can_ask_for_a_plan_all_the_same(
    worked_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    worked_desk.configure("company.yaml", "customers: 100, ", "")
    assert worked_desk.kpi("nightly") == 0
    assert worked_desk.mart("select count(*) from marts.funnel_plan where needed is not null") == [(0,)]
    values = worked_desk.mart(
        "select distinct status_reason from marts.kpi_value where kpi_id = 'required_stage_volume'"
    )
    assert values == [("no plan asks for this month",)]
    capsys.readouterr()
    assert worked_desk.kpi("plan", "--customers", "1000", "--json") == 0
    stages = {stage["stage"]: stage["needed"] for stage in json.loads(capsys.readouterr().out)["stages"]}
    assert stages["lead"] == 48200
