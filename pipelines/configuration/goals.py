"""`config/goals.yaml` and `config/packs.yaml`: what the company is after, and the handful of KPIs it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from pipelines.configuration.company import LARGEST_PACK, Labels, each_once
from pipelines.configuration.kpi_definition import not_empty
from pipelines.configuration.problems import UnfitError
from pipelines.configuration.strict import Id, Listed, StrictModel, Text

KpiIds = Annotated[Listed[Id], AfterValidator(each_once), AfterValidator(not_empty)]


class Goal(StrictModel):
    """A business goal: what is decided on the figures that serve it."""

    id: Id
    name: Labels
    decision: Labels
    kpis: KpiIds


class Goals(StrictModel):
    """The goals, and for each objective that a campaign may have the KPIs that fit it."""

    goals: Listed[Goal] = ()
    objectives: Mapping[Id, KpiIds] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ids_stand_once(self) -> Self:
        each_once(tuple(goal.id for goal in self.goals))
        return self

    def serving(self, kpi_id: str) -> tuple[str, ...]:
        """The goals that a KPI serves."""
        return tuple(goal.id for goal in self.goals if kpi_id in goal.kpis)


class PackVersion(StrictModel):
    """The KPIs of a pack from a day on; with a last day it gives way to the version before it again."""

    kpis: Annotated[KpiIds, Field(max_length=LARGEST_PACK)]
    valid_from: date | None = None
    valid_to: date | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise UnfitError(
                f"valid_to is {self.valid_to}, which lies before valid_from", "exchange the two", "valid_to"
            )
        return self


def _one_after_another(versions: tuple[PackVersion, ...]) -> tuple[PackVersion, ...]:
    first, *later = versions
    if first.valid_to is not None:
        raise UnfitError("the first version of a pack ends", "let it stand, and put the next one after it")
    before = first.valid_from or date.min
    for version in later:
        if version.valid_from is None or version.reason is None:
            raise UnfitError("a later version of a pack has no date or reason", "add valid_from and reason")
        if version.valid_from <= before:
            raise UnfitError("the versions of a pack are not in rising order", "put the oldest first")
        before = version.valid_from
    return versions


Versions = Annotated[Listed[PackVersion], AfterValidator(not_empty), AfterValidator(_one_after_another)]


class Packs(StrictModel):
    """The packs by name, each as its versions, oldest first."""

    packs: Mapping[Id, Versions] = Field(default_factory=dict)

    def on(self, name: str, day: date) -> tuple[str, ...]:
        """The KPIs of a pack on a day: of the last version that holds then, or else of the first."""
        versions = self.packs[name]
        holding = [
            version
            for version in versions
            if (version.valid_from or date.min) <= day and day <= (version.valid_to or date.max)
        ]
        return holding[-1].kpis if holding else versions[0].kpis
