"""At which grains the members of a slice are counted, so that no long tail fills the mart.

Days show what is watched every morning; members that come by the thousand are shown by month, the largest of them, and
the others together as the rest.
"""

from __future__ import annotations

KEPT_MEMBERS = 200
REST = "(rest)"
# what a report keeps back is no member of the tail, and never falls under the rest
WITHHELD = "(withheld)"
BY_DAY = ("total", "channel", "device", "campaign")
LONG_TAILS = (
    "ad",
    "ad_group",
    "campaign",
    "city",
    "landing_page",
    "page",
    "post",
    "product",
    "query",
    "referrer",
    "source_medium",
)


def exists_at(slice_: str, grain: str) -> bool:
    """Whether members of the slice are counted at the grain."""
    if grain == "day":
        return slice_ in BY_DAY
    return grain == "month" or slice_ not in LONG_TAILS
