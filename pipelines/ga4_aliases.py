"""Names of GA4 fields that were retired, and what each is called now.

A report that is written with an old name asks for the new one, so that its column keeps one name. Names that were
retired since are told by the property itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# GA4 reference §7: key events were called conversions
CURRENT_NAMES = {
    "conversions": "keyEvents",
    "sessionConversionRate": "sessionKeyEventRate",
    "userConversionRate": "userKeyEventRate",
    "advertiserAdCostPerConversion": "advertiserAdCostPerKeyEvent",
    "isConversionEvent": "isKeyEvent",
}


def current_name(field: str) -> str:
    """The name that a field has now; `sessionConversionRate:purchase` keeps its event."""
    name, colon, event = field.partition(":")
    return f"{CURRENT_NAMES.get(name, name)}{colon}{event}"


def names_out_of_use(fields: Iterable[str], metadata: Any) -> dict[str, str]:
    """The fields that a property does not list, each with the name it has there now, "" where it has none.

    `metadata` is a raw `Metadata`: it names for every field those it had before.
    """
    listed = [*metadata.dimensions, *metadata.metrics]
    known = {one.api_name for one in listed}
    renamed = {old: one.api_name for one in listed for old in one.deprecated_api_names}
    return {field: renamed.get(field, "") for field in dict.fromkeys(fields) if field not in known}
