"""The demo company: one coherent truth from a size and a seed, the same on every machine.

Puts the parts together; each part has a module of its own. Serving the truth belongs to the emulators and the exports.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from decimal import Decimal

from pipelines.sandbox.demo_ads import draw_ads
from pipelines.sandbox.demo_automations import draw_automations
from pipelines.sandbox.demo_costs import draw_exchange_rates, invoices
from pipelines.sandbox.demo_crm import draw_crm_history
from pipelines.sandbox.demo_deals import draw_deals
from pipelines.sandbox.demo_handed_in import draw_articles, draw_handed_in
from pipelines.sandbox.demo_leads import draw_prospects
from pipelines.sandbox.demo_mail import draw_newsletters, mail_lists, split_test_children
from pipelines.sandbox.demo_orders import draw_orders
from pipelines.sandbox.demo_planted import PlantedCases
from pipelines.sandbox.demo_retail import draw_stores
from pipelines.sandbox.demo_search import draw_sightings, measurements, site_days
from pipelines.sandbox.demo_sessions import sessions_table
from pipelines.sandbox.demo_shop import draw_carts, draw_order_lines
from pipelines.sandbox.demo_size import BENCHMARK, DEMO, TINY, Size
from pipelines.sandbox.demo_social import draw_social_media
from pipelines.sandbox.demo_tool_mail import draw_tool_mail
from pipelines.sandbox.demo_traffic import draw_traffic
from pipelines.sandbox.truth import Order, Truth
from pipelines.sandbox.truth_search import Findings

__all__ = ["BENCHMARK", "DEMO", "PROPERTY_ID", "TINY", "Size", "demo_company"]

PROPERTY_ID = "300000001"


def demo_company(size: Size, seed: int = 7) -> Truth:
    """Everything that happened to the demo company of this size."""
    newsletters, automations = draw_newsletters(size, seed), draw_automations(size, seed)
    traffic = draw_traffic(size, seed, newsletters)
    prospects = draw_prospects(size, seed, traffic.visits(traffic.lead_positions))
    orders, positions = draw_orders(seed, traffic.visits(traffic.order_positions), prospects)
    rates = draw_exchange_rates(size, seed)
    planted = PlantedCases(size)
    revenue_eur = {position: _revenue_eur(order, rates) for order, position in zip(orders, positions, strict=True)}
    created = (*(one.lead for one in prospects), *planted.leads())
    leads = tuple(sorted(created, key=lambda one: (one.created_at, one.lead_id)))
    deals = (*draw_deals(size, seed, prospects), *planted.deals())
    return Truth(
        seed=seed,
        first_day=size.first_day,
        today=size.today,
        time_zone=size.time_zone,
        property_id=PROPERTY_ID,
        sessions=sessions_table(traffic, seed, revenue_eur),
        leads=leads,
        deals=deals,
        orders=(*orders, *planted.orders()),
        ads=draw_ads(size, seed),
        invoices=invoices(size),
        units_per_eur=rates,
        newsletters=(*newsletters, *split_test_children(newsletters), *automations),
        mail_lists=mail_lists(size, seed, (*newsletters, *automations)),
        order_lines=draw_order_lines(seed, (*orders, *planted.orders())),
        carts=draw_carts(seed, orders),
        crm=draw_crm_history(size, seed, leads, deals),
        tool_mail=draw_tool_mail(size, seed),
        findings=_findings(size, seed),
        social=draw_social_media(size, seed),
        stores=draw_stores(size, seed),
    )


def _findings(size: Size, seed: int) -> Findings:
    sightings = draw_sightings(size, seed)
    return Findings(
        sightings=sightings,
        site_days=site_days(size, sightings),
        measurements=measurements(size),
        articles=draw_articles(size, seed),
        handed_in=draw_handed_in(size, seed),
    )


def _revenue_eur(order: Order, rates: dict[tuple[date, str], Decimal]) -> float:
    """What the shop's tag told GA4, in the property's currency; it knows no later returns."""
    if order.currency == "EUR":
        return float(order.net_amount)
    day = order.ordered_at.astimezone(UTC).date()
    while (day, order.currency) not in rates:
        day -= timedelta(days=1)
    return float((order.net_amount / rates[day, order.currency]).quantize(Decimal("0.01")))
