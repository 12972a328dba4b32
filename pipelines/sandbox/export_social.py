"""What the tool that watches the demo company's social media hands out on a morning: every look so far, and pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipelines.sandbox.export_files import ExportFile, Row, is_past
from pipelines.sandbox.truth import Truth

POSTS_HEADER = (
    "platform,post_id,published_at,page,observed_at,type,reach,impressions,likes,comments,shares,clicks,"
    "video_views_3s,is_paid"
)
PAGES_HEADER = "platform,date,page,period,followers,new_followers,page_likes,reach,negative_feedback"


def social_exports(truth: Truth, as_of: date) -> list[ExportFile]:
    """Two files; nothing of a company that is not there."""
    files = [
        ExportFile("social_posts", POSTS_HEADER, list(_posts(truth, as_of))),
        ExportFile("social_pages", PAGES_HEADER, list(_pages(truth, as_of))),
    ]
    return [file for file in files if file.rows]


def _posts(truth: Truth, as_of: date) -> Iterator[Row]:
    for post in truth.social.posts:
        for look in post.looks:
            if is_past(look.observed_at, as_of, truth.time_zone):
                yield {
                    "platform": post.platform.capitalize(),
                    "post_id": post.post_id,
                    "published_at": post.published_at,
                    "page": post.page,
                    "observed_at": look.observed_at,
                    "type": post.type,
                    "reach": look.reach,
                    "impressions": look.impressions,
                    "likes": look.likes,
                    "comments": look.comments,
                    "shares": look.shares,
                    "clicks": look.clicks,
                    "video_views_3s": look.video_views,
                    "is_paid": post.is_paid,
                }


def _pages(truth: Truth, as_of: date) -> Iterator[Row]:
    for row in truth.social.pages:
        if row.last_day < as_of:
            yield {
                "platform": row.platform.capitalize(),
                "date": row.day,
                "page": row.page,
                "period": row.period,
                "followers": row.followers,
                "new_followers": row.new_followers,
                "page_likes": row.page_likes,
                "reach": row.reach,
                "negative_feedback": row.negative_feedback,
            }
