"""The demo company's social media: a few posts a week on three networks, and the pages they stand on.

The first weeks nobody looked at posts in time, one network tells no clicks, one page was not told of for a while, one
came later and is told of by month only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth_social import PageRow, PostLook, SocialMedia, SocialPost

# network, page, followers at the start
FACEBOOK = ("facebook", "Demo Company", 4_200)
FACEBOOK_SHOP = ("facebook", "Demo Company Shop", 900)
INSTAGRAM = ("instagram", "demo.company", 2_600)
LINKEDIN = ("linkedin", "Demo Company B.V.", 1_500)
NETWORKS = ((FACEBOOK, 4), (INSTAGRAM, 3), (LINKEDIN, 3))
TYPES = (("photo", 5), ("Video", 3), ("link", 2), (None, 1))
POST_PERCENT = 38
FIRST_LOOKS_IN_TIME = 12
INSTAGRAM_SILENCE = range(52, 94)
LINKEDIN_SINCE = 20
# how much of what it ever reaches a post has at an age, in per mille
GROWN = ((1, 520), (2, 700), (3, 790), (5, 880), (6, 900), (7, 930), (8, 940), (9, 950), (12, 970), (21, 1_000))


def draw_social_media(size: Size, seed: int) -> SocialMedia:
    """Posts and page rows over all days of the company."""
    dice = Dice(seed, Part.SOCIAL)
    posts = [*_posts(size, dice), *_planted_posts(size)]
    pages = [*_daily_pages(size, dice), *_monthly_pages(size, dice)]
    return SocialMedia(tuple(posts), tuple(pages))


def _posts(size: Size, dice: Dice) -> Iterator[SocialPost]:
    for number in range(size.days):
        if number and not dice.chance(POST_PERCENT):
            continue
        day = size.first_day + timedelta(days=number)
        platform, page, _ = dice.weighted(NETWORKS)
        post_type = dice.weighted(TYPES)
        ages = dice.weighted((((1, 3, 7, 21), 6), ((1, 5, 8), 2), ((2, 12), 1), ((9, 21), 1)))
        if number < FIRST_LOOKS_IN_TIME:
            ages = (9, 21)
        yield SocialPost(
            platform,
            f"{platform[0]}-{1_000 + number}",
            _local(size, day, 8, dice.between(0, 600)),
            page,
            post_type,
            dice.weighted(((False, 6), (None, 2), (True, 2))),
            tuple(_looks(size, dice, day, ages, platform, post_type == "Video")),
        )


def _looks(
    size: Size, dice: Dice, day: date, ages: tuple[int, ...], platform: str, is_video: bool
) -> Iterator[PostLook]:
    reach = dice.weighted(((dice.between(20, 140), 2), (dice.between(300, 5_000), 8)))
    likes, comments = reach * dice.between(8, 70) // 1_000, dice.between(0, 14)
    shares, clicks = dice.between(0, 9), reach * dice.between(2, 40) // 1_000
    hides_reach, views = dice.chance(6), reach * dice.between(150, 600) // 1_000
    for age in ages:
        grown = dict(GROWN)[age]
        yield PostLook(
            observed_at=_local(size, day + timedelta(days=age), 5, 30),
            reach=None if hides_reach else reach * grown // 1_000,
            impressions=reach * grown * 14 // 10_000,
            likes=likes * grown // 1_000,
            # by the third week some of them were taken away
            comments=max(comments * grown // 1_000 - 2, 0) if age == 21 else comments * grown // 1_000,
            shares=shares * grown // 1_000,
            clicks=None if platform == "instagram" else clicks * grown // 1_000,
            video_views=views * grown // 1_000 if is_video else None,
        )


def _planted_posts(size: Size) -> Iterator[SocialPost]:
    """Late on an evening, looked at on the last minute of the seventh day and the first of the eighth."""
    day = size.first_day + timedelta(days=32)
    first = PostLook(_local(size, day + timedelta(days=7), 23, 59), 1_000, 1_400, 40, 6, 3, 11, None)
    second = PostLook(_local(size, day + timedelta(days=8), 0, 1), 1_001, 1_401, 41, 7, 3, 12, None)
    late = _local(size, day, 23, 50)
    yield SocialPost("facebook", "P-last-minute", late, FACEBOOK[1], "photo", None, (first, second))
    # its number is that of another network's post
    look = PostLook(_local(size, day + timedelta(days=2), 6, 0), 100, 120, 4, 0, 0, None, None)
    yield SocialPost("instagram", "P-last-minute", _local(size, day, 0, 5), INSTAGRAM[1], "photo", False, (look,))


def _daily_pages(size: Size, dice: Dice) -> Iterator[PageRow]:
    for platform, page, followers in (FACEBOOK, FACEBOOK_SHOP, INSTAGRAM):
        likes = followers * 9 // 10
        for number in range(size.days):
            day = size.first_day + timedelta(days=number)
            gained = dice.between(-4, 12)
            followers, likes = followers + gained, likes + max(gained // 2, 0)
            hidden = dice.weighted(((0, 5), (1, 3), (4, 1)))
            if platform == "instagram" and number in INSTAGRAM_SILENCE:
                continue
            yield PageRow(
                platform,
                page,
                day,
                day,
                None if platform == "instagram" else "day",
                followers,
                max(gained, 0),
                None if platform == "instagram" else likes,
                dice.between(60, 900),
                None if platform == "instagram" else hidden,
            )


def _monthly_pages(size: Size, dice: Dice) -> Iterator[PageRow]:
    """Months that are over: reach of three pages, and all that is known of the fourth."""
    followers = LINKEDIN[2]
    month = size.first_day if size.first_day.day == 1 else _following(size.first_day)
    while month < size.today:
        last_day = _following(month) - timedelta(days=1)
        for platform, page, _ in (FACEBOOK, FACEBOOK_SHOP, INSTAGRAM):
            reach = dice.between(2_000, 20_000)
            yield PageRow(platform, page, month, last_day, "month", None, None, None, reach, None)
        followers += dice.between(-10, 90)
        if last_day >= size.first_day + timedelta(days=LINKEDIN_SINCE):
            reach = dice.between(1_000, 9_000)
            yield PageRow(LINKEDIN[0], LINKEDIN[1], month, last_day, "month", followers, 95, None, reach, 3)
        month = _following(month)


def _following(day: date) -> date:
    """First day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _local(size: Size, day: date, hour: int, minute: int) -> datetime:
    start = datetime.combine(day, time(hour), ZoneInfo(size.time_zone)).astimezone(UTC)
    return start + timedelta(minutes=minute)
