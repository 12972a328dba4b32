"""The kinds of files that a CRM exports: leads and deals, the stages they went through, and what sales did with them.

Whatever else is read stands in `kinds`.
"""

from __future__ import annotations

from pipelines.inbox.cells import CURRENCY, IDENTIFIER, LOWER_TEXT, TEXT, TIME, URL, YES_NO, choice
from pipelines.inbox.number_cells import COUNT, decimal
from pipelines.inbox.outputs import WON_WITHOUT_DAY, all_but, merges, with_status
from pipelines.inbox.shapes import ROWS_HALVED, Column, Kind, Output, rows_or_money_halved

LEAD_LINK = Column("lead_id", IDENTIFIER, person="lead", surrogate="person_key")
CUSTOMER_LINK = Column("customer_id", IDENTIFIER, person="customer", surrogate="customer_key")
LEAD_ID = Column("lead_id", IDENTIFIER, required=True, person="lead", surrogate="person_key")


def texts(*names: str) -> tuple[Column, ...]:
    """Columns of plain text."""
    return tuple(Column(name, TEXT) for name in names)


LEADS = Kind(
    name="leads",
    columns=(
        LEAD_ID,
        Column("created_at", TIME, required=True),
        *texts("source", "medium", "campaign", "ad", "channel"),
        Column("landing_page", URL),
        *texts("form", "offer", "device", "region"),
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
        *texts("channel", "source", "medium", "campaign", "ad", "segment"),
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

DEAL_STAGES = Kind(
    name="deal_stages",
    columns=(
        Column("deal_id", IDENTIFIER, required=True),
        Column("stage", TEXT, required=True),
        Column("entered_at", TIME, required=True),
    ),
    key=("deal_id", "stage", "entered_at"),
    scope=("deal_id",),
    scope_is_personal=True,
    outputs=(Output("deal_stage", "raw.deal_stage", ("deal_id", "stage", "entered_at"), all_but(), ROWS_HALVED),),
)

ACTIVITIES = Kind(
    name="activities",
    columns=(
        Column("activity_id", IDENTIFIER, required=True),
        Column("occurred_at", TIME, required=True),
        Column("type", LOWER_TEXT, required=True),
        LEAD_LINK,
        Column("deal_id", IDENTIFIER),
        Column("status", LOWER_TEXT),
    ),
    key=("activity_id",),
    scope=("activity_id",),
    scope_is_personal=True,
    outputs=(Output("activity", "raw.activity", ("activity_id",), all_but("lead_id"), ROWS_HALVED),),
)

CRM_KINDS = (LEADS, LEAD_STAGES, DEALS, DEAL_STAGES, ACTIVITIES)
