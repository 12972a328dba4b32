"""`config/benchmarks.yaml`: what others reach, with what it was divided by. A value that is not known is left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from pipelines.configuration.located_yaml import LocatedYaml
from pipelines.configuration.problems import Problems, UnfitError
from pipelines.configuration.strict import Id, Listed, StrictModel, Text

LIST_KEY = "benchmarks"
# Why a figure of this kind is never compared; the kinds that are missing here are norms.
NO_NORM: Mapping[str, str] = {
    "own_history_example": "it is one team's own figure, not a norm",
    "bad_example": "it is an example of what is bad, not a norm",
    "worked_example": "it is a worked example of the formula, not a norm",
    "rule": "it is a rule, not a figure",
    "derived": "it is derived from other benchmarks: compare those",
    "threshold_seconds": "it is a threshold, not a norm",
    "missing_image": "its figures are not known",
}


def _fraction(value: Any) -> Any:
    """A number, or a text such as 1/3, as the exact fraction that it is; everything else as it stands."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str):
        above, stroke, below = value.partition("/")
        if not (stroke and above.isdecimal() and below.isdecimal() and int(below)):
            raise UnfitError(f"{value!r} is no number", "write a number such as 0.42, or a fraction such as 1/3")
        return Fraction(int(above), int(below))
    return value


Exact = Annotated[Fraction, BeforeValidator(_fraction), Field(ge=0)]


class Benchmark(StrictModel):
    """One figure of others, or what stands in for one; `denominator_measure` is ours that it divides by."""

    id: Annotated[str, Field(pattern=r"^B\d\d$")]
    kpi: Id | None = None
    kind: Literal[
        "range",
        "average",
        "example_average",
        "industry",
        "own_history_example",
        "bad_example",
        "worked_example",
        "rule",
        "derived",
        "threshold_seconds",
        "missing_image",
    ]
    value: Exact | None = None
    low: Exact | None = None
    high: Exact | None = None
    rule: Id | None = None
    source: Text
    industry: Text | None = None
    day: date | None = Field(default=None, alias="date")
    seed: Text | None = None
    denominator: Text | None = None
    denominator_measure: Id | None = None
    note: Text | None = None
    refs: Listed[Text] = ()

    @model_validator(mode="after")
    def _says_what_its_kind_says(self) -> Self:
        has_range = self.low is not None or self.high is not None
        if self.kind == "missing_image":
            if self.value is not None or has_range:
                raise UnfitError(f"{self.id} is of a lost image and has a value", "leave it out, or name another kind")
            return self
        if self.kpi is None:
            raise UnfitError(f"{self.id} names no KPI", "add kpi")
        if self.kind == "range":
            if self.value is not None or self.low is None or self.high is None or self.low > self.high:
                raise UnfitError(f"{self.id} is no range", "give low and high, the lower one first, and no value")
        elif has_range:
            raise UnfitError(f"{self.id} has low or high and is no range", "make kind range, or give one value")
        elif (self.rule if self.kind == "rule" else self.value) is None:
            key = "rule" if self.kind == "rule" else "value"
            raise UnfitError(f"{self.id} says no {key}", f"add {key}, or leave the entry out")
        return self

    @property
    def refusal(self) -> str | None:
        """Why it is never compared with anything; None for a norm."""
        return NO_NORM.get(self.kind)

    @property
    def bounds(self) -> tuple[Fraction | None, Fraction | None]:
        """The lowest and the highest figure that it gives."""
        return (self.low, self.high) if self.kind == "range" else (self.value, self.value)

    @property
    def is_rate_to_plan_with(self) -> bool:
        """One figure of a norm, by which a number can be divided."""
        return self.refusal is None and self.value is not None and 0 < self.value <= 1

    @property
    def named(self) -> str:
        """Its id and where it comes from."""
        return f"{self.id}, {self.source}"


def read_benchmarks(document: LocatedYaml) -> tuple[Benchmark, ...]:
    """The benchmarks of a file in its order.

    Raises:
        WrongUse: an entry is wrong, or an id stands twice.
    """
    problems, data = Problems(document.file), document.data
    listed = data.get(LIST_KEY) if isinstance(data, Mapping) and len(data) == 1 else None
    if not isinstance(listed, list):
        problems.add(1, f"the file is not one list under the key {LIST_KEY!r}", f"begin it with `{LIST_KEY}:`")
        raise problems.error()
    found: dict[str, Benchmark] = {}
    for index, given in enumerate(listed):
        try:
            one = Benchmark.model_validate(given)
        except ValidationError as error:
            problems.add_invalid(error, document, Benchmark, (LIST_KEY, index))
            continue
        if one.id in found:
            problems.add(document.line_of((LIST_KEY, index, "id")), f"{one.id} stands twice", "give it the next number")
        found.setdefault(one.id, one)
    problems.raise_if_any()
    return tuple(found.values())


def check_benchmarks(benchmarks: tuple[Benchmark, ...], document: LocatedYaml, kpis: Collection[str]) -> None:
    """Raises WrongUse when a benchmark is about what is no KPI, or a rule compares with what is none."""
    problems = Problems(document.file)
    for index, one in enumerate(benchmarks):
        for key, name in (("kpi", one.kpi), ("rule", one.rule)):
            if name is not None and name not in kpis:
                problems.add_unknown(document.line_of((LIST_KEY, index, key)), "KPI", name, kpis)
    problems.raise_if_any()
