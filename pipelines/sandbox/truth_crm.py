"""The shape of what the CRM of the demo company remembers beside its leads and deals. Times are UTC and aware."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class LeadScore:
    """A score that the CRM gave a lead; the newest one shows."""

    lead_id: str
    scored_at: datetime
    score: int


@dataclass(frozen=True)
class DealStage:
    """A stage that a deal entered; one that was opened again has an entry after that which closed it."""

    deal_id: str
    stage: str
    entered_at: datetime


@dataclass(frozen=True)
class Activity:
    """Something sales did, or planned, with a lead or about a deal."""

    activity_id: str
    occurred_at: datetime
    type: str
    lead_id: str | None
    deal_id: str | None
    status: str | None


@dataclass(frozen=True)
class CrmHistory:
    """Scores by time, stages of deals, and activities."""

    scores: tuple[LeadScore, ...] = field(default=(), repr=False)
    deal_stages: tuple[DealStage, ...] = field(default=(), repr=False)
    activities: tuple[Activity, ...] = field(default=(), repr=False)
