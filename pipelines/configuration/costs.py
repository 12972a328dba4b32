"""`config/cost_drivers.csv`: how costs with a fixed allocation are shared between channels."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipelines.configuration.located_csv import read_rows
from pipelines.configuration.problems import Problems, UnfitError
from pipelines.configuration.strict import StrictModel, Text

CostCategory = Literal["software", "staff", "agency", "content", "design", "events", "media", "other"]


def _share(value: Any) -> Any:
    try:
        return Decimal(value)
    except ArithmeticError as error:
        raise UnfitError(f"share is {value!r}", "write a number such as 0.25") from error


class CostDriver(StrictModel):
    """The share of a channel in the costs of a category; the shares of a category sum to exactly 1."""

    category: CostCategory
    channel: Text
    share: Annotated[Decimal, BeforeValidator(_share), Field(gt=0, le=1, allow_inf_nan=False)]


def read_cost_drivers(text: str, file: str) -> dict[int, CostDriver]:
    """The shares by line.

    Raises:
        WrongUse: a wrong column, category or number, a pair that stands twice, or shares that do not sum to 1.
    """
    drivers = read_rows(text, file, CostDriver, ("category", "channel", "share"))
    problems = Problems(file)
    pairs: set[tuple[str, str]] = set()
    for line, driver in drivers.items():
        if (driver.category, driver.channel) in pairs:
            problems.add(line, f"{driver.category} for {driver.channel} stands twice", "keep one of the two")
        pairs.add((driver.category, driver.channel))
    problems.raise_if_any()
    for category in dict.fromkeys(driver.category for driver in drivers.values()):
        lines = [line for line, driver in drivers.items() if driver.category == category]
        total = sum(drivers[line].share for line in lines)
        if total != 1:
            problems.add(lines[-1], f"the shares of {category} sum to {total}", "make them sum to exactly 1")
    problems.raise_if_any()
    return drivers
