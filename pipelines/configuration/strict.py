"""The kinds of value that configuration models are made of: exact types, no guessing, unknown keys refused."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from pipelines.configuration.problems import UnfitError

T = TypeVar("T")


class StrictModel(BaseModel):
    """A frozen block of keys in which a wrong key or type is an error."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)


def _exact(value: Any) -> Any:
    """A whole number as the decimal that it is; everything else as it stands."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _id(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise UnfitError(f"{value!r} is no id", "write lower-case letters, digits and _")
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, AfterValidator(_id)]
Number = Annotated[Decimal, BeforeValidator(_exact)]
Days = Annotated[int, Field(ge=0, le=3660)]
# A YAML list becomes a tuple; its items stay strict.
Listed = Annotated[tuple[T, ...], Field(strict=False)]
