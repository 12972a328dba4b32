"""`config/kpis/<family>.yaml`: what each KPI is, two measures and a rule. Measures are made in `assets/`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from pipelines.configuration.problems import UnfitError
from pipelines.configuration.strict import Days, Id, Listed, StrictModel, Text

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
Slice = Literal["total", "channel", "device", "source_medium", "campaign", "landing_page", "event_name", "segment"]
SourceKind = Literal[
    "ga4", "mailchimp", "crm_leads", "crm_deals", "orders", "ad_cost", "social", "seo", "retail_pos", "generic"
]
Additivity = Literal["additive", "semi_additive", "ratio", "non_additive_distinct", "non_additive"]
Interval = Literal["wilson_95", "poisson_count_95", "bootstrap_posts_95", "newcombe_diff_95"]


class Formula(StrictModel):
    """The formula in words."""

    numerator: Text
    denominator: Text | None = None


class SourceFields(StrictModel):
    """A source that the KPI is made of, with the fields it uses."""

    source: SourceKind
    fields: Text


def _shape(value: Any) -> str:
    return "by_grain" if isinstance(value, Mapping) else "same_for_all"


def _not_empty(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise UnfitError("the list is empty", "name at least one")
    return values


Grains = Annotated[
    Annotated[Listed[Grain], AfterValidator(_not_empty), Tag("same_for_all")]
    | Annotated[Mapping[Grain, Annotated[Listed[Slice], AfterValidator(_not_empty)]], Tag("by_grain")],
    Discriminator(_shape),
]


class Kpi(StrictModel):
    """One KPI; `stages` are the funnel stages without which it cannot be counted."""

    id: Id
    name_nl: Text
    name_en: Text
    family: Family
    role: Literal["seed", "support"]
    formula: Formula
    numerator: Id
    denominator: Id | None = None
    denominator_slice: Literal["total"] | None = None
    grains: Grains
    slices: Listed[Slice] = ()
    additivity: Additivity
    unit: Literal["count", "ratio", "EUR", "days", "hours", "seconds", "position", "score"]
    direction: Literal["up_good", "down_good", "neutral"]
    range: Literal["0..1", "0..", "any"] | None = None
    interval: Interval | None = None
    vanity: bool = False
    sources: Annotated[Listed[SourceFields], AfterValidator(_not_empty)]
    stages: Listed[Id] = ()
    window_days: Annotated[Days, Field(ge=1)] | None = None
    base: Literal["previous_period", "same_period_last_year", "previous_12_months"] | None = None
    of: Listed[Id] = ()
    same_measure_as: Id | None = None
    required_parameters: Listed[Id] = ()
    conflicts: Listed[Annotated[str, Field(pattern=r"^C\d\d$")]] = ()
    benchmarks: Listed[Annotated[str, Field(pattern=r"^B\d\d$")]] = ()
    definition_version: Annotated[int, Field(ge=1)]
    valid_from: date | None = None
    reason: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _slices_stand_once(self) -> Self:
        if isinstance(self.grains, Mapping) and self.slices:
            raise UnfitError(f"{self.id} names slices beside grains that have their own", "remove the key slices")
        if not isinstance(self.grains, Mapping) and not self.slices:
            raise UnfitError(f"{self.id} names no slices", "add slices, for example [total, channel]")
        return self

    @model_validator(mode="after")
    def _is_what_its_additivity_says(self) -> Self:
        if self.additivity == "ratio" and (self.denominator is None or self.formula.denominator is None):
            raise UnfitError(f"{self.id} is a ratio without a denominator", "name the measure and its words in formula")
        if self.additivity != "ratio" and self.denominator is not None:
            raise UnfitError(f"{self.id} is {self.additivity} with a denominator", "make additivity ratio")
        if self.unit == "ratio" and self.range is None:
            raise UnfitError(f"{self.id} is a ratio without a range", "add range, one of 0..1, 0.., any")
        if self.interval == "wilson_95" and self.range != "0..1":
            raise UnfitError(f"{self.id} has a Wilson interval outside 0..1", "use it only for a part of a whole")
        if self.definition_version > 1 and (self.valid_from is None or self.reason is None):
            raise UnfitError(f"{self.id} has a new definition without date or reason", "add valid_from and reason")
        return self

    @property
    def slices_by_grain(self) -> dict[Grain, tuple[Slice, ...]]:
        """Which slices exist at which grain."""
        if isinstance(self.grains, Mapping):
            return dict(self.grains)
        return dict.fromkeys(self.grains, self.slices)

    @property
    def formula_text(self) -> str:
        """The formula on one line."""
        divided = f" / {self.formula.denominator}" if self.formula.denominator else ""
        return f"{self.formula.numerator}{divided}"

    @property
    def source_kinds(self) -> tuple[str, ...]:
        """The sources it is made of, the first one first."""
        return tuple(dict.fromkeys(source.source for source in self.sources))
