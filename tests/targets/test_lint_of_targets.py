"""What the lint says of targets and packs: the examples of the books, and each finding by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.configuration import Goals, Packs, Target, load_config
from pipelines.configuration.located_yaml import read_yaml
from pipelines.targets import Finding, findings_of, look_at_packs, look_at_target

DATA = Path(__file__).parents[1] / "data" / "seed_targets.yaml"
SEEDS: list[dict[str, Any]] = read_yaml(DATA.read_text(encoding="utf-8"), DATA.name).data
SHIPPED = load_config(Path(__file__).parents[2] / "config")
LABELS = {"nl": "x", "en": "x"}
LEADS: dict[str, Any] = {
    "id": "leads", "kpi": "new_leads", "goal": "growth", "owner": "marketing", "entered_on": date(2025, 12, 1),
    "start": date(2026, 1, 1), "deadline": date(2026, 12, 31), "change_type": "level", "value": 50,
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What the lint knows of a KPI."""

    id: str = "new_leads"
    unit: str = "count"
    range: str | None = None
    direction: str = "up_good"
    vanity: bool = False
    made_as: str = "measured"
    conflicts: tuple[str, ...] = ()


def found(target: Mapping[str, Any], kpi: Facts = Facts(), goals: Goals = Goals()) -> list[Finding]:  # noqa: B008
    return list(look_at_target(Target.model_validate(target), kpi, goals))


def codes(target: Mapping[str, Any], kpi: Facts = Facts(), goals: Goals = Goals()) -> list[str]:  # noqa: B008
    return [one.code for one in found(target, kpi, goals)]


@pytest.mark.parametrize("seed", SEEDS, ids=[seed["target"]["id"] for seed in SEEDS])
def test_an_example_lacks_exactly_what_its_book_says(seed: dict[str, Any]) -> None:
    kpi = Facts(seed["target"]["kpi"], **{**seed["kpi"], "conflicts": tuple(seed["kpi"]["conflicts"])})
    all_codes = codes(seed["target"], kpi)
    missing = [code.removeprefix("missing_") for code in all_codes if code.startswith("missing_")]
    assert sorted(missing) == sorted(seed["missing"])
    assert sorted(code for code in all_codes if not code.startswith("missing_")) == seed.get("also", [])


def test_of_the_26_examples_none_is_complete_and_none_has_an_owner() -> None:
    assert len(SEEDS) == 26
    assert all("owner" in seed["missing"] for seed in SEEDS)
    assert sum("deadline" not in seed["missing"] for seed in SEEDS) == 5
    assert sum("value" in seed["missing"] for seed in SEEDS) == 3


def test_a_complete_target_has_nothing_said_of_it() -> None:
    assert found(LEADS) == []


def test_fifteen_percent_every_month_is_five_times_as_much_in_a_year() -> None:
    growing = LEADS | {"change_type": "relative_pct", "value": Decimal("0.15"), "baseline": "previous_period"}
    (one,) = found(growing)
    assert (one.severity, one.code) == ("warning", "compounding")
    assert one.message == "+15 % every month compounds to x5.35 in a year"
    assert codes(growing | {"value": Decimal("0.01")}) == []


@pytest.mark.parametrize(
    ("change", "kpi", "expected"),
    [
        ({}, Facts(vanity=True), ["vanity_target"]),
        ({"justification": "the brand is new here"}, Facts(vanity=True), []),
        ({"entered_on": date(2026, 1, 2)}, Facts(), ["entered_late"]),
        ({"goal": None}, Facts(), ["no_goal"]),
        ({"objective": "traffic"}, Facts(), ["unfit_objective"]),
        ({"change_type": "absolute", "value": -5, "baseline": 40}, Facts(), ["against_direction"]),
        ({"change_type": "absolute", "value": -5, "baseline": 40}, Facts(direction="neutral"), []),
        ({"change_type": "relative_pct", "value": Decimal("0.3")}, Facts(unit="ratio"),
            ["missing_baseline", "ambiguous_percentage"]),
        ({"change_type": "relative_pct", "value": Decimal("0.3"), "baseline": Decimal("0.2")}, Facts(unit="ratio"), []),
        ({"change_type": "relative_pct", "value": Decimal("0.0015"), "baseline": Decimal("0.003")}, Facts(unit="ratio"),
            ["ambiguous_percentage"]),
        ({"baseline": {"measured_in": "2026-Q1"}}, Facts(), ["baseline_within_target"]),
        ({"value": Decimal("0.15")}, Facts(unit="ratio", conflicts=("C08",)), ["missing_denominator"]),
        ({"value": Decimal("0.15"), "denominator": "clickers"}, Facts(unit="ratio", conflicts=("C08",)), []),
        ({}, Facts("ranking_keywords"), ["missing_position_threshold"]),
        ({"position_threshold": 10}, Facts("ranking_keywords"), []),
        ({}, Facts(made_as="not_built"), ["not_computed"]),
        ({"change_type": "relative_pct", "value": 15, "baseline": 40}, Facts(), ["ambiguous_percentage"]),
        ({"change_type": "relative_pct", "value": Decimal("0.15"), "baseline": 40}, Facts(), []),
        ({"change_type": "pp", "value": Decimal("0.5"), "baseline": Decimal("0.04")}, Facts(unit="ratio"),
            ["ambiguous_percentage"]),
    ],
)  # fmt: skip
def test_each_finding_comes_with_its_cause_and_goes_with_it(
    change: Mapping[str, Any], kpi: Facts, expected: list[str]
) -> None:
    assert codes({**LEADS, **change}, kpi) == expected


POINTS = LEADS | {"kpi": "lead_to_mql_rate", "change_type": "pp", "baseline": Decimal("0.12")}


@pytest.mark.parametrize(
    ("kpi_id", "change", "why"),
    [
        ("lead_to_mql_rate", {"value": 3}, "+3 is +300 percentage points"),
        ("lead_to_mql_rate", {"value": Decimal("0.9")}, "it aims at 1.02, and lead_to_mql_rate is never above 1"),
        ("lead_to_mql_rate", {"value": Decimal("0.88")}, None),
        ("lead_to_mql_rate", {"change_type": "level", "value": 15},
            "it aims at 15, and lead_to_mql_rate is never above 1"),
        ("lead_to_mql_rate", {"value": -1, "baseline": {"measured_in": 2024}}, "-1 is -100 percentage points"),
        ("email_unsubscribe_rate", {"change_type": "relative_pct", "value": -10}, "-1000 % is less than nothing"),
        ("email_unsubscribe_rate", {"change_type": "relative_pct", "value": -1}, None),
        ("visit_to_mql_rate", {"change_type": "level_min", "value": -5},
            "it aims at -5, and visit_to_mql_rate is never below 0"),
        ("roas", {"value": Decimal("1.5"), "baseline": 2}, None),
        ("email_list_net_growth", {"change_type": "relative_pct", "value": Decimal("-1.5"), "baseline": -20}, None),
        ("new_leads", {"change_type": "relative_pct", "value": 10, "baseline": 5}, None),
    ],
)  # fmt: skip
def test_what_a_ratio_can_never_be_is_no_target(kpi_id: str, change: Mapping[str, Any], why: str | None) -> None:
    kpi = SHIPPED.kpi(kpi_id)
    told = look_at_target(Target.model_validate({**POINTS, "kpi": kpi_id, **change}), kpi, Goals())
    found = [(one.severity, one.message) for one in told if one.code == "out_of_reach"]
    assert found == ([("error", why)] if why else [])


def test_a_review_is_due_from_the_day_after_its_date() -> None:
    (one,) = found(LEADS | {"review_on": date(2026, 6, 30)})
    assert one.code == "review_expired"
    assert [one.is_true_on(day) for day in (date(2026, 6, 30), date(2026, 7, 1))] == [False, True]


def test_a_pack_is_a_handful_of_kpis_with_a_goal() -> None:
    names = [f"kpi_{letter}" for letter in "abcdefgh"]
    goals = Goals.model_validate({"goals": [{"id": "g", "name": LABELS, "decision": LABELS, "kpis": names[1:]}]})
    packs = {"mine": Packs.model_validate({"packs": {"mine": [{"kpis": names}]}})}
    told = list(look_at_packs(packs, goals))
    assert [(one.severity, one.code) for one in told] == [("warning", "pack_too_large"), ("error", "kpi_without_goal")]
    assert told[1].message == "kpi_a serves no goal"


def test_nothing_is_said_of_the_shipped_targets_before_their_review() -> None:
    assert [one.code for one in findings_of(SHIPPED) if one.is_true_on(date(2026, 12, 1))] == []
