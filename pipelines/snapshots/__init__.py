"""Closed months: what is due, freezing it append-only, and what it was made from.

A version is never changed or removed here.
"""

from pipelines.snapshots.closing import Frozen, close_month, content_hash
from pipelines.snapshots.due import BY_HAND, Due, month_after, month_of, months_due
from pipelines.snapshots.homes import create_snapshot_tables, frozen_tables

__all__ = [
    "BY_HAND",
    "Due",
    "Frozen",
    "close_month",
    "content_hash",
    "create_snapshot_tables",
    "frozen_tables",
    "month_after",
    "month_of",
    "months_due",
]
