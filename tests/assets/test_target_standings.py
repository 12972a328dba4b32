"""Every stepping stone, actual and pace equals the answer key, for targets of every shape on the demo company."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from answer_key_rules import rules_from_config
from nightly import new_warehouse, running_company, shipped_project, tiny_truth

from pipelines.build import Project
from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.sandbox.answer_key import AskedTarget, expected_kpis, expected_standings

pytestmark = pytest.mark.nights

JUNE, SEPTEMBER, YEAR_END = date(2026, 6, 1), date(2026, 9, 1), date(2026, 12, 31)
MEASURED_IN_JUNE = ("month", JUNE)
TARGETS = (
    AskedTarget("ramp", "new_leads", "level", Decimal(60), date(2026, 7, 1), YEAR_END, baseline=Decimal(30)),
    AskedTarget("weekly", "new_leads", "level", Decimal(7), JUNE, date(2026, 9, 15), "week"),
    AskedTarget("weekly_from_june", "new_leads", "relative_pct", Decimal("0.1"), date(2026, 7, 1), YEAR_END, "week",
        MEASURED_IN_JUNE),
    AskedTarget("by_channel", "new_leads", "relative_pct", Decimal("0.2"), date(2026, 7, 1), YEAR_END,
        baseline=MEASURED_IN_JUNE, member=("channel", "Paid Search")),
    AskedTarget("every_month", "orders", "relative_pct", Decimal("0.05"), date(2026, 7, 1), YEAR_END,
        baseline="previous_period"),
    AskedTarget("year", "revenue", "level", Decimal("300000.50"), JUNE, YEAR_END, "year"),
    AskedTarget("quarter", "revenue", "absolute", Decimal(5000), JUNE, YEAR_END, "quarter", MEASURED_IN_JUNE),
    AskedTarget("term", "orders", "level", Decimal(400), date(2026, 6, 20), YEAR_END, "term",
        member=("channel", "Email")),
    AskedTarget("points", "lead_to_mql_rate", "pp", Decimal("0.05"), date(2026, 7, 1), YEAR_END,
        baseline=MEASURED_IN_JUNE, adds_up=False, settles_after=90),
    AskedTarget("points_of_visits", "bounce_rate", "pp", Decimal("-0.02"), date(2026, 7, 1), YEAR_END,
        baseline=MEASURED_IN_JUNE, adds_up=False, settles_after=3),
    AskedTarget("part_of_a_quarter", "new_leads", "relative_pct", Decimal("0.1"), date(2026, 7, 1), YEAR_END,
        baseline=("quarter", date(2026, 4, 1))),
    AskedTarget("level_from_a_part", "new_leads", "level", Decimal(60), date(2026, 7, 1), YEAR_END,
        baseline=("month", date(2026, 5, 1))),
    AskedTarget("at_least", "lead_to_mql_rate", "level_min", Decimal("0.35"), JUNE, YEAR_END, adds_up=False),
    AskedTarget("last_year", "orders", "relative_pct", Decimal("0.1"), JUNE, YEAR_END,
        baseline="same_period_last_year"),
)  # fmt: skip


def written(target: AskedTarget) -> str:
    """The target as its file would have it."""
    slice_, member = target.member
    lines = [
        f"- id: {target.target_id}", f"  kpi: {target.kpi_id}", f"  change_type: {target.change}",
        f"  value: {target.value}", f"  period: {target.period}", f"  entered_on: {target.start}",
        f"  deadline: {target.deadline}", "  owner: marketing",
    ]  # fmt: skip
    if isinstance(target.baseline, tuple):
        grain, first = target.baseline
        measured = f"{first:%Y}-Q{(first.month + 2) // 3}" if grain == "quarter" else f"{first:%Y-%m}"
        lines.append(f"  baseline: {{measured_in: {measured}}}")
    elif target.baseline is not None:
        lines.append(f"  baseline: {target.baseline}")
    if member:
        lines.append(f"  scope: {{{slice_}: {member}}}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def standings(tmp_path_factory: pytest.TempPathFactory) -> dict[Any, dict[str, Any]]:
    connection = new_warehouse()
    with running_company(tmp_path_factory.mktemp("inbox")) as company:
        company.night(connection, company.truth.today, project_with_targets())
    found = found_in(connection)
    connection.close()
    return found


def project_with_targets() -> Project:
    texts = {**shipped_project().config.texts, "targets.yaml": "".join(map(written, TARGETS))}
    return load_project(config_from_texts(texts))


def found_in(connection: duckdb.DuckDBPyConnection) -> dict[Any, dict[str, Any]]:
    rows = connection.execute("select * from marts.kpi_target_status where status <> 'not_started'")
    names = [column[0] for column in rows.description or ()]
    listed = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return {(row["target_id"], row["period_start"]): row for row in listed}


def test_every_standing_is_what_the_answer_key_says(standings: dict[Any, dict[str, Any]]) -> None:
    truth = tiny_truth()
    figures = expected_kpis(truth, truth.today, rules_from_config())
    expected = expected_standings(TARGETS, figures, truth.first_day, truth.today)
    assert standings.keys() == expected.keys()
    wrong = [
        (key, name, standings[key][name], value)
        for key, row in expected.items()
        for name, value in row.items()
        if (value is None) != (standings[key][name] is None)
        or (value is not None and abs(standings[key][name] - float(value)) > 1e-9 * max(1, abs(float(value))))
    ]
    assert wrong == []
    assert {name for row in expected.values() for name, value in row.items() if value is not None} == {
        "baseline", "target_value", "expected_by_now", "actual", "pace"
    }  # fmt: skip


def test_a_running_month_is_held_against_the_days_that_are_over(standings: dict[Any, dict[str, Any]]) -> None:
    row = standings["weekly", date(2026, 8, 1)]
    assert (row["expected_by_now"], row["as_of"]) == (31, date(2026, 8, 31))
    assert standings["year", SEPTEMBER]["as_of"] == date(2026, 9, 7)


@pytest.mark.parametrize("target_id", ["points", "part_of_a_quarter", "level_from_a_part"])
def test_a_period_that_is_not_whole_is_no_baseline(standings: dict[Any, dict[str, Any]], target_id: str) -> None:
    rows = [row for (found, _), row in standings.items() if found == target_id]
    assert {(row["baseline"], row["status"], row["reason"]) for row in rows} == {
        (None, "incomplete", "the baseline period is not whole")
    }
