"""What the demo company's advertisements cost per day, and which system knows it.

Google's account is linked with GA4, which reports its cost too; some days are missing in the export and known to GA4
only. The other platforms are known from their exports alone.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from pipelines.sandbox.demo_channels import ADVERTISEMENTS, Advertisement
from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_season import busyness_permille
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth import AdDay

LINKED_PLATFORM = "google_ads"
EXPORT_FORGETS_EVERY_SO_MANY_DAYS = 9
DAY_WITHOUT_CLICKS, DAY_OF_HALF_AN_EXPORT = 20, 31
# conversions a platform credits itself with per 100 clicks, orders that others claim too among them; the rest tell none
CREDITED_PERCENT = {"google_ads": 27, "meta": 60}
VIDEO_AD, VIEWS_TOLD_SINCE, WATCHED_PERMILLE = "video-1", 9, 240


def draw_ads(size: Size, seed: int) -> tuple[AdDay, ...]:
    """One entry per advertisement and day."""
    dice = Dice(seed, Part.ADS)
    return tuple(
        _ad_day(size, dice, size.first_day + timedelta(days=number), number, one)
        for number in range(size.days)
        for one in ADVERTISEMENTS
    )


def _ad_day(size: Size, dice: Dice, day: date, number: int, one: Advertisement) -> AdDay:
    # a click is not always a session: about one in eight is lost on the way
    expected = one.clicks * size.sessions_per_day * busyness_permille(size, day) // 9_000
    draw = expected * dice.between(780, 1_220) // 1_000
    clicks = draw // 1_000 + dice.chance(draw % 1_000 // 10)
    cost = Decimal(clicks * one.cost_cents * dice.between(86, 116) // 100) / 100
    impressions = max(clicks, 1) * 1_000 // one.ctr_permille + dice.between(0, 60)
    is_paid_social = one.session_channel == "Paid Social"
    if is_paid_social and number == DAY_WITHOUT_CLICKS:
        clicks, cost = 0, Decimal("12.34")
    elif clicks == 0:
        # shown, and here and there billed for being shown
        cost = Decimal(dice.between(3, 19)) / 100
    is_linked = one.platform == LINKED_PLATFORM
    in_export = not is_linked or (number + 1) % EXPORT_FORGETS_EVERY_SO_MANY_DAYS != 0
    if is_linked and number == DAY_OF_HALF_AN_EXPORT:
        in_export = one.campaign == "Brand NL"
    return AdDay(
        day=day,
        platform=one.platform,
        account=one.account,
        campaign_id=one.campaign_id,
        campaign=one.campaign,
        ad_group=one.ad_group,
        ad=one.ad,
        channel=one.channel,
        source=one.source,
        medium=one.medium,
        cost=cost.quantize(Decimal("0.01")),
        currency=one.currency,
        impressions=impressions,
        clicks=clicks,
        in_export=in_export,
        in_ga4=is_linked,
        video_views=_video_views(one, number, impressions),
        conversions=_conversions(one, clicks),
    )


def _conversions(one: Advertisement, clicks: int) -> Decimal | None:
    """In shares of a conversion, as a platform spreads one over the clicks before it."""
    percent = CREDITED_PERCENT.get(one.platform)
    return None if percent is None else Decimal(clicks * percent) / 100


def _video_views(one: Advertisement, number: int, impressions: int) -> int | None:
    """Plays of 3 seconds, which the platform did not tell at first; nothing of pictures and texts."""
    if one.ad != VIDEO_AD or number < VIEWS_TOLD_SINCE:
        return None
    return impressions * WATCHED_PERMILLE // 1_000
