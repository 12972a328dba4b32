"""`config/targets.yaml`: what the company wants to reach, by when, and who answers for it.

A target may be incomplete: what it lacks is told by `pipelines.targets`, and it is not judged until it is complete.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from pipelines.configuration.annotations import PublicText
from pipelines.configuration.problems import UnfitError
from pipelines.configuration.strict import Id, Listed, Number, StrictModel, Text

ChangeType = Literal["relative_pct", "pp", "absolute", "level", "level_min", "direction_only"]
Rolling = Literal["previous_period", "same_period_last_year"]
Period = Literal["week", "month", "quarter", "year", "term"]
MEASURED_IN = re.compile(r"\d{4}(-(Q[1-4]|0[1-9]|1[0-2]))?")


@dataclass(frozen=True)
class MeasuredPeriod:
    """A month, quarter or year of which the KPI's own figure is the baseline."""

    grain: Literal["month", "quarter", "year"]
    first_day: date

    @property
    def first_day_after(self) -> date:
        """The day from which its figure can be known."""
        months = {"month": 1, "quarter": 3, "year": 12}[self.grain]
        index = self.first_day.year * 12 + self.first_day.month - 1 + months
        return date(index // 12, index % 12 + 1, 1)


def _as_text(value: Any) -> Any:
    """A year is a number in YAML."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _period(text: str) -> str:
    if not MEASURED_IN.fullmatch(text):
        raise UnfitError(f"{text!r} is no period", "write a month (2025-09), a quarter (2025-Q4) or a year (2025)")
    return text


class Measured(StrictModel):
    """A baseline that is read from the mart."""

    measured_in: Annotated[str, BeforeValidator(_as_text), AfterValidator(_period)]

    @property
    def period(self) -> MeasuredPeriod:
        """The period as a grain and its first day."""
        year, _, part = self.measured_in.partition("-")
        if not part:
            return MeasuredPeriod("year", date(int(year), 1, 1))
        if part.startswith("Q"):
            return MeasuredPeriod("quarter", date(int(year), int(part[1]) * 3 - 2, 1))
        return MeasuredPeriod("month", date(int(year), int(part), 1))


def _shape(value: Any) -> str:
    if isinstance(value, Mapping | Measured):
        return "measured"
    return "rolling" if isinstance(value, str) else "given"


Baseline = Annotated[
    Annotated[Measured, Tag("measured")] | Annotated[Rolling, Tag("rolling")] | Annotated[Number, Tag("given")],
    Discriminator(_shape),
]


class Scope(StrictModel):
    """What a target is about; without a channel or campaign it is the whole company."""

    channel: Text | None = None
    campaign: Text | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.channel and self.campaign:
            raise UnfitError("a scope has a channel and a campaign", "keep one of the two", "campaign")
        return self

    @property
    def cell(self) -> tuple[str, str]:
        """Slice and member of the figures it is about."""
        if self.channel:
            return "channel", self.channel
        return ("campaign", self.campaign) if self.campaign else ("total", "")


class Terms(StrictModel):
    """What one version of a target asks; for `term` the value counts once, from start to deadline."""

    change_type: ChangeType
    value: Number | None = None
    baseline: Baseline | None = None
    deadline: date | None = None
    period: Period = "month"
    pacing: Literal["linear", "seasonal"] = "linear"
    tolerance: Annotated[Number, Field(ge=0, lt=1)] = Decimal(0)
    valid_from: date | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _rolling_baselines_are_relative(self) -> Self:
        if isinstance(self.baseline, str) and self.change_type != "relative_pct":
            why = f"{self.change_type} has the baseline {self.baseline}"
            raise UnfitError(why, "make it relative_pct, or give a baseline that stands still", "baseline")
        if self.baseline == "previous_period" and self.period not in ("week", "month"):
            raise UnfitError(f"the period {self.period} has the baseline previous_period", "make it month", "period")
        if self.pacing == "seasonal" and isinstance(self.baseline, str):
            raise UnfitError(f"the baseline {self.baseline} has a season of its own", "remove the pacing", "pacing")
        return self

    @property
    def is_summed(self) -> bool:
        """Whether the figures of its months add up to what is compared."""
        return self.period in ("quarter", "year", "term")


class Target(Terms):
    """One target with its newest terms; `earlier` are those before, oldest first. Owners are teams, not persons."""

    id: Id
    kpi: Id
    goal: Id | None = None
    owner: PublicText | None = None
    is_shared: bool = False
    text: PublicText | None = None
    entered_on: date
    start: date | None = None
    scope: Scope = Scope()
    objective: Id | None = None
    denominator: Text | None = None
    position_threshold: Annotated[int, Field(ge=1)] | None = None
    justification: PublicText | None = None
    review_on: date | None = None
    earlier: Listed[Terms] = ()

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        for terms in self.versions:
            if terms.deadline is not None and terms.deadline <= self.first_day:
                why = f"the deadline {terms.deadline} does not lie after the start {self.first_day}"
                raise UnfitError(why, "correct one of the two", "deadline" if terms is self else "earlier")
        return self

    @model_validator(mode="after")
    def _says_why_its_terms_changed(self) -> Self:
        for terms in self.versions[1:]:
            if terms.valid_from is None or terms.reason is None:
                raise UnfitError(f"{self.id} has new terms without date or reason", "add valid_from and reason")
        for older, newer in pairwise(self.versions):
            if older.valid_from and newer.valid_from and newer.valid_from <= older.valid_from:
                why = f"the terms of {self.id} do not follow each other"
                raise UnfitError(why, "give each a later valid_from", "valid_from")
        return self

    @property
    def first_day(self) -> date:
        """The day from which it counts."""
        return self.start or self.entered_on

    @property
    def versions(self) -> tuple[Terms, ...]:
        """Every version of its terms, the newest last."""
        return (*self.earlier, self)

    @property
    def ends(self) -> list[date]:
        """The last day of each version but the newest."""
        return [newer.valid_from - timedelta(days=1) for newer in self.versions[1:] if newer.valid_from]
