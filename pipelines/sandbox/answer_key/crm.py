"""What the CRM's history tells: contacts, scores at a fixed age, deals won and lost, and the open pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.channels import UNKNOWN
from pipelines.sandbox.answer_key.formulas import (
    BY_CHANNEL,
    MONTHLY,
    Formula,
    Key,
    Parts,
    SourceParts,
    Subject,
)
from pipelines.sandbox.answer_key.money import Rates, decimal, rounded
from pipelines.sandbox.answer_key.people import Person
from pipelines.sandbox.answer_key.periods import GRAINS, period_start, started_periods
from pipelines.sandbox.answer_key.sales import Sale
from pipelines.sandbox.answer_key.tally import Tally

BY_AD = (*BY_CHANNEL, "campaign", "ad")
BY_SEGMENT = (*BY_CHANNEL, "segment")
SCORE_AGE = timedelta(days=7)
NO_CONTACT = {"planned", "scheduled", "cancelled", "canceled", "no_show", "no show"}
CLOSING = {"closed won", "closed lost"}
FORMULAS = (
    Formula("leads_by_channel", "new_leads", slices=BY_AD),
    Formula("leads_online_offline", "new_leads", slices=("total", "origin")),
    Formula("online_booking_leads", "booking_leads"),
    Formula("mobile_leads", "mobile_leads"),
    Formula("mobile_customers", "mobile_customers", stages=("customer",)),
    Formula("qualified_lead_rate", "lead_to_qualified_reached", "lead_to_mql_cohort", BY_AD, MONTHLY),
    Formula("lead_quality_score", "lead_scores", "leads_scored", (*BY_CHANNEL, "campaign")),
    Formula("lead_response_time", "response_hours", "leads_contacted"),
    Formula("leads_answered_within_a_day", "leads_contacted_in_a_day", "leads_to_contact"),
    Formula("leads_delivered_to_sales", "lead_handed_over", slices=BY_SEGMENT),
    Formula("visit_to_mql_rate", "mql_of_online", "sessions", (*BY_CHANNEL, "device"), MONTHLY, stages=("lead", "mql")),
    *(
        Formula(f"visit_to_{stage}_rate", f"{stage}_of_online", "sessions", BY_CHANNEL, MONTHLY, ("lead", stage))
        for stage in ("sal", "sql")
    ),
    Formula("marketing_sourced_share", "deals_sourced", "deals_won_value", ("total", "segment"), MONTHLY),
    Formula("win_rate", "deals_won_new", "deals_closed_new", BY_SEGMENT, MONTHLY),
    Formula("win_rate_amount", "deals_won_new_value", "deals_closed_new_value", BY_SEGMENT, MONTHLY),
    Formula("avg_deal_size", "deals_won_value", "deals_won_priced", BY_SEGMENT, MONTHLY),
    Formula("pipeline_created", "deals_created_value", slices=BY_SEGMENT),
    Formula("new_sales_conversions", "new_sales"),
    Formula("sales_volume", "sales"),
    Formula("meetings_held", "meetings_held"),
)
OF_LEADS: SourceParts = (("crm_leads",),)
OF_STAGES: SourceParts = (("crm_leads",), ("crm_stages",))
OF_ACTIVITIES: SourceParts = (("crm_leads",), ("crm_activities",))
SOURCES: dict[str, SourceParts] = {
    **dict.fromkeys(("booking_leads", "mobile_leads", "lead_scores", "leads_scored"), OF_LEADS),
    **dict.fromkeys(("lead_to_qualified_reached", "lead_handed_over"), OF_STAGES),
    **dict.fromkeys(("mql_of_online", "sal_of_online", "sql_of_online"), OF_STAGES),
    **dict.fromkeys(
        ("response_hours", "leads_contacted", "leads_contacted_in_a_day", "leads_to_contact"), OF_ACTIVITIES
    ),
    **{
        f"deals_{name}": (("crm_deals",),)
        for name in (
            *("sourced", "won_value", "won_priced", "won_new", "closed_new", "won_new_value", "closed_new_value"),
            "created_value",
        )
    },
    **dict.fromkeys(("mobile_customers", "new_sales"), (("customers_from",),)),
    "sales": (("revenue_from",),),
    "meetings_held": (("crm_activities",),),
}


def _count(tally: Tally, books: Books) -> None:
    _count_leads(tally, books)
    _count_deals(tally, books)
    _count_sales(tally, books)
    for customer in books.customers():
        if customer.members["device"] == "mobile":
            tally.add("mobile_customers", customer.day, 1, **customer.members)
    persons, sales = books.people, {sale.deal_id: sale for sale in books.sales}
    for one in books.truth.crm.activities:
        day = books.clock.counted_day(one.occurred_at)
        if day and one.type == "meeting" and one.status == "held":
            person, sale = persons.of_lead(one.lead_id), sales.get(one.deal_id or "")
            channel = person.channel if person else sale.channel if sale else UNKNOWN
            tally.add("meetings_held", day, 1, channel=channel)


def _count_leads(tally: Tally, books: Books) -> None:
    rules, contacts = books.rules, _first_contacts(books)
    for person in books.persons:
        members, day = person.members, person.created_day
        reached = books.reached[person.person_id]
        if (person.first_record.form or "").lower() in {form.lower() for form in rules.booking_forms}:
            tally.add("booking_leads", day, 1, **members)
        if person.device == "mobile":
            tally.add("mobile_leads", day, 1, **members)
        score = _score(person, books)
        if score is not None:
            tally.add("lead_scores", day, score, **members)
            tally.add("leads_scored", day, 1, **members)
        tally.add("leads_to_contact", day, 1, **members)
        contact = contacts.get(person.person_id)
        if contact is not None:
            # moments are told to the second
            seconds = int(contact.timestamp()) - int(person.created_at.timestamp())
            tally.add("response_hours", day, rounded(Fraction(seconds, 3600), 6), **members)
            tally.add("leads_contacted", day, 1, **members)
            if seconds <= 86_400:
                tally.add("leads_contacted_in_a_day", day, 1, **members)
        if rules.handover_stage in reached:
            tally.add("lead_handed_over", reached[rules.handover_stage], 1, **members)
        if _in_time(day, reached.get(rules.qualified_stage), books):
            tally.add("lead_to_qualified_reached", day, 1, **members)
        for stage in ("mql", "sal", "sql"):
            if person.origin == "online" and _in_time(day, reached.get(stage), books):
                tally.add(f"{stage}_of_online", day, 1, **members)


def _in_time(first: date, then: date | None, books: Books) -> bool:
    return then is not None and (then - first).days <= books.rules.window_days


def _first_contacts(books: Books) -> dict[str, datetime]:
    """The first contact with each person from the lead's creation on."""
    found: dict[str, datetime] = {}
    for one in books.truth.crm.activities:
        person = books.people.of_lead(one.lead_id)
        is_contact = one.type.lower() in books.rules.contact_types and one.status not in NO_CONTACT
        if person and is_contact and books.clock.counted_day(one.occurred_at) and one.occurred_at >= person.created_at:
            found[person.person_id] = min(one.occurred_at, found.get(person.person_id, one.occurred_at))
    return found


def _score(person: Person, books: Books) -> int | None:
    """The score at seven days, which a first read this morning knows of leads that are just that old."""
    if person.created_day + SCORE_AGE != books.today:
        return None
    known = [
        one.score
        for one in books.truth.crm.scores
        if one.lead_id == person.first_record.lead_id and books.clock.is_known(one.scored_at)
    ]
    return known[-1] if known else None


def _count_deals(tally: Tally, books: Books) -> None:
    rates, rules = Rates(books.truth.units_per_eur), books.rules
    for sale in books.sales:
        record, members = sale.record, sale.members
        if sale.is_new_business and sale.created_day and record.amount is not None:
            value = rates.euros(record.amount, record.currency, sale.created_day)
            if value is not None:
                tally.add("deals_created_value", sale.created_day, value, **members)
        if sale.won_day and sale.amount_eur is not None:
            tally.add("deals_won_value", sale.won_day, sale.amount_eur, **members)
            if record.amount is not None:
                tally.add("deals_won_priced", sale.won_day, 1, **members)
            if sale.lead_source in rules.marketing_channels:
                tally.add("deals_sourced", sale.won_day, sale.amount_eur, **members)
        closed = sale.won_day or sale.lost_day
        if closed and sale.is_new_business:
            value = rates.euros(record.amount or Decimal(0), record.currency, closed)
            tally.add("deals_closed_new", closed, 1, **members)
            if value is not None:
                tally.add("deals_closed_new_value", closed, value, **members)
            if sale.won_day and value is not None:
                tally.add("deals_won_new", closed, 1, **members)
                tally.add("deals_won_new_value", closed, value, **members)


def _count_sales(tally: Tally, books: Books) -> None:
    """Sales as revenue counts them, and purchases that win somebody."""
    rules = books.rules
    for one in books.revenue():
        if not one.is_refund:
            tally.add("sales", one.day, 1, channel=one.channel)
    has_deal = set()
    if rules.customers_from != "orders":
        for sale in books.sales:
            if sale.is_new_business and sale.won_day:
                tally.add("new_sales", sale.won_day, 1, channel=sale.channel)
                has_deal.add(sale.person.person_id if sale.person else "")
    if rules.customers_from != "deals":
        bought: set[str] = set()
        for order in sorted(books.shop.purchases, key=lambda one: (one.day, one.order_id)):
            if order.customer not in bought and not (order.person and order.person.person_id in has_deal):
                tally.add("new_sales", order.day, 1, channel=order.channel)
            bought.add(order.customer)


def _pipeline(books: Books) -> Mapping[Key, Parts]:
    """What was open at the end of each period, from the first day of the deals' history on."""
    entries: dict[str, list[tuple[datetime, str]]] = {}
    for one in books.truth.crm.deal_stages:
        if books.clock.is_known(one.entered_at):
            entries.setdefault(one.deal_id, []).append((one.entered_at, one.stage.lower()))
    first_day = min(books.clock.day(at) for of_deal in entries.values() for at, _ in of_deal)
    rates = Rates(books.truth.units_per_eur)
    values: dict[Key, Parts] = {}
    for grain in GRAINS:
        for start in started_periods(grain, min(first_day, _deals_from(books)), books.today):
            day = _last_day(grain, start, books.today)
            sums: dict[tuple[str, str], Fraction] = {("total", ""): Fraction(0)}
            for sale in books.sales:
                stage = _stage_on(day, sale, entries, books)
                if stage is None:
                    continue
                amount = sale.record.amount
                value = Fraction(0) if amount is None else rates.euros(amount, sale.record.currency, day) or Fraction(0)
                cells = [("total", ""), ("channel", sale.channel)]
                if grain != "day":
                    cells += [("segment", sale.members["segment"]), ("stage", stage)]
                for cell in cells:
                    sums[cell] = sums.get(cell, Fraction(0)) + value
            for cell, value in sums.items():
                is_known = day >= first_day
                if is_known or cell[0] == "total":
                    values["pipeline_value", grain, start, *cell] = (decimal(value) if is_known else None, None)
    return values


def _stage_on(day: date, sale: Sale, entries: Mapping[str, list[tuple[datetime, str]]], books: Books) -> str | None:
    """The stage in which a deal stood open at the end of a day; None when it was not open."""
    closed = sale.won_day or sale.lost_day
    if not sale.is_new_business or sale.opportunity_day is None or sale.opportunity_day > day:
        return None
    before = [entry for entry in entries.get(sale.deal_id, []) if books.clock.day(entry[0]) <= day]
    stage = max(before)[1] if before else UNKNOWN
    return None if stage in CLOSING or (closed is not None and closed <= day) else stage


def _deals_from(books: Books) -> date:
    days = (books.clock.day(deal.created_at) for deal in books.truth.deals if books.clock.is_known(deal.created_at))
    return min(days)


def _last_day(grain: str, start: date, today: date) -> date:
    day = start
    while day + timedelta(days=1) < today and period_start(grain, day + timedelta(days=1)) == start:
        day += timedelta(days=1)
    return day


def _days(books: Books) -> Mapping[str, Iterable[date]]:
    return {"crm_activities": _activity_days(books)}


def _activity_days(books: Books) -> Iterator[date]:
    for one in books.truth.crm.activities:
        day = books.clock.counted_day(one.occurred_at)
        if day:
            yield day


CRM = Subject(FORMULAS, _count, _pipeline, SOURCES, _days)
