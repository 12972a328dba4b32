"""What real accounts do differently from one another, or from Mailchimp's own schema: switches of the emulator.

What goes wrong on purpose belongs to `mailchimp_faults`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TIMES = frozenset(
    {"create_time", "send_time", "start_time", "rss_last_send", "last_open", "last_click", "campaign_last_sent"}
)


@dataclass(frozen=True)
class Habits:
    """`has_empty_times`: missing times are sent as `""`; otherwise they are left out, as the schema demands.

    Whether `/campaigns` and `/reports` list the e-mails of automations is unknown (Mailchimp reference §12).
    """

    has_empty_times: bool = True
    campaigns_list_automations: bool = True
    reports_list_automations: bool = False


def without_empty_times(value: Any) -> Any:
    """The document without times that are `""`."""
    if isinstance(value, list):
        return [without_empty_times(one) for one in value]
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if name not in TIMES or one != ""}
        return {name: without_empty_times(one) for name, one in kept.items()}
    return value
