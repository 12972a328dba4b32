"""What e-mail tools beside Mailchimp export on a morning: their campaigns with the counts so far, and their lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from pipelines.sandbox.export_files import ExportFile, Row, is_past
from pipelines.sandbox.truth import Truth

CAMPAIGNS = (
    "tool,campaign_id,sent_at,emails_sent,title,list,segment,automation,hard_bounces,soft_bounces,unique_opens,"
    "unique_clicks,unsubscribes,complaints,orders,revenue,currency,utm_campaign"
)
LISTS = "tool,list,date,subscribed,signups,unsubscribed,cleaned,deleted"
RETRIES_TAKE = timedelta(days=3)


def email_exports(truth: Truth, as_of: date) -> Iterable[ExportFile]:
    """Both files of a morning."""
    return (
        ExportFile("email_campaigns", CAMPAIGNS, _campaigns(truth, as_of)),
        ExportFile("email_lists", LISTS, _lists(truth, as_of)),
    )


def _campaigns(truth: Truth, as_of: date) -> Iterator[Row]:
    for one in truth.tool_mail.mailings:
        if is_past(one.sent_at, as_of, truth.time_zone):
            is_retried = not is_past(one.sent_at + RETRIES_TAKE, as_of, truth.time_zone)
            soft = one.soft_bounces_at_first if is_retried else one.soft_bounces
            row = {name: getattr(one, name) for name in CAMPAIGNS.split(",")}
            yield {**row, "soft_bounces": soft}


def _lists(truth: Truth, as_of: date) -> Iterator[Row]:
    for one in truth.tool_mail.list_days:
        if one.day < as_of:
            yield {**{name: getattr(one, name, None) for name in LISTS.split(",")}, "date": one.day}
