"""What the CRM's history tells: contacts, scores at a fixed age, deals won and lost, and what was sold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.channels import UNKNOWN
from pipelines.sandbox.answer_key.formulas import (
    BY_CHANNEL,
    MONTHLY,
    Formula,
    SourceParts,
    Subject,
)
from pipelines.sandbox.answer_key.money import Rates, rounded
from pipelines.sandbox.answer_key.open_deals import expected_pipeline
from pipelines.sandbox.answer_key.people import Person
from pipelines.sandbox.answer_key.response_times import OF_ACTIVITIES, first_contacts, response_seconds
from pipelines.sandbox.answer_key.tally import Tally

BY_AD = (*BY_CHANNEL, "campaign", "ad")
BY_SEGMENT = (*BY_CHANNEL, "segment")
SCORE_AGE = timedelta(days=7)
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
    rules, contacts = books.rules, first_contacts(books)
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
            seconds = response_seconds(person, contact)
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


def _days(books: Books) -> Mapping[str, Iterable[date]]:
    return {"crm_activities": _activity_days(books)}


def _activity_days(books: Books) -> Iterator[date]:
    for one in books.truth.crm.activities:
        day = books.clock.counted_day(one.occurred_at)
        if day:
            yield day


CRM = Subject(FORMULAS, _count, values=expected_pipeline, sources=SOURCES, days=_days)
