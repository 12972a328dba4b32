"""Every KPI that the project answers for is defined, counted, explained in both languages, and known to the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from answer_key_rules import rules_from_config
from company_of_years import NEED_YEARS
from nightly import shipped_project, tiny_truth

from pipelines.configuration import Config, Kpi
from pipelines.handbook import handbook_files
from pipelines.kpi_parts import measure_named, measures_of
from pipelines.sandbox.answer_key import expected_kpis

DUE = {
    kpi_id: family
    for family, ids in yaml.safe_load((Path(__file__).parent / "data" / "due_kpis.yaml").read_text("utf-8")).items()
    for kpi_id in ids
}
NOT_BUILT = "not built yet"
TWO_YEARS_OF_WEBSITE = "needs two years of website; growth is counted by the statements that count that of leads"
# why the answer key has no figure of a KPI
UNKNOWN_TO_THE_SANDBOX = {
    **dict.fromkeys(("journey_steps", "assisted_conversions"), NOT_BUILT),
    **dict.fromkeys(("predicted_clv", "clv_cac_ratio", "net_value_per_new_customer"), NOT_BUILT),
    **dict.fromkeys(("traffic_growth_rate", "organic_traffic_growth_yoy"), TWO_YEARS_OF_WEBSITE),
    "lead_quality_score": "needs a load while a lead is seven days old; see the cases of measures.lead",
}


@pytest.fixture(scope="module")
def config() -> Config:
    return shipped_project().config


@pytest.fixture(scope="module")
def handbook(config: Config) -> Mapping[str, str]:
    return handbook_files(config)


@pytest.fixture(scope="module")
def known(config: Config) -> frozenset[str]:
    """The KPIs of which the answer key has a figure, of the small company or of that of two years."""
    truth, ratios = tiny_truth(), {kpi.id for kpi in config.kpis if kpi.formula.denominator}
    expected = expected_kpis(truth, truth.today, rules_from_config())
    figures = ((key[0], parts) for key, parts in expected.items() if parts[0] is not None)
    return frozenset({*NEED_YEARS, *(kpi_id for kpi_id, parts in figures if parts[1] or kpi_id not in ratios)})


@pytest.mark.parametrize("kpi_id", sorted(DUE))
def test_a_kpi_is_defined_counted_explained_and_known(
    config: Config, handbook: Mapping[str, str], known: frozenset[str], kpi_id: str
) -> None:
    kpi = {one.id: one for one in config.kpis}.get(kpi_id)
    assert kpi is not None, "the catalogue has no entry"
    assert kpi.family == DUE[kpi_id]
    assert list(_lacking(kpi, handbook, known)) == []


def test_a_kpi_without_a_figure_in_the_answer_key_says_why(config: Config, known: frozenset[str]) -> None:
    assert UNKNOWN_TO_THE_SANDBOX.keys() & known == set()
    not_built = {kpi.id for kpi in config.kpis if kpi.made_as == "not_built"}
    assert {kpi_id for kpi_id, reason in UNKNOWN_TO_THE_SANDBOX.items() if reason == NOT_BUILT} == not_built


def _lacking(kpi: Kpi, handbook: Mapping[str, str], known: frozenset[str]) -> Iterator[str]:
    measures = measures_of(shipped_project().tables)
    if kpi.made_as == "measured" and not kpi.measures:
        yield "a measure"
    yield from (f"measure {name}" for name in kpi.measures if not measure_named(name, measures))
    for language in ("en", "nl"):
        if f"\n`{kpi.id}` = " not in handbook[f"{language}/{kpi.family}.md"]:
            yield f"an entry in the handbook ({language})"
    if kpi.id not in known and kpi.id not in UNKNOWN_TO_THE_SANDBOX:
        yield "a figure in the answer key"
