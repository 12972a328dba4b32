"""What one version of a KPI says: the words of its formula, its measures and how they are read.

What stays the same from version to version (names, grains, slices, unit, direction) belongs to `catalogue`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pipelines.configuration.problems import UnfitError
from pipelines.configuration.strict import Days, Id, Listed, StrictModel, T, Text

SourceKind = Literal[
    "ga4", "mailchimp", "crm_leads", "crm_deals", "orders", "ad_cost", "social", "seo", "retail_pos", "generic"
]
Additivity = Literal["additive", "semi_additive", "ratio", "non_additive_distinct", "non_additive"]
Interval = Literal["wilson_95", "poisson_count_95", "bootstrap_posts_95", "newcombe_diff_95"]


def not_empty(values: tuple[T, ...]) -> tuple[T, ...]:
    """A list that names something; UnfitError when it is empty."""
    if not values:
        raise UnfitError("the list is empty", "name at least one")
    return values


def _month_start(day: date) -> date:
    if day.day != 1:
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        raise UnfitError(f"{day} is in the middle of a month", f"a definition begins with one, for example {following}")
    return day


class Formula(StrictModel):
    """The formula in words."""

    numerator: Text
    denominator: Text | None = None


class SourceFields(StrictModel):
    """A source that the KPI is made of, with the fields it uses."""

    source: SourceKind
    fields: Text


class Definition(StrictModel):
    """One version of a definition; `stages` are the funnel stages without which it cannot be counted.

    Without `formula_nl` Dutch readers see the English words.
    """

    formula: Formula
    formula_nl: Text | None = None
    numerator: Id | None = None
    denominator: Id | None = None
    denominator_slice: Literal["total"] | None = None
    additivity: Additivity
    range: Literal["0..1", "0..", "any"] | None = None
    interval: Interval | None = None
    sources: Annotated[Listed[SourceFields], AfterValidator(not_empty)]
    stages: Listed[Id] = ()
    window_days: Annotated[Days, Field(ge=1)] | None = None
    definition_version: Annotated[int, Field(ge=1)]
    valid_from: Annotated[date, AfterValidator(_month_start)] | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _is_what_its_additivity_says(self) -> Self:
        if self.numerator is None and self.denominator is not None:
            raise UnfitError(f"{self.named} has a denominator without a numerator", "name the measure above the line")
        if self.additivity == "ratio" and self.formula.denominator is None:
            raise UnfitError(f"{self.named} is a ratio without a denominator", "put it in words in formula")
        if self.additivity == "ratio" and self.numerator is not None and self.denominator is None:
            remedy = "name the measure and its words in formula"
            raise UnfitError(f"{self.named} is a ratio without a denominator", remedy)
        # a difference of two ratios is no ratio of sums, and has a denominator all the same
        if self.additivity not in ("ratio", "non_additive") and self.denominator is not None:
            raise UnfitError(f"{self.named} is {self.additivity} with a denominator", "make additivity ratio")
        if self.interval == "wilson_95" and self.range != "0..1":
            raise UnfitError(f"{self.named} has a Wilson interval outside 0..1", "use it only for a part of a whole")
        if self.definition_version > 1 and (self.valid_from is None or self.reason is None):
            raise UnfitError(f"{self.named} has a new definition without date or reason", "add valid_from and reason")
        return self

    @property
    def named(self) -> str:
        """What errors call it."""
        return f"definition {self.definition_version}"

    @property
    def formula_text(self) -> str:
        """The formula on one line."""
        divided = f" / {self.formula.denominator}" if self.formula.denominator else ""
        return f"{self.formula.numerator}{divided}"

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures it is made of, the numerator first; none when it is made of other KPIs."""
        return tuple(name for name in (self.numerator, self.denominator) if name)

    @property
    def source_kinds(self) -> tuple[str, ...]:
        """The sources it is made of, the first one first."""
        return tuple(dict.fromkeys(source.source for source in self.sources))
