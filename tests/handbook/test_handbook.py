"""The handbook is the one that the catalogue makes, whole in both languages, and without texts that nobody reads."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from pipelines.configuration import Config, load_config
from pipelines.configuration.benchmarks import Benchmark
from pipelines.configuration.catalogue import Grain, Kpi, MadeAs, Slice
from pipelines.configuration.kpi_definition import Additivity, SourceKind
from pipelines.handbook import handbook_files

ROOT = Path(__file__).parents[2]
WRITTEN, CODE = ROOT / "docs" / "handbook", ROOT / "pipelines" / "handbook"
LANGUAGES = ("en", "nl")
# the groups of texts by what they are the words for
WORDS_FOR = {
    "made_as": get_args(MadeAs),
    "grains": get_args(Grain),
    "slices": get_args(Slice),
    "additivities": get_args(Additivity),
    "sources": get_args(SourceKind),
    "directions": get_args(Kpi.model_fields["direction"].annotation),
    "units": (*get_args(Kpi.model_fields["unit"].annotation), "factor", "points"),
    "benchmark_kinds": get_args(Benchmark.model_fields["kind"].annotation),
}


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config(ROOT / "config")


def texts(name: str) -> Any:
    return yaml.safe_load((CODE / "texts" / f"{name}.yaml").read_text("utf-8"))


def practices() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((CODE / "practices.yaml").read_text("utf-8"))
    return found


def keys(found: object, prefix: str = "") -> set[str]:
    if not isinstance(found, dict):
        return {prefix}
    return {key for name, value in found.items() for key in keys(value, f"{prefix}.{name}")}


def anchors(page: str) -> set[str]:
    return set(re.findall(r'<a id="(\w+)"></a>', page))


def test_the_handbook_is_what_make_docs_writes(config: Config) -> None:
    stored = {path.relative_to(WRITTEN).as_posix(): path.read_text("utf-8") for path in WRITTEN.rglob("*.md")}
    made = handbook_files(config)
    stale = sorted(name for name in made.keys() | stored.keys() if made.get(name) != stored.get(name))
    assert stale == [], "run `make docs`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kpi_has_one_entry(config: Config, language: str) -> None:
    found = {name: anchors(text) for name, text in handbook_files(config).items() if name.startswith(language)}
    for kpi in config.kpis:
        assert [name for name, ids in found.items() if kpi.id in ids] == [f"{language}/{kpi.family}.md"]


def test_every_link_leads_somewhere(config: Config) -> None:
    files = handbook_files(config)
    dead = []
    for name, text in files.items():
        for target in re.findall(r"\]\(([^)]+)\)", text):
            inside = target.startswith("#") and target[1:] in anchors(text)
            if not inside and not (WRITTEN / name).parent.joinpath(target).resolve().is_file():
                dead.append((name, target))
    assert dead == []


def test_a_benchmark_is_told_with_its_figure_and_its_source(config: Config) -> None:
    page = handbook_files(config)["nl/funnel.md"]
    assert "| Benchmark B07 | branche: 38,0%; First Page Sage, B2B SaaS |" in page
    assert "| Benchmark B07 | `mql_to_sql_rate`, branche: 38,0%; First Page Sage, B2B SaaS |" in page
    assert "bandbreedte: 7,0% tot 9,0%; unnamed" in page
    assert "33,3% (1/3)" in page


def test_both_languages_have_the_same_texts() -> None:
    assert keys(texts("en")) == keys(texts("nl"))


@pytest.mark.parametrize("group", WORDS_FOR)
def test_a_group_of_words_is_complete_and_has_none_left_over(group: str) -> None:
    assert set(texts("en")[group]) == set(WORDS_FOR[group])


def test_no_word_of_the_catalogue_is_missing_or_left_over(config: Config) -> None:
    english, versions = texts("en"), [one for kpi in config.kpis for one in kpi.definitions]
    assert set(english["bases"]) == {kpi.base for kpi in config.kpis} - {None}
    assert set(english["ranges"]) == {one.range for one in versions} - {None}
    assert set(english["intervals"]) == {one.interval for one in versions} - {None}
    assert set(english["conflicts"]) == {name for kpi in config.kpis for name in kpi.conflicts}
    assert english["first_look"].keys() <= {kpi.id for kpi in config.kpis}


def test_no_text_is_left_over() -> None:
    read = "".join(path.read_text("utf-8") for path in (*CODE.glob("*.py"), *(CODE / "templates").iterdir()))
    english = texts("en")
    assert [key for key in (*english, *english["labels"]) if not re.search(rf"""["']{key}["']""", read)] == []


def test_a_kpi_without_dutch_words_stands_in_english(config: Config) -> None:
    orders = config.kpi("orders").model_copy(update={"formula_nl": None, "note_nl": None})
    untranslated = replace(config, kpis=tuple(orders if kpi.id == "orders" else kpi for kpi in config.kpis))
    page = handbook_files(untranslated)["nl/ecommerce.md"]
    assert orders.formula_text in page and str(orders.note) in page


def test_every_habit_stands_once_in_both_languages() -> None:
    assert [one["id"] for one in practices()] == [f"P{number:02d}" for number in range(1, 54)]
    assert [
        one["id"] for one in practices() for language in LANGUAGES if set(one[language]) != {"practice", "check"}
    ] == []


def test_what_keeps_a_habit_exists() -> None:
    assert [path for one in practices() for path in one.get("where", []) if not (ROOT / path).is_file()] == []


def test_a_habit_that_nothing_keeps_says_so() -> None:
    unkept = [one for one in practices() if not one.get("where")]
    assert [one["id"] for one in unkept if not one["en"]["check"].startswith("nothing checks this")] == []
