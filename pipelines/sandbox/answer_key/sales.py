"""Deals that count, in euros: when they became an opportunity, when they were won, and whose customer that made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.channels import UNKNOWN, channel_of_record, label
from pipelines.sandbox.answer_key.money import CENT_PLACES, Rates, rounded
from pipelines.sandbox.answer_key.people import People, Person, survivors
from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.truth import Deal, Truth


@dataclass(frozen=True)
class Sale:
    """One deal that counts; days are None while they lie ahead, euros unless it is won."""

    deal_id: str
    person: Person | None
    account_id: str | None
    is_new_business: bool
    opportunity_day: date | None
    won_day: date | None
    won_at: datetime | None
    created_day: date | None
    lost_day: date | None
    channel: str
    lead_source: str
    campaign: str
    ad: str
    segment: str
    record: Deal
    amount_eur: Fraction | None
    margin_eur: Fraction | None

    @property
    def members(self) -> dict[str, str]:
        """What the deal is counted by: its own where it has it, else what its lead says."""
        of_lead = self.person.members if self.person else {}
        own = {"campaign": self.campaign, "ad": self.ad, "segment": self.segment}
        names = ("campaign", "ad", "offer", "region", "segment", "device")
        members = {name: own.get(name, UNKNOWN) for name in names}
        members = {name: of_lead.get(name, UNKNOWN) if said == UNKNOWN else said for name, said in members.items()}
        return {"channel": self.channel, "lead_source": self.lead_source, **members}

    @property
    def customer(self) -> str:
        """Whose customer a win makes: the account's, else the lead's, else nobody else's."""
        if self.account_id:
            return f"account {self.account_id}"
        return f"lead {self.person.person_id}" if self.person else f"deal {self.deal_id}"


def sales(truth: Truth, rules: Rules, clock: Clock, people: People) -> list[Sale]:
    """The deals known on a morning, without tests and without those merged into another."""
    known = {deal.deal_id: deal for deal in truth.deals if clock.is_known(deal.created_at)}
    ends = survivors(known, clock)
    rates = Rates(truth.units_per_eur)
    groups: dict[str, list[Deal]] = {}
    for deal_id, end in ends.items():
        groups.setdefault(end, []).append(known[deal_id])
    return [_sale(known[end], records, rules, clock, people, rates) for end, records in groups.items()]


def note_stages(counted: list[Sale]) -> None:
    """Opportunities and wins of new business are stages of the person behind them."""
    for sale in counted:
        if sale.person and sale.is_new_business:
            if sale.opportunity_day:
                sale.person.enter("opportunity", sale.opportunity_day)
            if sale.won_day:
                sale.person.enter("customer", sale.won_day)


def _sale(deal: Deal, records: list[Deal], rules: Rules, clock: Clock, people: People, rates: Rates) -> Sale:
    """The surviving deal with the first dates and the first source of all its records."""
    first = min(records, key=lambda record: (record.created_at, record.deal_id))
    person = people.of_lead(deal.lead_id) or people.of_lead(first.lead_id)
    own = channel_of_record(rules, first.channel, None, None, first.campaign)
    moments = [one.quote_sent_at if clock.is_known(one.quote_sent_at) else one.created_at for one in records]
    opportunity_at = min(moment for moment in moments if moment)
    is_won = deal.status == "won" and clock.is_known(deal.closed_at)
    is_lost = deal.status == "lost" and clock.is_known(deal.closed_at)
    won_day = clock.counted_day(deal.closed_at) if is_won else None
    amount_eur = None if won_day is None else rates.euros(deal.amount or Decimal(0), deal.currency, won_day)
    return Sale(
        deal_id=deal.deal_id,
        person=person,
        account_id=deal.account_id,
        is_new_business=deal.deal_type in {None, "", "new"},
        opportunity_day=clock.counted_day(opportunity_at),
        won_day=won_day,
        won_at=deal.closed_at if won_day else None,
        created_day=clock.counted_day(first.created_at),
        lost_day=clock.counted_day(deal.closed_at) if is_lost else None,
        channel=person.channel if own == UNKNOWN and person else own,
        lead_source=person.channel if person else own,
        campaign=label(first.campaign),
        ad=UNKNOWN,
        segment=label(first.segment),
        record=deal,
        amount_eur=amount_eur,
        margin_eur=_margin(deal.margin, deal.currency, won_day, amount_eur, rules, rates),
    )


def _margin(
    margin: Decimal | None,
    currency: str | None,
    day: date | None,
    amount_eur: Fraction | None,
    rules: Rules,
    rates: Rates,
) -> Fraction | None:
    if day is None or amount_eur is None:
        return None
    if margin is not None:
        return rates.euros(margin, currency, day)
    return rounded(amount_eur * Fraction(rules.gross_margin), CENT_PLACES)
