"""From which day each source says something: before it a number is unknown, from it on nothing recorded means 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import SourceParts, Subject
from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.truth import Truth

# measure -> its parts, each of them sources of which one is enough; those not named are counted from the website
PARTS: dict[str, SourceParts] = {
    **dict.fromkeys(("ad_spend", "ad_clicks"), (("ad_cost",),)),
    **dict.fromkeys(("cost_full", "cost_direct"), (("ad_cost", "cost"),)),
    **dict.fromkeys(("orders", "order_value"), (("orders",),)),
    **dict.fromkeys(("revenue", "ad_revenue", "margin"), (("revenue_from",),)),
    "marketing_result": (("ad_cost", "cost"), ("revenue_from",)),
    **dict.fromkeys(("customers", "cycle_days", "customers_with_lead"), (("customers_from",),)),
    **dict.fromkeys(
        ("opportunities", "opportunity_to_customer_cohort", "opportunity_to_customer_reached"), (("crm_deals",),)
    ),
    **dict.fromkeys(
        ("sql_to_opportunity_reached", "lead_to_customer_reached"), (("crm_leads",), ("crm_stages",), ("crm_deals",))
    ),
}
SALES = {"deals": ("crm_deals",), "orders": ("orders",), "both": ("orders", "crm_deals")}
OF_LEADS = ("new_leads", "online_leads", "entered_lead", "lead_to_mql_cohort")
OF_STAGES = ("entered_", "lead_", "mql_", "sal_", "sql_")


class Coverage:
    """First days by source, as a morning knows them."""

    def __init__(self, books: Books, subjects: Iterable[Subject] = ()) -> None:
        truth, rules, clock = books.truth, books.rules, books.clock
        self._parts = PARTS | {name: parts for one in subjects for name, parts in one.sources.items()}
        self._sales = {"revenue_from": SALES[rules.revenue_from], "customers_from": SALES[rules.customers_from]}
        events = {
            "ga4": [truth.first_day],
            "crm_leads": list(_days(clock, (lead.created_at for lead in truth.leads))),
            "crm_stages": list(_days(clock, _lead_moments(truth))),
            "crm_deals": list(_days(clock, _deal_moments(truth))),
            "orders": list(_days(clock, _order_moments(truth))),
            "ad_cost": [one.day for one in truth.ads],
            "cost": [one.period_start for one in truth.invoices],
        }
        for subject in subjects:
            events |= {source: list(days) for source, days in subject.days(books).items()}
        self._first = {source: min(days) for source, days in events.items() if days}
        # the account is read whole, so it speaks for every day
        self._first["mailchimp"] = min(self._first.values())

    @property
    def first_known_day(self) -> date:
        """The first day of which any source says something."""
        return min(self._first.values())

    def first_day(self, *measures: str | None) -> date:
        """The first day on which any of the measures is known: one source of each of its parts."""
        return min(self._known_from(measure) for measure in measures if measure)

    def _known_from(self, measure: str) -> date:
        parts = [self._sales.get(part[0], part) for part in self._parts.get(measure, _usual_parts(measure))]
        return max(min(self._first[source] for source in part if source in self._first) for part in parts)


def _days(clock: Clock, moments: Iterator[datetime | None]) -> Iterator[date]:
    for moment in moments:
        day = clock.counted_day(moment) if clock.is_known(moment) else None
        if day is not None:
            yield day


def _lead_moments(truth: Truth) -> Iterator[datetime | None]:
    for lead in truth.leads:
        yield lead.created_at
        yield from (entry.entered_at for entry in lead.stages)


def _deal_moments(truth: Truth) -> Iterator[datetime | None]:
    for deal in truth.deals:
        yield deal.created_at
        yield deal.closed_at


def _order_moments(truth: Truth) -> Iterator[datetime | None]:
    for order in truth.orders:
        yield order.ordered_at
        yield order.refunded_at


def _usual_parts(measure: str) -> tuple[tuple[str, ...], ...]:
    """Counts of leads need the leads, those of stages their entries too; all others are of the website."""
    if measure.startswith(OF_LEADS):
        return (("crm_leads",),)
    return (("crm_leads",), ("crm_stages",)) if measure.startswith(OF_STAGES) else (("ga4",),)
