"""From which day each source says something: before it a number is unknown, from it on nothing recorded means 0."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from pipelines.sandbox.answer_key.periods import Clock
from pipelines.sandbox.truth import Truth

# measure -> the sources that count it; those not named are counted from the website
SOURCES = {
    **dict.fromkeys(("ad_spend", "ad_clicks", "cost_full", "cost_direct"), ("ad_cost",)),
    **dict.fromkeys(("orders", "order_value"), ("orders",)),
    **dict.fromkeys(("revenue", "ad_revenue", "margin"), ("orders", "crm_deals")),
    "marketing_result": ("ad_cost", "orders", "crm_deals"),
    **dict.fromkeys(("customers", "cycle_days", "customers_with_lead"), ("orders", "crm_deals")),
    **dict.fromkeys(
        ("opportunities", "opportunity_to_customer_cohort", "opportunity_to_customer_reached"), ("crm_deals",)
    ),
    **dict.fromkeys(
        ("emails_sent", "delivered", "delivered_open_known", "human_opens", "email_clicks"), ("mailchimp",)
    ),
    **dict.fromkeys(("email_unsubscribes", "email_bounces"), ("mailchimp",)),
}
OF_LEADS = ("new_leads", "online_leads", "entered_", "lead_", "mql_", "sal_", "sql_")


class Coverage:
    """First days by source, as a morning knows them."""

    def __init__(self, truth: Truth, clock: Clock) -> None:
        events = {
            "ga4": [truth.first_day],
            "crm_leads": list(_days(clock, _lead_moments(truth))),
            "crm_deals": list(_days(clock, _deal_moments(truth))),
            "orders": list(_days(clock, _order_moments(truth))),
            "ad_cost": [one.day for one in truth.ads] + [one.period_start for one in truth.invoices],
        }
        self._first = {source: min(days) for source, days in events.items() if days}
        # the account is read whole, so it speaks for every day
        self._first["mailchimp"] = min(self._first.values())

    def first_day(self, *measures: str | None) -> date:
        """The first day of the earliest source of any of the measures."""
        sources = {source for measure in measures if measure for source in _sources(measure)}
        return min(self._first[source] for source in sources if source in self._first)


def _sources(measure: str) -> tuple[str, ...]:
    if measure in SOURCES:
        return SOURCES[measure]
    return ("crm_leads",) if measure.startswith(OF_LEADS) else ("ga4",)


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
