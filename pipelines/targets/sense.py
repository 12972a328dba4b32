"""Whether more or less is better, for one target."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pipelines.configuration import Terms
from pipelines.targets.findings import KpiFacts

CHANGES = ("relative_pct", "pp", "absolute")


def sense_of(terms: Terms, kpi: KpiFacts) -> Literal[1, -1]:
    """1 where more is better: as the KPI says; where it says nothing, as the change or the way from a baseline does."""
    if kpi.direction != "neutral":
        return 1 if kpi.direction == "up_good" else -1
    if terms.value is None or terms.change_type in ("level_min", "direction_only"):
        return 1
    if terms.change_type in CHANGES:
        return 1 if terms.value >= 0 else -1
    return -1 if isinstance(terms.baseline, Decimal) and terms.value < terms.baseline else 1
