"""Persons: leads with their merges followed, their first source, and the day each stage was first reached."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pipelines.sandbox.answer_key.channels import UNKNOWN, channel_of_record, device_label, label
from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.truth import Deal, Lead, Truth

STAGES_OF_DEALS = {"opportunity", "customer"}


@dataclass
class Person:
    """One person of the CRM: the surviving record with what its merged records bring."""

    person_id: str
    created_at: datetime
    created_day: date
    channel: str
    campaign: str
    ad: str
    offer: str
    region: str
    device: str
    segment: str
    origin: str | None
    first_record: Lead
    entries: dict[str, date] = field(default_factory=dict)
    landing_page: str = UNKNOWN

    @property
    def members(self) -> dict[str, str]:
        """What the person is counted by."""
        names = ("channel", "campaign", "ad", "offer", "region", "segment", "device", "landing_page")
        return {name: getattr(self, name) for name in names}

    def enter(self, stage: str, day: date) -> None:
        """Note an entry; the earliest of a stage stays."""
        self.entries[stage] = min(self.entries.get(stage, day), day)

    def reached(self, stages: tuple[str, ...]) -> dict[str, date]:
        """First day per stage: its own entry or that of a later stage, whichever came first."""
        days = {stages[0]: self.created_day}
        for place, stage in enumerate(stages[1:], start=1):
            later = [self.entries[one] for one in stages[place:] if one in self.entries]
            if later:
                days[stage] = min(later)
        return days


class People:
    """All persons known on a morning; `of_lead` finds the person of any of its records."""

    def __init__(self, truth: Truth, rules: Rules, clock: Clock) -> None:
        self._records = {lead.lead_id: lead for lead in truth.leads if _is_known(lead, clock)}
        self._survivors = survivors(self._records, clock)
        self._persons: dict[str, Person] = {}
        groups: dict[str, list[Lead]] = {}
        for lead_id, survivor in self._survivors.items():
            groups.setdefault(survivor, []).append(self._records[lead_id])
        for survivor, records in groups.items():
            person = _person(survivor, records, rules, clock, deals_decide=bool(truth.deals))
            if person:
                self._persons[survivor] = person

    def __iter__(self) -> Iterator[Person]:
        return iter(self._persons.values())

    def of_lead(self, lead_id: str | None) -> Person | None:
        """The person that a deal or an order names; None when the lead does not count."""
        return self._persons.get(self._survivors.get(lead_id or "", ""))

    def shop_customers(self) -> Iterator[tuple[str, Person]]:
        """The shop customers that leads say they are."""
        for lead_id, lead in self._records.items():
            person = self.of_lead(lead_id)
            if lead.customer_id and person:
                yield lead.customer_id, person


def survivors(records: Mapping[str, Lead] | Mapping[str, Deal], clock: Clock) -> dict[str, str]:
    """For each record that is no test the id it ended up under; a chain ends at the last known record."""
    ends = {}
    for record_id, record in records.items():
        if record.is_test:
            continue
        end, seen = record_id, {record_id}
        while True:
            following = _merged_into(records[end], clock)
            if following is None or following in seen or following not in records or records[following].is_test:
                break
            end = following
            seen.add(end)
        ends[record_id] = end
    return ends


def _merged_into(record: Lead | Deal, clock: Clock) -> str | None:
    is_merged = record.merged_on is None or record.merged_on < clock.today
    return record.merged_into if is_merged else None


def _is_known(lead: Lead, clock: Clock) -> bool:
    return clock.is_known(lead.created_at) and (lead.known_from is None or lead.known_from <= clock.today)


def _person(survivor: str, records: list[Lead], rules: Rules, clock: Clock, *, deals_decide: bool) -> Person | None:
    first = min(records, key=lambda lead: (lead.created_at, lead.lead_id))
    created_day = clock.counted_day(first.created_at)
    if created_day is None:
        return None
    person = Person(
        survivor,
        first.created_at,
        created_day,
        channel_of_record(rules, first.channel, first.source, first.medium, first.campaign),
        label(first.campaign),
        label(first.ad),
        label(first.offer),
        label(first.region),
        device_label(first.device),
        label(first.segment),
        first.origin,
        first,
        # what follows the path says who came, not where they landed
        landing_page=label(re.split(r"[?#]", first.landing_page or "")[0]),
    )
    for record in records:
        for entry in record.stages:
            day = clock.counted_day(entry.entered_at)
            stage = entry.stage.lower()
            if day and stage in rules.stages and not (deals_decide and stage in STAGES_OF_DEALS):
                person.enter(stage, day)
    return person
