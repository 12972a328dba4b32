"""What a paid video view costs: the spend of campaigns that had views in the month, over their views."""

from __future__ import annotations

from datetime import date

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import Formula, Subject
from pipelines.sandbox.answer_key.money import Rates
from pipelines.sandbox.answer_key.periods import period_start
from pipelines.sandbox.answer_key.tally import Tally


def _count(tally: Tally, books: Books) -> None:
    rates = Rates(books.truth.units_per_eur)
    told = [one for one in books.truth.ads if one.in_export and one.day < books.today]
    watched: set[tuple[str, str, date]] = set()
    for one in told:
        if one.video_views:
            watched.add((one.platform, one.campaign, period_start("month", one.day)))
    for one in told:
        if (one.platform, one.campaign, period_start("month", one.day)) in watched:
            members = {"platform": one.platform, "campaign": one.campaign}
            amount = rates.euros(one.cost, one.currency, one.day)
            if amount is not None:
                tally.add("video_spend", one.day, amount, **members)
            if one.video_views is not None:
                tally.add("paid_video_views", one.day, one.video_views, **members)


PAID_VIDEOS = Subject(
    formulas=(
        Formula("cost_per_short_video_view", "video_spend", "paid_video_views", ("total", "platform", "campaign")),
    ),
    count=_count,
    sources=dict.fromkeys(("video_spend", "paid_video_views"), (("ad_cost",),)),
)
