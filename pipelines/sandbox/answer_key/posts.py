"""Organic posts at the age of 7 days: sums over posts, single posts, and the periods of which no post has a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import Formula, Key, Parts, Subject
from pipelines.sandbox.answer_key.periods import GRAINS, Clock, period_start
from pipelines.sandbox.answer_key.tally import TOTAL, Tally
from pipelines.sandbox.truth_social import PostLook, SocialPost

OLD_ENOUGH = timedelta(days=7)
SLICES = ("total", "platform", "post", "post_type")
FORMULAS = (
    Formula("engagements", "engagements", slices=SLICES),
    Formula("engagement_rate", "reached_engagements", "engaged_reach", SLICES),
    Formula("short_video_views", "short_video_views", slices=SLICES),
    Formula("reach_per_post", "post_reach", "posts_with_reach", SLICES),
)


@dataclass(frozen=True)
class _Counted:
    """An organic post and what counts of it; `look` None: nobody looked in time."""

    post: SocialPost
    day: date
    look: PostLook | None

    @property
    def member(self) -> str:
        """What the slice by post calls it."""
        return f"{self.post.platform} {self.post.post_id}"

    @property
    def engagements(self) -> int | None:
        """All that was told of what people did."""
        if self.look is None:
            return None
        told = [self.look.likes, self.look.comments, self.look.shares, self.look.clicks]
        known = [one for one in told if one is not None]
        return sum(known) if known else None


def _organic(books: Books) -> Iterator[_Counted]:
    for post in books.truth.social.posts:
        day = books.clock.counted_day(post.published_at)
        is_seen = any(books.clock.is_known(look.observed_at) for look in post.looks)
        if day is not None and is_seen and not post.is_paid:
            yield _Counted(post, day, _look_at_seven_days(books.clock, post, day))


def _look_at_seven_days(clock: Clock, post: SocialPost, day: date) -> PostLook | None:
    found = None
    for look in sorted(post.looks, key=lambda one: one.observed_at):
        looked = clock.counted_day(look.observed_at)
        if looked is not None and looked <= day + OLD_ENOUGH:
            found = look
    return found


def _count(tally: Tally, books: Books) -> None:
    for one in _organic(books):
        if one.look is None:
            continue
        members = {
            "platform": one.post.platform,
            "post": one.member,
            "post_type": (one.post.type or "(unknown)").lower(),
        }
        engagements, reach = one.engagements, one.look.reach
        if engagements is not None:
            tally.add("engagements", one.day, engagements, **members)
        if engagements is not None and reach is not None:
            tally.add("reached_engagements", one.day, engagements, **members)
            tally.add("engaged_reach", one.day, reach, **members)
        if reach is not None:
            tally.add("post_reach", one.day, reach, **members)
            tally.add("posts_with_reach", one.day, 1, **members)
        if one.look.video_views is not None:
            tally.add("short_video_views", one.day, one.look.video_views, **members)


def _values(books: Books) -> Mapping[Key, Parts]:
    expected: dict[Key, Parts] = {}
    looked: dict[tuple[str, date], list[bool]] = {}
    for one in _organic(books):
        for grain in GRAINS:
            looked.setdefault((grain, period_start(grain, one.day)), []).append(one.look is not None)
        if one.look is not None and one.look.reach is not None:
            place = ("month", period_start("month", one.day), "post", one.member)
            expected["post_visits", *place] = (Decimal(one.look.reach), None)
            if one.engagements is not None and one.look.reach >= books.rules.top_posts_minimum_reach:
                expected["top_posts", *place] = (Decimal(one.engagements), Decimal(one.look.reach))
    for (grain, start), posts in looked.items():
        if not any(posts):
            for formula in FORMULAS:
                expected[formula.kpi_id, grain, start, *TOTAL] = (None, None)
    return expected


def _days(books: Books) -> Mapping[str, Iterable[date]]:
    days = []
    for post in books.truth.social.posts:
        day = books.clock.counted_day(post.published_at)
        if day is not None and any(books.clock.is_known(look.observed_at) for look in post.looks):
            days.append(day)
    return {"social_posts": days}


POSTS = Subject(
    formulas=FORMULAS,
    count=_count,
    values=_values,
    sources={
        measure: (("social_posts",),) for one in FORMULAS for measure in (one.numerator, one.denominator) if measure
    },
    days=_days,
)
