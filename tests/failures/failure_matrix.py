"""The table of failures as data: what a source does, and what a night makes of it.

Its rows lie in `matrix/`, one file per source. Living through a row belongs to `failure_nights` and its neighbours,
writing the table down to `failure_document`.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field

MATRIX = Path(__file__).parent / "matrix"
Source = Literal["ga4", "mailchimp", "inbox"]
SOURCES: tuple[Source, ...] = get_args(Source)


class Block(BaseModel):
    """A frozen block of keys; a key that nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# the parts that are refused, or that there are too many to name
RefusedParts = tuple[str, ...] | Literal["some"]


class Figure(Block):
    """A published figure that the failure touches; `value` says which night it equals, reasons are patterns."""

    kpi: str
    period: date
    grain: str = "day"
    value: Literal["undisturbed", "before", "other", "unknown"]
    status: str
    status_reason: str = ""
    trust: Literal["ok", "caution"] = "ok"
    trust_reason: str = ""


class Outcome(Block):
    """What a night makes of a failure, for people and for the tests.

    `lacks` are the objects of the source that the night did not load, `refused` the parts that it loaded and did not
    let count. Readers of a night that `is_held` keep the mart of the night before.
    """

    parts: str
    published: str
    exit_code: int
    lacks: tuple[str, ...] | Literal["all"] = ()
    refused: dict[str, RefusedParts] = Field(default_factory=dict)
    figure: Figure | None = None
    is_held: bool = False


class Row(Block):
    """One failure: in the words of the source, what the pipeline does, and what its user reads.

    `plan` is for the emulator. `tries` is how often the same request was sent; `told` are patterns, each of a line on
    standard error, and `remedy` ends one of them. A row without `told` is seen in the published file: in its figure, in
    what it tells of loads and files (`noted` are patterns), or by the mailings that it calls `missing`, and since when.
    A `long` row is lived through where there is patience.
    """

    id: str
    happens: str
    code: str = ""
    wording: str = ""
    plan: dict[str, Any] = Field(default_factory=dict)
    does: str
    tries: int = 1
    outcome: str
    lacks: tuple[str, ...] | Literal["all"] | None = None
    refused: dict[str, RefusedParts] | None = None
    figure: Figure | None = None
    told: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    missing: dict[str, date] = Field(default_factory=dict)
    remedy: str
    long: bool = False


class Failures(Block):
    """The failures of one source; `feeds` is what the KPI catalogue calls it where its figures go into a KPI."""

    source: Source
    feeds: tuple[str, ...]
    outcomes: dict[str, Outcome]
    rows: tuple[Row, ...]

    def outcome(self, row: Row) -> Outcome:
        """The outcome of a row, with what is special to it."""
        own = {name: getattr(row, name) for name in ("lacks", "refused", "figure")}
        return self.outcomes[row.outcome].model_copy(update={name: one for name, one in own.items() if one is not None})


@cache
def failures_of_source(source: Source) -> Failures:
    """The rows of a source, as its file says them."""
    return Failures.model_validate(yaml.safe_load((MATRIX / f"{source}.yaml").read_text(encoding="utf-8")))
