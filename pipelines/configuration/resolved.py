"""The whole configuration as one frozen value, with the hashes under which a build remembers it.

Hashes are taken from resolved values, defaults included: any option that may change a figure changes them, and a
comment does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from pipelines.configuration.annotations import Annotation
from pipelines.configuration.benchmarks import Benchmark
from pipelines.configuration.catalogue import Kpi
from pipelines.configuration.channels import GA4_CHANNELS, ChannelRule, Exclusion
from pipelines.configuration.company import Company
from pipelines.configuration.costs import CostDriver
from pipelines.configuration.goals import Goals, Packs
from pipelines.configuration.kpi_definition import Definition
from pipelines.configuration.sources import Sources
from pipelines.configuration.targets import Target


@dataclass(frozen=True)
class Config:
    """What the company decides; `texts` are the files it was read from, by path below the folder `place`."""

    company: Company
    sources: Sources
    channel_rules: tuple[ChannelRule, ...]
    exclusions: tuple[Exclusion, ...]
    cost_drivers: tuple[CostDriver, ...]
    kpis: tuple[Kpi, ...]
    benchmarks: tuple[Benchmark, ...]
    annotations: tuple[Annotation, ...]
    goals: Goals
    packs: Packs
    targets: tuple[Target, ...]
    texts: Mapping[str, str] = field(repr=False, hash=False, compare=False)
    place: str = field(default="config", compare=False)

    @cached_property
    def config_hash(self) -> str:
        """Sha256 of everything but the KPI catalogue, what is told to whom, and remarks, which change no figure.

        Targets count: a closed month keeps how it stood against them.
        """
        return _sha256(
            {
                "company": self.company.model_dump(mode="json"),
                # when somebody is told changes no figure
                "sources": self.sources.model_dump(mode="json", exclude={"alerts", "reports"}),
                "channel_rules": [rule.model_dump(mode="json") for rule in self.channel_rules],
                "exclusions": [exclusion.model_dump(mode="json") for exclusion in self.exclusions],
                "cost_drivers": [driver.model_dump(mode="json") for driver in self.cost_drivers],
                "benchmarks": [benchmark.model_dump(mode="json") for benchmark in self.benchmarks],
                "goals": self.goals.model_dump(mode="json"),
                "packs": self.packs.model_dump(mode="json"),
                "targets": [target.model_dump(mode="json") for target in self.targets],
            }
        )

    @cached_property
    def definitions_hash(self) -> str:
        """Sha256 of the KPI catalogue, earlier definitions included; the order of its entries does not count."""
        return _sha256({kpi.id: kpi.model_dump(mode="json") for kpi in self.kpis})

    def kpi(self, kpi_id: str) -> Kpi:
        """The KPI of an id; KeyError when there is none."""
        return self._kpi_by_id[kpi_id]

    def benchmarks_of(self, kpi_id: str) -> tuple[Benchmark, ...]:
        """The benchmarks that a KPI names, in its order; none of a KPI that is not there."""
        names = self._kpi_by_id[kpi_id].benchmarks if kpi_id in self._kpi_by_id else ()
        return tuple(benchmark for name in names for benchmark in self.benchmarks if benchmark.id == name)

    def headline_pack(self, day: date) -> tuple[str, ...]:
        """The KPIs at the top of pages, as they are on a day."""
        named = self.company.headline_pack
        return self.packs.on(named, day) if isinstance(named, str) else named

    def place_of(self, kpi: Kpi, names: str) -> str:
        """File and line in which an entry of the catalogue names a measure; those of the entry when none does."""
        name = f"kpis/{kpi.family}.yaml"
        lines = list(enumerate(self.texts.get(name, "").splitlines(), 1))
        start = next((number for number, line in lines if line.split() == ["-", "id:", kpi.id]), 1)
        naming = (number for number, line in lines if number > start and line.split()[1:2] == [names])
        end = next((number for number, line in lines if number > start and line.startswith("  - id:")), len(lines) + 1)
        line = next(naming, end)
        return f"{self.place}/{name} line {line if line < end else start}"

    def missing_stages(self, definition: Definition) -> tuple[str, ...]:
        """The stages that a KPI needs and the company does not use; not empty means it cannot be counted here."""
        return tuple(stage for stage in definition.stages if stage not in self.company.stages)

    def window_days(self, kpi: Kpi, definition: Definition) -> int | None:
        """Of the funnel a definition states the default, and the company's own window wins; any other's stands."""
        measured_as = self.kpi(kpi.same_measure_as) if kpi.same_measure_as else kpi
        if definition.window_days and measured_as.family == "funnel":
            return self.company.conversion_window_days
        return definition.window_days

    @cached_property
    def _kpi_by_id(self) -> dict[str, Kpi]:
        return {kpi.id: kpi for kpi in self.kpis}


def known_channels(config: Config) -> tuple[str, ...]:
    """Every channel name that counts as known: GA4's default groups, then those that channels.csv adds."""
    return channel_names(config.channel_rules)


def channel_names(rules: tuple[ChannelRule, ...]) -> tuple[str, ...]:
    """GA4's default channel groups, then the channels that only these rules name."""
    return tuple(dict.fromkeys([*GA4_CHANNELS, *(rule.channel for rule in rules)]))


def _sha256(resolved: Mapping[str, Any]) -> str:
    text = json.dumps(resolved, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
