"""The kinds of files that are read, as data: another kind is another entry, nothing else has to know it.

The names of the columns are the contract with whoever exports; how cells are typed stands in `cells`.
"""

from __future__ import annotations

from pipelines.inbox.cells import (
    CURRENCY,
    DAY,
    IDENTIFIER,
    PLATFORM,
    TEXT,
    TIME,
    choice,
)
from pipelines.inbox.kinds_crm import CRM_KINDS, CUSTOMER_LINK, LEAD_LINK, texts
from pipelines.inbox.kinds_email import EMAIL_KINDS
from pipelines.inbox.kinds_generic import CONTENT, METRICS
from pipelines.inbox.kinds_retail import RETAIL_KINDS
from pipelines.inbox.kinds_search import SEO_QUERIES, SEO_SITE
from pipelines.inbox.kinds_shop import KINDS_OF_SHOP
from pipelines.inbox.kinds_social import SOCIAL_KINDS
from pipelines.inbox.number_cells import COUNT, decimal
from pipelines.inbox.outputs import (
    REFUND_RULES,
    all_but,
    ends_before_start,
    is_too_long,
    refunds,
    with_level,
)
from pipelines.inbox.shapes import ROWS_HALVED, Column, Kind, Output, rows_or_money_halved

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
        *texts("source", "medium", "campaign", "ad", "channel", "device", "country"),
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
        Column("level", choice("campaign", "ad", "conversion")),
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
    # the level is part of the scope: a campaign row and an ad row without a name never replace each other, and a report
    # of conversions, which lists only what had some, never replaces what the advertisements of a day cost
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

OF_SALES = (*CRM_KINDS, ORDERS, *KINDS_OF_SHOP, AD_COSTS, COSTS, EXCHANGE_RATES)
OTHERS = (*EMAIL_KINDS, SEO_QUERIES, SEO_SITE, *SOCIAL_KINDS, *RETAIL_KINDS, CONTENT, METRICS)
KINDS = {kind.name: kind for kind in (*OF_SALES, *OTHERS)}
