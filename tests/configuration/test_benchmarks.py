"""Figures of others: what may be written, what is refused where, and that no figure is invented."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pipelines.configuration import Config, config_from_texts
from pipelines.failures import WrongUse
from pipelines.planning import BENCHMARK, SEED, steps_of

ADDED = """
  - id: B15
    kpi: lead_to_mql_rate
    kind: industry
    value: 0.25
    source: a study
    industry: B2B SaaS
    date: 2026-01-31
    denominator: leads
    denominator_measure: lead_cohort
"""


def test_the_shipped_benchmarks_are_the_fourteen_of_the_documents(shipped: Config) -> None:
    by_id = {one.id: one for one in shipped.benchmarks}
    assert list(by_id) == [f"B{number:02d}" for number in range(1, 15)]
    assert by_id["B05"].value == Fraction(1, 3)
    assert by_id["B03"].bounds == (Fraction(7, 100), Fraction(9, 100))


def test_figures_of_a_lost_image_are_not_invented(shipped: Config) -> None:
    lost = [one for one in shipped.benchmarks if one.kind == "missing_image"]
    assert [(one.id, one.bounds, one.refusal) for one in lost] == [
        (name, (None, None), "its figures are not known") for name in ("B13", "B14")
    ]


def test_every_benchmark_that_is_no_norm_says_why(shipped: Config) -> None:
    norms = [one.id for one in shipped.benchmarks if one.refusal is None]
    assert norms == ["B03", "B04", "B05", "B06", "B07", "B08"]


def test_an_added_benchmark_is_planned_with_and_the_figures_that_came_along_stay(texts: Any) -> None:
    added = texts.changed("benchmarks.yaml", "  - id: B14", f"{ADDED.strip(chr(10))}\n\n  - id: B14")
    config = config_from_texts(added.changed("kpis/funnel.yaml", "benchmarks: [B08]", "benchmarks: [B15, B08]"))
    assert [step.rate for step in steps_of(config, BENCHMARK) if step.stage == "lead"] == [Fraction(1, 4)]
    assert [step.rate for step in steps_of(config, SEED) if step.stage == "lead"] == [Fraction(39, 100)]


def test_a_benchmark_changes_the_hash_because_it_changes_figures(texts: Any, shipped: Config) -> None:
    changed = config_from_texts(texts.changed("benchmarks.yaml", "value: 0.39", "value: 0.38"))
    assert changed.config_hash != shipped.config_hash
    assert changed.definitions_hash == shipped.definitions_hash


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        pytest.param("value: 1/3", "value: 1/0", "value: 1/3", ["'1/0' is no number", "1/3"], id="division by zero"),
        pytest.param("value: 1/3", "value: a third", "value: 1/3", ["'a third' is no number"], id="words"),
        pytest.param("value: 0.42", "value: -0.42", "value: 0.42", ["value cannot be"], id="negative"),
        pytest.param("kind: industry", "kind: industri", "kind: industry", ["'industri'", "'industry'"], id="kind"),
        pytest.param("    low: 0.07\n", "", "id: B03", ["B03 is no range", "low and high"], id="half a range"),
        pytest.param(
            "low: 0.07", "low: 0.7", "id: B03", ["B03 is no range", "the lower one first"], id="wrong way round"
        ),
        pytest.param("    value: 0.42\n", "", "id: B06", ["B06 says no value"], id="no value"),
        pytest.param("    rule: gross_margin_per_order\n", "", "id: B10", ["B10 says no rule"], id="no rule"),
        pytest.param(
            "kind: missing_image", "kind: missing_image\n    value: 0.5", "id: B13", ["lost image"], id="invented"
        ),
        pytest.param("    kpi: cpa\n", "", "id: B10", ["B10 names no KPI"], id="no KPI"),
        pytest.param(
            "kpi: cpa", "kpi: cpaa", "kpi: cpa", ["unknown KPI 'cpaa'", "did you mean 'cpa'?"], id="no such KPI"
        ),
        pytest.param(
            "rule: gross_margin_per_order",
            "rule: gross_margin",
            "rule: gross",
            ["unknown KPI 'gross_margin'"],
            id="no such rule",
        ),
        pytest.param("- id: B02", "- id: B01", "id: B02", ["B01 stands twice"], id="twice"),
        pytest.param(
            "    source: 20 sales", "    sorce: 20 sales", "20 sales", ["'sorce'", "'source'"], id="wrong key"
        ),
        pytest.param("benchmarks:", "benchmark:", "# What", ["not one list"], id="no list"),
    ],
)
def test_a_wrong_benchmark_is_told_with_its_line(texts: Any, old: str, new: str, at: str, words: list[str]) -> None:
    changed = texts.changed("benchmarks.yaml", old, new)
    with pytest.raises(WrongUse) as caught:
        config_from_texts(changed)
    message, lines = str(caught.value), texts["benchmarks.yaml"].splitlines()
    line = next(number for number, line in enumerate(lines, 1) if at in line)
    assert f"line {line} " in message or f"line {line}:" in message, message
    for word in words:
        assert word in message


def test_a_kpi_names_only_benchmarks_that_stand_in_the_file(texts: Any) -> None:
    with pytest.raises(WrongUse, match=r"config/kpis/funnel.yaml line \d+: unknown benchmark 'B80': did you mean"):
        config_from_texts(texts.changed("kpis/funnel.yaml", "benchmarks: [B08]", "benchmarks: [B80]"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("smb: 0.25", "smb: 0.75", ["add up to 1.25"], id="more than all"),
        pytest.param("smb: 0.25", "smb: 0", ["smb cannot be 0"], id="nothing"),
        pytest.param("customers: 100", "customers: 100, by: 2026-13", ["'2026-13' is no month"], id="month"),
        pytest.param("customers: 100", "customers: 0", ["customers cannot be 0"], id="no customers"),
    ],
)
def test_a_wrong_plan_is_told_with_its_line(texts: Any, old: str, new: str, words: list[str]) -> None:
    with pytest.raises(WrongUse, match=r"config/company.yaml line \d+: ") as caught:
        config_from_texts(texts.changed("company.yaml", old, new))
    for word in words:
        assert word in str(caught.value)
