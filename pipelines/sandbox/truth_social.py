"""What happened on the demo company's social media: posts with what they had reached by and by, and pages.

Only data classes; `demo_social` fills them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class PostLook:
    """What a post had when the company's tool looked at it; None: the network does not tell."""

    observed_at: datetime
    reach: int | None
    impressions: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    clicks: int | None
    video_views: int | None


@dataclass(frozen=True)
class SocialPost:
    """A post; `is_paid` None: nobody said."""

    platform: str
    post_id: str
    published_at: datetime
    page: str
    type: str | None
    is_paid: bool | None
    looks: tuple[PostLook, ...]


@dataclass(frozen=True)
class PageRow:
    """What a network says of a page: of one day, or of the month that begins on `day` (`last_day` is its last one)."""

    platform: str
    page: str
    day: date
    last_day: date
    period: str | None
    followers: int | None
    new_followers: int | None
    page_likes: int | None
    reach: int | None
    negative_feedback: int | None


@dataclass(frozen=True)
class SocialMedia:
    """Everything that happened there."""

    posts: tuple[SocialPost, ...] = ()
    pages: tuple[PageRow, ...] = ()
