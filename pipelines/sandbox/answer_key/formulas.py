"""The shape of an expected KPI, and what one subject of the company brings to the answer key.

Which KPI has which formula stands with its subject; how sums become values belongs to `kpis`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.periods import GRAINS
from pipelines.sandbox.answer_key.tally import Tally

Key = tuple[str, str, date, str, str]
Parts = tuple[Decimal | None, Decimal | None]
SourceParts = tuple[tuple[str, ...], ...]
MONTHLY = ("month", "quarter", "year")
TOTAL_ONLY, BY_CHANNEL, BY_DEVICE = ("total",), ("total", "channel"), ("total", "channel", "device")
BY_LEAD = (*BY_CHANNEL, "campaign", "ad", "offer", "region", "segment")
BY_CAMPAIGN, BY_LANDING_PAGE = ("source_medium", "campaign"), ("source_medium", "campaign", "landing_page")
DAILY_SLICES = ("total", "channel", "device")
# shown by month only (campaigns by day too), because their members are too many
LONG_TAILS = (
    *("source_medium", "campaign", "ad_group", "ad", "landing_page", "page", "query", "product", "post", "city"),
    "referrer",
)


def exists_at(slice_: str, grain: str) -> bool:
    """Whether members of the slice are counted at the grain."""
    if slice_ == "campaign":
        return grain in ("day", "month")
    if slice_ in LONG_TAILS:
        return grain == "month"
    return slice_ in DAILY_SLICES or grain != "day"


@dataclass(frozen=True)
class Formula:
    """A KPI: its measures, the grains and slices at which it exists, and the stages without which it does not."""

    kpi_id: str
    numerator: str
    denominator: str | None = None
    slices: tuple[str, ...] = BY_CHANNEL
    grains: tuple[str, ...] = GRAINS
    stages: tuple[str, ...] = ()
    is_share_of_total: bool = False
    # money per something: of a campaign or advertisement without an amount of its own there is no value
    needs_amount: bool = False


def no_sums(_: Tally, __: Books) -> None:
    """For a subject all of whose figures are counted per period."""


def no_values(_: Books) -> Mapping[Key, Parts]:
    """For a subject all of whose figures are sums."""
    return {}


def no_days(_: Books) -> Mapping[str, Iterable[date]]:
    """For a subject without a source of its own."""
    return {}


@dataclass(frozen=True)
class Subject:
    """What one part of the company adds: additive formulas and their sums, and values that are never summed.

    `sources` says for each measure its parts, as `coverage` wants them; `days` the days on which a source says
    something, from the first of which it is known. Totals of `never_summed` exist for all periods of their sources, and
    are unknown where `values` does not tell them.
    """

    formulas: tuple[Formula, ...] = ()
    count: Callable[[Tally, Books], None] = no_sums
    never_summed: tuple[Formula, ...] = ()
    values: Callable[[Books], Mapping[Key, Parts]] = no_values
    sources: Mapping[str, SourceParts] = field(default_factory=dict)
    days: Callable[[Books], Mapping[str, Iterable[date]]] = no_days
