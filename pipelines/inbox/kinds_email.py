"""The kinds of files that e-mail tools other than Mailchimp hand out: their campaigns, and their lists by day.

Counts only: no file of members is read.
"""

from __future__ import annotations

import pyarrow.compute as pc

from pipelines.inbox.cells import CURRENCY, DAY, IDENTIFIER, LOWER_TEXT, TEXT, TIME
from pipelines.inbox.number_cells import COUNT, decimal
from pipelines.inbox.outputs import all_but
from pipelines.inbox.shapes import ROWS_HALVED, Column, Kind, Output, RowRule, rows_or_money_halved

# none of these can be more than the e-mails that were sent
PEOPLE = (
    *("delivered", "hard_bounces", "soft_bounces", "syntax_errors", "unique_opens", "human_unique_opens"),
    *("unique_clicks", "unsubscribes", "complaints"),
)


def _more_than_sent(name: str) -> RowRule:
    return RowRule(
        name,
        "more than emails_sent",
        f"correct the row: {name} counts recipients, so at most as many as e-mails were sent",
        lambda typed: pc.greater(typed[name], typed["emails_sent"]),
    )


EMAIL_CAMPAIGNS = Kind(
    name="email_campaigns",
    columns=(
        Column("tool", LOWER_TEXT, required=True),
        Column("campaign_id", IDENTIFIER, required=True),
        Column("sent_at", TIME, required=True),
        Column("emails_sent", COUNT, required=True),
        *(Column(name, TEXT) for name in ("title", "list", "segment", "automation")),
        *(Column(name, COUNT) for name in (*PEOPLE[:6], "opens", "unique_clicks", "clicks", "unsubscribes")),
        *(Column(name, COUNT) for name in ("complaints", "forwards", "orders")),
        Column("revenue", decimal()),
        Column("currency", CURRENCY),
        Column("utm_campaign", TEXT),
    ),
    key=("tool", "campaign_id"),
    scope=("tool", "campaign_id"),
    rules=tuple(_more_than_sent(name) for name in PEOPLE),
    outputs=(
        Output(
            "email_campaign",
            "raw.email_campaign",
            ("tool", "campaign_id"),
            all_but(),
            rows_or_money_halved("emails_sent"),
        ),
    ),
)

EMAIL_LISTS = Kind(
    name="email_lists",
    columns=(
        Column("tool", LOWER_TEXT, required=True),
        Column("list", TEXT, required=True),
        Column("date", DAY, required=True),
        *(Column(name, COUNT) for name in ("subscribed", "signups", "unsubscribed", "cleaned", "deleted")),
    ),
    key=("tool", "list", "date"),
    scope=("tool", "list", "date"),
    outputs=(Output("email_list", "raw.email_list", ("tool", "list", "date"), all_but(), ROWS_HALVED),),
)
EMAIL_KINDS = (EMAIL_CAMPAIGNS, EMAIL_LISTS)
