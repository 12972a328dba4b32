"""`config/kpis/<family>.yaml`: what each KPI is, two measures and a rule. Measures are made in `assets/`.

An entry that is redefined gets the next `definition_version`, its `valid_from` and a `reason`; what it said before
stands under `earlier` as it stood, for the periods that begin under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from pipelines.configuration.kpi_definition import Definition, not_empty
from pipelines.configuration.problems import UnfitError
from pipelines.configuration.strict import Id, Listed, Text
from pipelines.slices import LONG_TAILS, exists_at

Family = Literal[
    "traffic",
    "content",
    "seo",
    "email",
    "behaviour",
    "lead_gen",
    "sales",
    "ecommerce",
    "retail",
    "social",
    "automation",
    "funnel",
]
Grain = Literal["day", "week", "month", "quarter", "year"]
Slice = Literal[
    "total",
    "account",
    "ad",
    "ad_group",
    "age",
    "automation",
    "campaign",
    "category",
    "channel",
    "city",
    "cohort",
    "country",
    "device",
    "event_name",
    "feedback_type",
    "gender",
    "landing_page",
    "list",
    "offer",
    "origin",
    "page",
    "platform",
    "post",
    "post_type",
    "product",
    "product_group",
    "query",
    "referrer",
    "region",
    "segment",
    "source_medium",
    "stage",
    "store",
    "test",
    "type",
    "wave",
]


def _shape(value: Any) -> str:
    return "by_grain" if isinstance(value, Mapping) else "same_for_all"


Grains = Annotated[
    Annotated[Listed[Grain], AfterValidator(not_empty), Tag("same_for_all")]
    | Annotated[Mapping[Grain, Annotated[Listed[Slice], AfterValidator(not_empty)]], Tag("by_grain")],
    Discriminator(_shape),
]


MadeAs = Literal["measured", "growth", "product", "stage_volume", "not_built"]


class Kpi(Definition):
    """One KPI with the newest version of its definition; `earlier` are those before it, oldest first.

    It is `measured`, or made of the KPIs that `of` names: the growth of one against a `base` (`like_for_like`: only of
    members that both periods have), or the product of two, or the `stage_volume`:
    what the funnel must bring by the rates that `of` names. What is `not_built` is defined, and has no number yet.
    """

    id: Id
    name_nl: Text
    name_en: Text
    family: Family
    role: Literal["seed", "support"]
    grains: Grains
    slices: Listed[Slice] = ()
    unit: Literal["count", "ratio", "EUR", "days", "hours", "seconds", "position", "score"]
    direction: Literal["up_good", "down_good", "neutral"]
    vanity: bool = False
    made_as: MadeAs = "measured"
    base: Literal["same_period_last_year", "previous_12_months"] | None = None
    of: Listed[Id] = ()
    like_for_like: Slice | None = None
    same_measure_as: Id | None = None
    required_parameters: Listed[Id] = ()
    conflicts: Listed[Annotated[str, Field(pattern=r"^C\d\d$")]] = ()
    benchmarks: Listed[Annotated[str, Field(pattern=r"^B\d\d$")]] = ()
    earlier: Listed[Definition] = ()
    note: Text | None = None
    note_nl: Text | None = None

    @model_validator(mode="after")
    def _slices_stand_once(self) -> Self:
        if isinstance(self.grains, Mapping) and self.slices:
            raise UnfitError(f"{self.id} names slices beside grains that have their own", "remove the key slices")
        if not isinstance(self.grains, Mapping) and not self.slices:
            raise UnfitError(f"{self.id} names no slices", "add slices, for example [total, channel]")
        return self

    @model_validator(mode="after")
    def _is_made_as_it_says(self) -> Self:
        wanted = {"measured": 0, "growth": 1, "product": 2}.get(self.made_as, len(self.of))
        if len(self.of) != wanted:
            raise UnfitError(f"{self.id} is {self.made_as} of {len(self.of)} KPIs", f"name {wanted} under of")
        if (self.base is None) is (self.made_as == "growth"):
            raise UnfitError(f"{self.id} is {self.made_as} with base {self.base or 'none'}", "growth has a base")
        tails = [one for slices in self.slices_by_grain.values() for one in slices if one in LONG_TAILS]
        if self.base == "previous_12_months" and tails:
            raise UnfitError(f"{self.id} adds up months by {tails[0]}", "leave it out: each month keeps other members")
        for one in self.definitions:
            if (one.numerator is None) is (self.made_as == "measured"):
                found = "no numerator" if one.numerator is None else f"the numerator {one.numerator}"
                raise UnfitError(
                    f"{one.named} is {self.made_as} and has {found}", "a measure or other KPIs: one of them"
                )
        return self

    @model_validator(mode="after")
    def _follows_its_earlier_definitions(self) -> Self:
        found, before = [one.definition_version for one in self.earlier], self.definition_version - 1
        if found != list(range(1, self.definition_version)):
            listed = ", ".join(map(str, found)) or "none"
            wanted = f"1 to {before}, oldest first" if before > 1 else "1" if before else "none"
            raise UnfitError(
                f"{self.id} is of definition {self.definition_version}, and its earlier ones are {listed}",
                f"keep {wanted} under earlier, as they stood",
                key="earlier" if found else "definition_version",
            )
        for older, newer in pairwise(self.definitions):
            if older.valid_from and newer.valid_from and newer.valid_from <= older.valid_from:
                raise UnfitError(
                    f"definition {newer.definition_version} of {self.id} does not begin after the one before it",
                    "give each definition a later valid_from",
                    key="valid_from",
                )
        return self

    @model_validator(mode="after")
    def _a_ratio_says_where_it_may_lie(self) -> Self:
        for one in self.definitions:
            if self.unit == "ratio" and one.range is None:
                raise UnfitError(f"{one.named} is a ratio without a range", "add range, one of 0..1, 0.., any")
        return self

    @property
    def named(self) -> str:
        """What errors call it."""
        return self.id

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """Every version of its definition, the newest last."""
        return (*self.earlier, self)

    @property
    def slices_by_grain(self) -> dict[Grain, tuple[Slice, ...]]:
        """Which slices exist at which grain; a list of grains leaves out the slices that are too many for one."""
        if isinstance(self.grains, Mapping):
            return dict(self.grains)
        found = {grain: tuple(one for one in self.slices if exists_at(one, grain)) for grain in self.grains}
        return {grain: slices for grain, slices in found.items() if slices}
