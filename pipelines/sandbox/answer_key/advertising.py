"""What advertisements cost and brought: their own figures, and cost per lead, sale and customer of paid channels."""

from __future__ import annotations

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import BY_CHANNEL, MONTHLY, Formula, SourceParts, Subject
from pipelines.sandbox.answer_key.tally import Tally

BY_AD = (*BY_CHANNEL, "platform", "account", "campaign", "ad_group", "ad")
FORMULAS = (
    Formula("ad_spend", "ad_spend", slices=BY_AD),
    Formula("ad_impressions", "ad_impressions", slices=BY_AD),
    Formula("ad_clicks", "ad_clicks", slices=BY_AD),
    Formula("cpc", "ad_spend", "ad_clicks", BY_AD, needs_amount=True),
    Formula("ad_ctr", "ad_clicks", "ad_impressions", BY_AD),
    Formula("cpl_media", "ad_spend", "paid_leads", (*BY_CHANNEL, "campaign", "ad"), needs_amount=True),
    Formula("marketing_cost_fully_loaded", "cost_full", slices=(*BY_CHANNEL, "category")),
    Formula("roas", "ad_revenue", "ad_spend", (*BY_CHANNEL, "platform", "campaign", "ad")),
    Formula("cps", "ad_spend", "paid_sales", (*BY_CHANNEL, "campaign"), needs_amount=True),
    Formula(
        "cac_paid", "ad_spend", "paid_customers", (*BY_CHANNEL, "campaign"), MONTHLY, ("customer",), needs_amount=True
    ),
    Formula("cac_blended", "cost_full", "customers", grains=MONTHLY, stages=("customer",), needs_amount=True),
    Formula("cpa", "cost_full", "orders", needs_amount=True),
    Formula("cpa_to_margin_ratio", "cost_full", "order_margin", grains=MONTHLY),
    Formula("revenue", "revenue", slices=(*BY_CHANNEL, "campaign", "segment", "product")),
    Formula("campaign_revenue", "revenue", slices=(*BY_CHANNEL, "campaign")),
)
SOURCES: dict[str, SourceParts] = {
    "ad_impressions": (("ad_cost",),),
    "paid_leads": (("crm_leads",),),
    "paid_sales": (("revenue_from",),),
    "paid_customers": (("customers_from",),),
}


def _count(tally: Tally, books: Books) -> None:
    paid = books.rules.paid_channels
    for person in books.persons:
        if person.channel in paid:
            tally.add("paid_leads", person.created_day, 1, **person.members)
    for customer in books.customers():
        if customer.members["channel"] in paid:
            tally.add("paid_customers", customer.day, 1, **customer.members)


ADVERTISING = Subject(FORMULAS, _count, sources=SOURCES)
