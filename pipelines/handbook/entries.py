"""What the handbook says of each KPI, in the words of a language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.configuration import Config, Kpi
from pipelines.review.wording import Wording


@dataclass(frozen=True)
class Words:
    """The texts of a language: those of the pages, and those of the handbook alone."""

    wording: Wording
    texts: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        """The text of a key, or a mapping of texts."""
        return self.texts[key]

    def listed(self, group: str, names: tuple[str, ...]) -> str:
        """Names of one group in words, separated by commas."""
        return ", ".join(self.texts[group][name] for name in names)


@dataclass(frozen=True)
class Entry:
    """One KPI: its name, its formula and the facts about it, in the order in which they are shown."""

    kpi_id: str
    name: str
    formula: str
    note: str | None
    facts: tuple[tuple[str, str], ...]
    versions: tuple[str, ...]
    conflicts: tuple[str, ...]
    first_look: str | None


def entries_of_family(config: Config, family: str, words: Words) -> list[Entry]:
    """The KPIs of a family in the order of the catalogue."""
    return [_entry(config, kpi, words) for kpi in config.kpis if kpi.family == family]


def _entry(config: Config, kpi: Kpi, words: Words) -> Entry:
    is_english = words.wording.language == "en"
    translated = words.wording.known(f"formula.{kpi.id}.v{kpi.definition_version}")
    formula = kpi.formula_text.replace(" / ", " ÷ ") if is_english else translated or kpi.formula_text
    notes: Mapping[str, str] = words.texts.get("notes", {})
    return Entry(
        kpi.id,
        kpi.name_en if is_english else kpi.name_nl,
        formula,
        kpi.note if is_english else notes.get(kpi.id, kpi.note),
        tuple(_facts(config, kpi, words)),
        tuple(_versions(kpi, words)),
        tuple(words["conflicts"][conflict] for conflict in kpi.conflicts),
        words["first_look"].get(kpi.id),
    )


def _facts(config: Config, kpi: Kpi, words: Words) -> Iterator[tuple[str, str]]:
    """Label and text of everything that the catalogue says of a KPI."""
    labels = words["labels"]
    yield labels["made_as"], words["made_as"][kpi.made_as].format(of=", ".join(f"`{name}`" for name in kpi.of))
    if kpi.base:
        yield labels["base"], words["bases"][kpi.base]
    if kpi.measures:
        yield labels["measures"], " ÷ ".join(f"`{name}`" for name in kpi.measures)
    yield labels["unit"], words["units"][kpi.unit]
    yield labels["direction"], words["directions"][kpi.direction]
    yield labels["additivity"], words["additivities"][kpi.additivity]
    if kpi.range:
        yield labels["range"], words["ranges"][kpi.range]
    if kpi.interval:
        yield labels["interval"], words["intervals"][kpi.interval]
    if (days := config.window_days(kpi, kpi)) is not None:
        yield labels["window"], words["days"].format(days=days)
    for slices, grains in _grains_by_slices(kpi).items():
        yield words["by"].format(grains=words.listed("grains", tuple(grains))), words.listed("slices", slices)
    if kpi.vanity:
        yield labels["vanity"], words["vanity"]
    if kpi.same_measure_as:
        yield labels["same"], f"`{kpi.same_measure_as}`"
    for source in kpi.sources:
        yield words["sources"][source.source], source.fields
    if kpi.benchmarks:
        yield labels["benchmarks"], ", ".join(kpi.benchmarks)


def _grains_by_slices(kpi: Kpi) -> dict[tuple[str, ...], list[str]]:
    """The grains at which a KPI is divided in the same way."""
    found: dict[tuple[str, ...], list[str]] = {}
    for grain, slices in kpi.slices_by_grain.items():
        found.setdefault(slices, []).append(grain)
    return found


def _versions(kpi: Kpi, words: Words) -> Iterator[str]:
    """Every version of the definition but a first that is still valid."""
    if len(kpi.definitions) > 1:
        for one in kpi.definitions:
            since = words["since"].format(day=one.valid_from) if one.valid_from else words["from_the_beginning"]
            why = f" ({one.reason})" if one.reason else ""
            yield f"{one.definition_version}, {since}{why}: {one.formula_text.replace(' / ', ' ÷ ')}"
