"""What a visit looked at: two pages at most, how long, how far down, and clicks on a call to action.

Follows from the session alone, so that the sessions stay as they are; whole arrays, no loop per session.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.sandbox.truth_audience import MULTIPLIER, SHIFT

Whole = NDArray[np.int64]
NEXT_PAGES = (
    *("/", "/filters", "/pricing", "/contact", "/cases", "/about", "/shop"),
    *("/blog/hard-water", "/blog/legionella", "/blog/softener-sizes"),
)
SCROLL_PERCENT, CLICK_PERCENT, SECOND_CLICK_PERCENT, LONGEST_IDLE_S = 55, 9, 3, 90
NAMED_EVENTS = (
    *("page_views", "generate_lead_events", "sign_up_events", "purchases", "item_views", "add_to_carts"),
    "checkouts",
)
# turns of a session's number, beside those of visitors in `truth_audience`
_NEXT, _SCROLL_FIRST, _SCROLL_NEXT, _CLICKS, _CLICKED_PAGE, _IDLE = range(11, 17)


def with_pages(sessions: pa.Table) -> pa.Table:
    """The sessions with what they looked at: `next_page` is NULL where they stayed on the page they began on.

    `next_*` are parts of the session's own figures; the rest of them is of the first page. `seconds` is the length of
    the session, of which the page was in the foreground for `engagement_seconds`.
    """
    number, views, engagement = (
        sessions[name].to_numpy() for name in ("session_id", "page_views", "engagement_seconds")
    )
    engaged = sessions["engaged"].to_numpy()
    parts = pc.split_pattern_regex(pc.fill_null(sessions["landing_page"], "(not set)"), "[?#]").combine_chunks()
    first = pc.list_element(parts, 0)
    went_to = pa.array(NEXT_PAGES).take(pa.array(_turn(number, _NEXT) % len(NEXT_PAGES)))
    goes_on = (views > 1) & pc.not_equal(first, went_to).to_numpy(zero_copy_only=False)
    clicks = _clicks(sessions, number, engaged)
    clicks_on_next = goes_on & (_turn(number, _CLICKED_PAGE) % 2 == 1)
    looked_at = {
        "first_page": first,
        "next_page": pc.if_else(pa.array(goes_on), went_to, None),
        "next_views": pa.array(np.where(goes_on, views // 2, 0)),
        "next_engagement_seconds": pa.array(np.where(goes_on, engagement // 3, 0)),
        "seconds": pa.array(engagement + _turn(number, _IDLE) % LONGEST_IDLE_S),
        "first_has_scrolled": pa.array(engaged & (_turn(number, _SCROLL_FIRST) % 100 < SCROLL_PERCENT)),
        "next_has_scrolled": pa.array(goes_on & engaged & (_turn(number, _SCROLL_NEXT) % 100 < SCROLL_PERCENT)),
        "cta_clicks": pa.array(clicks),
        "next_cta_clicks": pa.array(np.where(clicks_on_next, clicks, 0)),
    }
    for name, column in looked_at.items():
        sessions = sessions.append_column(name, column)
    return sessions


def _clicks(sessions: pa.Table, number: Whole, engaged: NDArray[np.bool_]) -> Whole:
    """Clicks are events: no session has more than it has events without another name."""
    unnamed = sessions["events"].to_numpy() - 1
    for name in NAMED_EVENTS:
        unnamed = unnamed - sessions[name].to_numpy()
    chance = _turn(number, _CLICKS) % 100
    wanted = (chance < CLICK_PERCENT).astype(np.int64) + (chance < SECOND_CLICK_PERCENT)
    return np.where(engaged, np.minimum(wanted, np.maximum(unnamed, 0)), 0)


def _turn(number: Whole, turn: int) -> Whole:
    """A number that is as good as drawn."""
    turned: Whole = (number * MULTIPLIER + turn * 40_503_001) // SHIFT
    return turned
