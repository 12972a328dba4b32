"""The kinds of files that are read, as data: another kind is another entry, nothing else has to know it.

The names of the columns are the contract with whoever exports; how cells are typed stands in `cells`.
"""

from __future__ import annotations

from pipelines.inbox.cells import (
    CURRENCY,
    DAY,
    IDENTIFIER,
    LOWER_TEXT,
    PLATFORM,
    TEXT,
    TIME,
    URL,
    YES_NO,
    choice,
)
from pipelines.inbox.kinds_shop import KINDS_OF_SHOP
from pipelines.inbox.number_cells import COUNT, decimal
from pipelines.inbox.outputs import (
    REFUND_RULES,
    WON_WITHOUT_DAY,
    all_but,
    ends_before_start,
    is_too_long,
    merges,
    refunds,
    with_level,
    with_status,
)
from pipelines.inbox.shapes import ROWS_HALVED, Column, Kind, Output, rows_or_money_halved

LEAD_LINK = Column("lead_id", IDENTIFIER, person="lead", surrogate="person_key")
CUSTOMER_LINK = Column("customer_id", IDENTIFIER, person="customer", surrogate="customer_key")
LEAD_ID = Column("lead_id", IDENTIFIER, required=True, person="lead", surrogate="person_key")


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, TEXT) for name in names)


LEADS = Kind(
    name="leads",
    columns=(
        LEAD_ID,
        Column("created_at", TIME, required=True),
        *_texts("source", "medium", "campaign", "ad", "channel"),
        Column("landing_page", URL),
        *_texts("form", "offer", "device", "region"),
        Column("origin", choice("online", "offline")),
        Column("segment", TEXT),
        Column("company_id", IDENTIFIER),
        Column("score", decimal()),
        Column("scored_at", TIME),
        Column("is_test", YES_NO),
        Column("merged_into", IDENTIFIER, person="lead", surrogate="merged_into_person_key"),
        CUSTOMER_LINK,
    ),
    key=("lead_id",),
    scope=("lead_id",),
    scope_is_personal=True,
    outputs=(
        Output(
            "lead",
            "raw.lead",
            ("person_key",),
            all_but("merged_into", "merged_into_person_key", "customer_id"),
            ROWS_HALVED,
        ),
        Output("lead_merge", "raw.lead_merge", ("person_key",), merges("person_key", "merged_into_person_key")),
    ),
)

LEAD_STAGES = Kind(
    name="lead_stages",
    columns=(
        LEAD_ID,
        Column("stage", LOWER_TEXT, required=True),
        Column("entered_at", TIME, required=True),
    ),
    key=("lead_id", "stage", "entered_at"),
    scope=("lead_id",),
    scope_is_personal=True,
    outputs=(
        Output("lead_stage", "raw.lead_stage", ("person_key", "stage", "entered_at"), all_but("lead_id"), ROWS_HALVED),
    ),
)

DEALS = Kind(
    name="deals",
    columns=(
        Column("deal_id", IDENTIFIER, required=True),
        Column("created_at", TIME, required=True),
        Column("stage", TEXT, required=True),
        LEAD_LINK,
        Column("account_id", IDENTIFIER),
        Column("amount", decimal()),
        Column("currency", CURRENCY),
        Column("margin", decimal()),
        Column("status", choice("open", "won", "lost")),
        Column("closed_at", TIME),
        Column("deal_type", choice("new", "upsell", "cross_sell", "renewal")),
        Column("probability", decimal(0)),
        Column("quote_sent_at", TIME),
        Column("term_months", COUNT),
        *_texts("channel", "source", "medium", "campaign", "ad", "segment"),
        Column("merged_into", IDENTIFIER),
        Column("is_test", YES_NO),
    ),
    key=("deal_id",),
    scope=("deal_id",),
    scope_is_personal=True,
    rules=(WON_WITHOUT_DAY,),
    complete=with_status,
    outputs=(
        Output("deal", "raw.deal", ("deal_id",), all_but("lead_id", "merged_into"), rows_or_money_halved("amount")),
        Output("deal_merge", "raw.deal_merge", ("deal_id",), merges("deal_id", "merged_into")),
    ),
)

ORDERS = Kind(
    name="orders",
    columns=(
        Column("order_id", IDENTIFIER, required=True),
        Column("ordered_at", TIME, required=True),
        Column("status", choice("paid", "refunded", "cancelled", "test"), required=True),
        Column("net_amount", decimal(), required=True),
        Column("currency", CURRENCY, required=True),
        CUSTOMER_LINK,
        LEAD_LINK,
        Column("discount", decimal()),
        Column("vat", decimal()),
        Column("shipping", decimal()),
        Column("margin", decimal()),
        Column("refunded_amount", decimal(0)),
        Column("refunded_at", TIME),
        *_texts("source", "medium", "campaign", "ad", "channel", "device", "country"),
        Column("plan_from", DAY),
        Column("plan_to", DAY),
    ),
    key=("order_id",),
    scope=("order_id",),
    scope_is_personal=True,
    rules=(*REFUND_RULES, ends_before_start("plan_from", "plan_to")),
    outputs=(
        Output(
            "shop_order",
            "raw.shop_order",
            ("order_id",),
            all_but("customer_id", "lead_id", "refunded_amount", "refunded_at"),
            rows_or_money_halved("net_amount"),
        ),
        Output("refund", "raw.refund", ("order_id",), refunds),
    ),
)

AD_COSTS = Kind(
    name="ad_costs",
    columns=(
        Column("date", DAY, required=True),
        Column("platform", PLATFORM, required=True),
        Column("account", TEXT),
        Column("campaign", TEXT, required=True),
        Column("ad_group", TEXT),
        Column("ad", TEXT),
        Column("level", choice("campaign", "ad")),
        Column("cost", decimal(), required=True),
        Column("currency", CURRENCY, required=True),
        Column("channel", TEXT),
        Column("impressions", COUNT),
        Column("clicks", COUNT),
        Column("conversions", decimal()),
        Column("conversion_value", decimal()),
        Column("video_views", COUNT),
        Column("objective", TEXT),
    ),
    # the level is part of the scope: a campaign row and an ad row without a name never replace each other
    key=("date", "platform", "account", "campaign", "ad_group", "ad", "level"),
    scope=("platform", "account", "date", "level"),
    complete=with_level,
    outputs=(
        Output(
            "ad_cost",
            "raw.ad_cost",
            ("date", "platform", "account", "campaign", "ad_group", "ad", "level"),
            all_but(),
            rows_or_money_halved("cost"),
        ),
    ),
)

COSTS = Kind(
    name="costs",
    columns=(
        Column("cost_id", IDENTIFIER, required=True),
        Column("period_start", DAY, required=True),
        Column("period_end", DAY, required=True),
        Column("amount", decimal(), required=True),
        Column("currency", CURRENCY, required=True),
        Column(
            "category",
            choice("software", "staff", "agency", "content", "design", "events", "media", "other"),
            required=True,
        ),
        Column("channel", TEXT),
        Column("allocation", choice("fixed", "media_share", "leads", "none")),
    ),
    key=("cost_id",),
    scope=("cost_id",),
    rules=(ends_before_start("period_start", "period_end"), is_too_long("period_start", "period_end")),
    outputs=(Output("cost", "raw.cost", ("cost_id",), all_but(), rows_or_money_halved("amount")),),
)

EXCHANGE_RATES = Kind(
    name="exchange_rates",
    columns=(
        Column("date", DAY, required=True),
        Column("currency", CURRENCY, required=True),
        Column("rate", decimal(0, scale=12, above=True), required=True),
    ),
    key=("date", "currency"),
    scope=("date", "currency"),
    outputs=(
        Output(
            "exchange_rate",
            "raw.exchange_rate",
            ("date", "currency"),
            lambda prepared: prepared.rename_columns({"rate": "units_per_eur"}),
            ROWS_HALVED,
        ),
    ),
)

KINDS = {
    kind.name: kind for kind in (LEADS, LEAD_STAGES, DEALS, ORDERS, AD_COSTS, COSTS, EXCHANGE_RATES, *KINDS_OF_SHOP)
}
