"""What the demo company's CRM remembers: scores that drift, the way of every deal, and what sales did.

Leads and deals themselves belong to `demo_leads` and `demo_deals`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth import Deal, Lead
from pipelines.sandbox.truth_crm import Activity, CrmHistory, DealStage, LeadScore

# minutes after which sales gets in touch at the earliest, each as likely; at the latest half as many later
RESPONSE_MINUTES = (4, 11, 25, 50, 95, 180, 400, 1_000, 1_440, 2_900, 6_000, 12_000)
CONTACTED_PERCENT, NOTE_PERCENT, MEETING_PERCENT, SCORED_PERCENT, REOPENED_EVERY = 78, 30, 60, 85, 4
MEETING_STATUSES = (("held", 70), ("no_show", 15), ("cancelled", 10), (None, 5))
SCORE_DAYS = (0, 5, 20)


def draw_crm_history(size: Size, seed: int, leads: Sequence[Lead], deals: Sequence[Deal]) -> CrmHistory:
    """The history of these leads and deals; some of it lies ahead of the last day."""
    dice = Dice(seed, Part.CRM)
    activities = [*_of_leads(dice, leads), *_meetings(dice, deals), *_planted(leads)]
    return CrmHistory(
        scores=tuple(_scores(dice, leads)) if size.has_scores else (),
        deal_stages=tuple(_stages(size, deals)),
        activities=tuple(sorted(activities, key=lambda one: (one.occurred_at, one.activity_id))),
    )


def _of_leads(dice: Dice, leads: Sequence[Lead]) -> Iterator[Activity]:
    """First contacts and what comes before them: notes that are none, calls that were only planned."""
    for lead in leads:
        earliest = dice.pick(RESPONSE_MINUTES)
        minutes = earliest + dice.between(0, earliest // 2)
        answered_at = lead.created_at + timedelta(minutes=minutes, seconds=dice.between(0, 59))
        if dice.chance(NOTE_PERCENT):
            yield _activity(lead, "n", lead.created_at + timedelta(minutes=1), "note")
        if dice.chance(CONTACTED_PERCENT):
            if dice.chance(10):
                yield _activity(lead, "p", lead.created_at + timedelta(minutes=2), "call", "planned")
            yield _activity(lead, "a", answered_at, dice.pick(("Call", "email")), dice.pick(("completed", None)))
            if dice.chance(40):
                yield _activity(lead, "b", dice.later(answered_at, dice.between(1, 30)), "call", "completed")


def _meetings(dice: Dice, deals: Sequence[Deal]) -> Iterator[Activity]:
    """Meetings about deals; some name the deal alone."""
    for deal in deals:
        if not dice.chance(MEETING_PERCENT):
            continue
        yield Activity(
            activity_id=f"M-{deal.deal_id}",
            occurred_at=dice.later(deal.created_at, dice.between(1, 40)),
            type="meeting",
            lead_id=deal.lead_id if dice.chance(70) else None,
            deal_id=deal.deal_id,
            status=dice.weighted(MEETING_STATUSES),
        )


def _planted(leads: Sequence[Lead]) -> Iterator[Activity]:
    """A note with the first lead, a contact before a lead came, one with a merged record, a meeting with nobody."""
    by_id = {lead.lead_id: lead for lead in leads}
    imported, merged = by_id["P-imported"], by_id["P-both-merged-b"]
    yield _activity(leads[0], "first", leads[0].created_at, "note")
    yield _activity(imported, "before", imported.created_at - timedelta(days=2), "call", "completed")
    yield _activity(merged, "merged", merged.created_at + timedelta(hours=5), "email")
    yield Activity("M-nobody", imported.created_at, "meeting", None, None, "held")


def _activity(lead: Lead, name: str, at: datetime, kind: str, status: str | None = None) -> Activity:
    return Activity(f"C-{lead.lead_id}-{name}", at, kind, lead.lead_id, None, status)


def _stages(size: Size, deals: Sequence[Deal]) -> Iterator[DealStage]:
    """Every deal from its creation on; some that are open were lost before."""
    end = datetime.combine(size.today, time(), ZoneInfo(size.time_zone))
    for number, deal in enumerate(deals):
        yield DealStage(deal.deal_id, "Qualified", deal.created_at)
        if deal.quote_sent_at:
            yield DealStage(deal.deal_id, "Proposal", deal.quote_sent_at)
        if deal.status != "open" and deal.closed_at:
            yield DealStage(deal.deal_id, {"won": "Closed Won", "lost": "Closed Lost"}[deal.status], deal.closed_at)
        elif number % REOPENED_EVERY == 0 and deal.created_at + timedelta(days=30) < end:
            yield DealStage(deal.deal_id, "Closed Lost", deal.created_at + timedelta(days=14))
            yield DealStage(deal.deal_id, "Negotiation", deal.created_at + timedelta(days=27))


def _scores(dice: Dice, leads: Sequence[Lead]) -> Iterator[LeadScore]:
    for lead in leads:
        if dice.chance(SCORED_PERCENT):
            score = dice.between(5, 60)
            for days in SCORE_DAYS:
                yield LeadScore(lead.lead_id, lead.created_at + timedelta(days=days), score)
                score += dice.between(-4, 15)
