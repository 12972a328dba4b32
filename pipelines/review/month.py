"""A closed month as plain data: what its snapshot holds and what earlier snapshots said.

Only data classes and questions about one of them; reading them is in `reading`, wording in `wording`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from pipelines.review.redefined import Redefined

if TYPE_CHECKING:
    from pipelines.review.afterwards import Afterwards
    from pipelines.review.benchmarks import Benchmark
    from pipelines.review.reconciliation import RefusedLoad, ReportDay
    from pipelines.review.rejections import Rejection


class CheckLine(Protocol):
    """The outcome of one data check; `figure` counts the rows that break it."""

    @property
    def table_name(self) -> str:
        """The table that was checked."""

    @property
    def check_name(self) -> str:
        """What must hold."""

    @property
    def severity(self) -> str:
        """Blocking, error or warning."""

    @property
    def passed(self) -> bool:
        """Whether it holds."""

    @property
    def figure(self) -> int:
        """Rows that break it."""


@dataclass(frozen=True)
class Snapshot:
    """Identity of a frozen month."""

    snapshot_id: str
    month: date
    version: int
    created_at: datetime
    note: str
    cut_sha256: str
    content_sha256: str
    definitions_hash: str
    config_hash: str
    models_hash: str


@dataclass(frozen=True)
class Definition:
    """What a KPI is, from the reference table; `formula_nl` is None where it is not translated."""

    kpi_id: str
    name_nl: str
    name_en: str
    family: str
    unit: str
    direction: str
    additivity: str
    formula: str
    formula_nl: str | None
    sources: tuple[str, ...]
    definition_version: int
    is_vanity: bool = False

    @property
    def counts_events(self) -> bool:
        """Whether it counts things that happen one by one, and none of them twice."""
        return self.unit == "count" and self.additivity == "additive"


@dataclass(frozen=True)
class KpiValue:
    """One KPI of one period in total; None is unknown, never 0."""

    kpi_id: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: float | None
    unit: str
    ci_low: float | None
    ci_high: float | None
    status: str
    status_reason: str
    trust: str
    trust_reason: str
    definition_version: int

    @property
    def is_immature(self) -> bool:
        """The cohort can still convert, so the value is a minimum."""
        return self.status == "immature"

    @property
    def part_of_whole(self) -> tuple[Decimal, Decimal] | None:
        """Numerator and denominator where a rate counts members of a group."""
        if self.unit != "ratio" or self.ci_low is None or self.numerator is None or self.denominator is None:
            return None
        return self.numerator, self.denominator


@dataclass(frozen=True)
class ChannelMonth:
    """One channel in the month; money in EUR."""

    channel: str
    sessions: int | None
    spend_media_eur: Decimal | None
    spend_direct_eur: Decimal | None
    spend_full_eur: Decimal | None
    leads: int | None
    mqls: int | None
    customers: int | None
    revenue_eur: Decimal | None
    cpc_eur: float | None
    cpl_eur: float | None
    cost_per_qualified_lead_eur: float | None
    cpa_eur: float | None
    cac_paid_eur: float | None
    cac_blended_eur: float | None
    roas: float | None
    roi: float | None


@dataclass(frozen=True)
class StageEntries:
    """Entries of one stage in the month: persons, deals or customers."""

    stage: str
    entered: int
    rate_from_previous: float | None


@dataclass(frozen=True)
class StageReached:
    """How many leads of one cohort reached a stage within the window."""

    stage: str
    reached: int
    rate: float | None
    rate_from_previous: float | None
    median_days: float | None


@dataclass(frozen=True)
class Cohort:
    """The leads created in one month, all of which have had the whole window."""

    month: date
    leads: int
    window_days: int
    stages: tuple[StageReached, ...]


@dataclass(frozen=True)
class TargetStanding:
    """How the month stood against one target; amounts are None while they are unknown."""

    target_id: str
    kpi_id: str
    slice: str
    member: str
    owner: str | None
    deadline: date | None
    period: str | None
    target_value: float | None
    expected: float | None
    actual: float | None
    pace: float | None
    status: str
    reason: str


@dataclass(frozen=True)
class EarlierMonth:
    """What the newest snapshot of an earlier month said when this one was made."""

    snapshot: Snapshot
    values: Mapping[str, KpiValue]


@dataclass(frozen=True)
class ClosedMonth:
    """Everything a page shows of a month. `earlier` is oldest first, at most twelve months back.

    `values` are totals by grain and KPI, `members` those of the month by KPI and member of the slice that a page shows.
    """

    snapshot: Snapshot
    definitions: Mapping[str, Definition]
    stage_names: Mapping[str, Mapping[str, str]]
    values: Mapping[str, Mapping[str, KpiValue]]
    members: Mapping[str, Mapping[str, KpiValue]]
    days: Mapping[str, Mapping[date, float | None]]
    channels: tuple[ChannelMonth, ...]
    entries: tuple[StageEntries, ...]
    cohort: Cohort | None
    earlier: tuple[EarlierMonth, ...]
    report_days: tuple[ReportDay, ...]
    refused: tuple[RefusedLoad, ...]
    rejections: tuple[Rejection, ...]
    targets: tuple[TargetStanding, ...]
    benchmarks: tuple[Benchmark, ...]
    redefined: Redefined
    afterwards: Afterwards

    def of_month(self, kpi_id: str) -> KpiValue | None:
        """The value of the month in total; None when the snapshot has no such row."""
        return self.values.get("month", {}).get(kpi_id)

    @property
    def previous(self) -> EarlierMonth | None:
        """The month before, when it has a snapshot."""
        return self._back(1)

    @property
    def year_before(self) -> EarlierMonth | None:
        """The same month of the year before, when it has a snapshot."""
        return self._back(12)

    def _back(self, months: int) -> EarlierMonth | None:
        wanted = months_before(self.snapshot.month, months)
        return next((earlier for earlier in self.earlier if earlier.snapshot.month == wanted), None)

    def trend(self, kpi_id: str) -> list[tuple[date, KpiValue | None]]:
        """Thirteen months up to this one, oldest first; None where no snapshot has the KPI."""
        known = {earlier.snapshot.month: earlier.values.get(kpi_id) for earlier in self.earlier}
        known[self.snapshot.month] = self.of_month(kpi_id)
        months = [months_before(self.snapshot.month, back) for back in range(12, -1, -1)]
        return [(month, known.get(month)) for month in months]


def months_before(month: date, back: int) -> date:
    """The first day of the month that lies `back` months earlier."""
    index = month.year * 12 + month.month - 1 - back
    return date(index // 12, index % 12 + 1, 1)
