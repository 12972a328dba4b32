"""The kinds of files about social media: what posts had reached when somebody looked, and what pages say of a day."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.inbox.cells import DAY, IDENTIFIER, LOWER_TEXT, NETWORK, TEXT, TIME, YES_NO, choice
from pipelines.inbox.number_cells import COUNT, decimal
from pipelines.inbox.outputs import all_but
from pipelines.inbox.shapes import ROWS_HALVED, Column, Kind, Output


def _with_period(typed: pa.Table) -> pa.Table:
    """Rows that do not say so are of one day."""
    place = typed.column_names.index("period")
    return typed.set_column(place, "period", pc.fill_null(typed["period"], "day"))


SOCIAL_POSTS = Kind(
    name="social_posts",
    columns=(
        Column("platform", NETWORK, required=True),
        Column("post_id", IDENTIFIER, required=True),
        Column("published_at", TIME, required=True),
        Column("page", TEXT),
        Column("observed_at", TIME),
        Column("type", LOWER_TEXT),
        *(Column(name, COUNT) for name in ("reach", "impressions", "likes", "comments", "shares", "clicks")),
        Column("video_views_3s", COUNT),
        Column("is_paid", YES_NO),
    ),
    # every look at a post is kept: what counts is the one of its seventh day
    key=("platform", "post_id", "observed_at"),
    scope=("platform", "post_id", "observed_at"),
    outputs=(Output("social_post", "raw.social_post", ("platform", "post_id", "observed_at"), all_but(), ROWS_HALVED),),
)

SOCIAL_PAGES = Kind(
    name="social_pages",
    columns=(
        Column("platform", NETWORK, required=True),
        Column("date", DAY, required=True),
        Column("page", TEXT),
        Column("period", choice("day", "month")),
        *(Column(name, COUNT) for name in ("followers", "new_followers", "page_likes", "reach")),
        Column("reviews", decimal()),
        Column("negative_feedback", COUNT),
    ),
    key=("platform", "page", "date", "period"),
    scope=("platform", "page", "date", "period"),
    complete=_with_period,
    outputs=(Output("social_page", "raw.social_page", ("platform", "page", "date", "period"), all_but(), ROWS_HALVED),),
)

SOCIAL_KINDS = (SOCIAL_POSTS, SOCIAL_PAGES)
