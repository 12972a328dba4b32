"""The demo company's leads: most come from a visit, some from fairs and the phone; their stages as the CRM noted them.

What becomes of the good ones belongs to `demo_deals`; cases made for one rule each to `demo_planted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from pipelines.sandbox.demo_channels import NOT_SET
from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.demo_traffic import ONLINE_LEAD_PERCENT, Visit
from pipelines.sandbox.truth import Lead, StageEntry

MQL_PERCENT = {"Paid Social": 31, "Organic Search": 44, "Email": 50, "Referral": 48, "Paid Search": 42, None: 40}
MQL_PERCENT_ELSEWHERE = 37
SAL_PERCENT, SQL_PERCENT, OPPORTUNITY_PERCENT = 78, 57, 52
# days until the next stage, each as likely; the longest lie beyond a window of 90 days
MQL_DAYS = (0, 0, 0, 0, 1, 1, 2, 3, 4, 6, 9, 14, 21, 35, 104)
SAL_DAYS = (0, 1, 1, 2, 3, 5, 8)
SQL_DAYS = (1, 2, 3, 5, 7, 10, 15, 30, 95)
OPPORTUNITY_DAYS = (1, 3, 5, 8, 12, 20, 40)
SKIPPED_MQL_PERCENT, SKIPPED_SAL_PERCENT, REGRESSION_PERCENT, LEAD_NOTED_PERCENT = 6, 14, 6, 60
DUPLICATE_PERCENT, TEST_PERCENT, CHAIN_PERCENT = 3, 2, 25
SEGMENTS = (("smb", 46), ("mid-market", 27), ("enterprise", 12), ("unknown", 7), (None, 8))
REGIONS = (("NL", 62), ("BE", 18), ("DE", 9), ("UK", 8), (None, 3))
FORMS = ("demo request", "whitepaper", "contact", "quote request")
OFFERS = ("Hard-water guide", "Legionella check", "Filter calculator", None)
OFFLINE_SOURCES = (("trade fair", "event"), ("phone", None), ("partner", "referral"))


@dataclass(frozen=True)
class Prospect:
    """A lead, the account it belongs to and, when it gets that far, the moment an opportunity began."""

    lead: Lead
    account_id: str
    opportunity_at: datetime | None


class KnownSource(TypedDict):
    """What the CRM knows of where a lead came from."""

    channel: str | None
    source: str | None
    medium: str | None
    campaign: str | None
    ad: str | None


def draw_prospects(size: Size, seed: int, visits: Iterable[Visit]) -> list[Prospect]:
    """Leads by time of creation, duplicates and test records after the record they belong to."""
    dice, zone = Dice(seed, Part.LEADS), ZoneInfo(size.time_zone)
    first_moment = datetime.combine(size.first_day, time(), zone)
    bare = [*_online(dice, visits), *_offline(dice, size, zone)]
    prospects: list[Prospect] = []
    for number, lead in enumerate(sorted(bare, key=lambda one: one.created_at), start=1):
        first = prospects[dice.between(0, len(prospects) - 1)] if prospects and dice.chance(12) else None
        account_id = first.account_id if first else f"A-{number:05d}"
        prospect = _with_journey(dice, replace(lead, lead_id=f"L-{number:06d}"), account_id)
        prospects.append(prospect)
        prospects.extend(_companions(dice, prospect, first_moment))
    return prospects


def _online(dice: Dice, visits: Iterable[Visit]) -> Iterator[Lead]:
    for visit in visits:
        yield Lead(
            lead_id="",
            created_at=visit.started_at + timedelta(seconds=dice.between(40, 1_500)),
            **_known_source(dice, visit),
            device=dice.weighted(((visit.device, 90), (visit.device.title(), 7), (None, 3))),
            landing_page=visit.landing_page,
            origin="online",
            segment=dice.weighted(SEGMENTS),
            region=dice.weighted(REGIONS),
            stages=(),
            form=dice.pick(FORMS),
            offer=dice.pick(OFFERS),
        )


def _known_source(dice: Dice, visit: Visit) -> KnownSource:
    """What the CRM knows of the source: all of it, source and medium only, or nothing."""
    origin = visit.origin
    campaign = None if origin.campaign == NOT_SET else origin.campaign
    ad = None if origin.ad == NOT_SET else origin.ad
    knowledge = dice.weighted((("all", 68), ("other capitals", 4), ("no channel", 21), ("nothing", 7)))
    if knowledge == "nothing":
        return {"channel": None, "source": None, "medium": None, "campaign": None, "ad": None}
    if knowledge == "no channel":
        return {"channel": None, "source": origin.source, "medium": origin.medium, "campaign": None, "ad": None}
    channel = origin.channel.lower() if knowledge == "other capitals" else origin.channel
    return {"channel": channel, "source": origin.source, "medium": origin.medium, "campaign": campaign, "ad": ad}


def _offline(dice: Dice, size: Size, zone: ZoneInfo) -> Iterator[Lead]:
    for _ in range(round(size.leads_per_day * size.days * (100 - ONLINE_LEAD_PERCENT) / 100)):
        day = size.first_day + timedelta(days=dice.between(0, size.days - 1))
        source, medium = dice.pick(OFFLINE_SOURCES)
        yield Lead(
            lead_id="",
            created_at=dice.office_hour(day, zone),
            channel=None,
            source=source,
            medium=medium,
            campaign=None,
            ad=None,
            device=None,
            landing_page=None,
            origin="offline",
            segment=dice.weighted(SEGMENTS),
            region=dice.weighted(REGIONS),
            stages=(),
            # cards from a fair are typed in later, with the day of the fair
            known_from=day + timedelta(days=dice.between(1, 6)) if source == "trade fair" else None,
        )


def _with_journey(dice: Dice, lead: Lead, account_id: str) -> Prospect:
    """The lead with its stages, some of which the CRM never noted."""
    stages = [StageEntry("lead", lead.created_at)] if dice.chance(LEAD_NOTED_PERCENT) else []
    opportunity_at = None
    if dice.chance(MQL_PERCENT.get(lead.channel, MQL_PERCENT_ELSEWHERE)):
        mql_at = dice.later(lead.created_at, dice.pick(MQL_DAYS))
        is_sal = dice.chance(SAL_PERCENT)
        sal_at = dice.later(mql_at, dice.pick(SAL_DAYS))
        is_sql = is_sal and dice.chance(SQL_PERCENT)
        sql_at = dice.later(sal_at, dice.pick(SQL_DAYS))
        if not (is_sql and dice.chance(SKIPPED_MQL_PERCENT)):
            stages.append(StageEntry("mql", mql_at))
        if is_sal and not (is_sql and dice.chance(SKIPPED_SAL_PERCENT)):
            stages.append(StageEntry("sal", sal_at))
        if is_sql:
            stages.append(StageEntry("sql", sql_at))
            if dice.chance(REGRESSION_PERCENT):
                stages.append(StageEntry("mql", dice.later(sql_at, 4)))
            if dice.chance(OPPORTUNITY_PERCENT):
                opportunity_at = dice.later(sql_at, dice.pick(OPPORTUNITY_DAYS))
    return Prospect(replace(lead, stages=tuple(stages), company_id=account_id), account_id, opportunity_at)


def _companions(dice: Dice, prospect: Prospect, first_moment: datetime) -> Iterator[Prospect]:
    """Records of the same person that were merged into it later, and tests of the form."""
    lead = prospect.lead
    if dice.chance(DUPLICATE_PERCENT) and lead.known_from is None:
        twin = _twin(dice, lead, f"{lead.lead_id}b", first_moment)
        yield Prospect(twin, prospect.account_id, None)
        if dice.chance(CHAIN_PERCENT):
            yield Prospect(_twin(dice, twin, f"{lead.lead_id}c", first_moment), prospect.account_id, None)
    if dice.chance(TEST_PERCENT):
        test = replace(
            lead,
            lead_id=f"{lead.lead_id}t",
            created_at=lead.created_at + timedelta(minutes=3),
            form="TEST please ignore",
            is_test=True,
        )
        yield Prospect(test, prospect.account_id, None)


def _twin(dice: Dice, lead: Lead, lead_id: str, first_moment: datetime) -> Lead:
    """The person a second time, earlier or later than the record it was merged into."""
    created_at = lead.created_at + timedelta(days=dice.between(-9, 30), seconds=dice.between(60, 7_200))
    if created_at < first_moment:
        created_at = lead.created_at + timedelta(hours=1)
    merged_on: date = (max(created_at, lead.created_at) + timedelta(days=dice.between(1, 25))).date()
    return replace(
        lead,
        lead_id=lead_id,
        created_at=created_at,
        channel=dice.pick(("Organic Social", "Direct", "Email")),
        source=None,
        medium=None,
        campaign=None,
        ad=None,
        device=dice.pick(("mobile", "desktop")),
        known_from=None,
        stages=(StageEntry("mql", dice.later(created_at, 1)),) if dice.chance(40) else (),
        merged_into=lead.lead_id,
        merged_on=merged_on,
    )
