"""What the handbook says of each KPI, in the words of a language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipelines.configuration import Config, Kpi
from pipelines.configuration.benchmarks import Benchmark
from pipelines.review.wording import SHOWN_AS_FACTOR, SHOWN_AS_POINTS, Wording

NAME = re.compile(r"(?<![`\w./])(?:ga4(?:\.\w+)+|(?:\w+\.)*[a-z0-9]+_\w+(?:\.\w+)*)(?![`\w])")


@dataclass(frozen=True)
class Words:
    """The texts of a language: those of the pages, and those of the handbook alone."""

    wording: Wording
    texts: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        """The text of a key, or a mapping of texts."""
        return self.texts[key]

    def family(self, family: str) -> str:
        """What the pages call a family."""
        return self.wording(f"family.{family}")

    def kpi_name(self, kpi: Kpi) -> str:
        """The name of a KPI."""
        return kpi.name_en if self.wording.language == "en" else kpi.name_nl

    def listed(self, group: str, names: tuple[str, ...]) -> str:
        """Names of one group in words, separated by commas."""
        return ", ".join(self.texts[group][name] for name in names)


@dataclass(frozen=True)
class Entry:
    """One KPI: its name, its formula and the facts about it, in the order in which they are shown."""

    kpi_id: str
    name: str
    formula: str
    note: str
    facts: tuple[tuple[str, str], ...]
    versions: tuple[str, ...]
    conflicts: tuple[str, ...]
    first_look: str | None


def entries_of_family(config: Config, family: str, words: Words) -> list[Entry]:
    """The KPIs of a family in the order of the catalogue."""
    return [_entry(config, kpi, words) for kpi in config.kpis if kpi.family == family]


def marked(text: str) -> str:
    """Names of KPIs, settings and columns inside a sentence as code; they are told by their underscores."""
    return NAME.sub(r"`\g<0>`", text)


def _entry(config: Config, kpi: Kpi, words: Words) -> Entry:
    is_dutch = words.wording.language == "nl"
    english, note = kpi.formula_text.replace(" / ", " ÷ "), kpi.note or ""
    return Entry(
        kpi.id,
        words.kpi_name(kpi),
        kpi.formula_nl or english if is_dutch else english,
        marked(kpi.note_nl or note if is_dutch else note),
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
    yield labels["unit"], words["units"][_shown_as(kpi)]
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
    if kpi.required_parameters:
        yield labels["settings"], ", ".join(f"`{name}`" for name in kpi.required_parameters)
    for benchmark in config.benchmarks_of(kpi.id):
        yield f"{labels['benchmark']} {benchmark.id}", _benchmark(config, kpi, benchmark, words)


def _shown_as(kpi: Kpi) -> str:
    """The unit in which the pages write it."""
    if kpi.id in SHOWN_AS_POINTS:
        return "points"
    return "factor" if kpi.id in SHOWN_AS_FACTOR else kpi.unit


def _benchmark(config: Config, kpi: Kpi, benchmark: Benchmark, words: Words) -> str:
    """What a benchmark says, of which KPI if not of this one, and who says so."""
    about = config.kpi(benchmark.kpi) if benchmark.kpi else kpi
    of_another = f"`{about.id}`, " if about.id != kpi.id else ""
    kind, figures = words["benchmark_kinds"][benchmark.kind], _figures(config, about, benchmark, words)
    day = words.wording.day(benchmark.day) if benchmark.day else None
    said = f"{of_another}{kind}: {figures}" if figures else f"{of_another}{kind}"
    parts = (said, benchmark.source, day, benchmark.note)
    return "; ".join(part for part in parts if part)


def _figures(config: Config, about: Kpi, benchmark: Benchmark, words: Words) -> str:
    """A benchmark's figure or range as the KPI's own figures are written; a fraction stands beside its percentage."""
    if benchmark.kind == "missing_image":
        return ""
    if benchmark.rule is not None:
        return words.kpi_name(config.kpi(benchmark.rule))
    if benchmark.kind == "threshold_seconds":
        return f"{benchmark.value} {words['units']['seconds']}"
    low, high = (
        words.wording.figure(about.id, about.unit, float(bound)) for bound in benchmark.bounds if bound is not None
    )
    is_repeating = benchmark.value is not None and Fraction(str(float(benchmark.value))) != benchmark.value
    figure = low if low == high else words["from_to"].format(low=low, high=high)
    return f"{figure} ({benchmark.value})" if is_repeating else figure


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
