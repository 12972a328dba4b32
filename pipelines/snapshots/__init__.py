"""Closed months: what is due, freezing it append-only, and what it was made from.

A version is never changed or removed here.
"""

from pipelines.snapshots.approving import Approval, approve
from pipelines.snapshots.certifying import Cell, Certificate, Certifier
from pipelines.snapshots.chain import AFTER_A_BREAK, breaks, refuse_broken_chain
from pipelines.snapshots.closing import Frozen, close_month, refuse_unfinished
from pipelines.snapshots.due import BY_HAND, Due, month_after, month_of, months_due
from pipelines.snapshots.freezing import content_hash
from pipelines.snapshots.frozen_month import FrozenMonth
from pipelines.snapshots.homes import create_snapshot_tables, frozen_tables
from pipelines.snapshots.replaying import Replayed, Version, replay, version_of
from pipelines.snapshots.restated import reported_version, restated_by_build
from pipelines.snapshots.restating import Amount, Restatement, restate
from pipelines.snapshots.sides import Side, side_of_build, side_of_version

__all__ = [
    "AFTER_A_BREAK",
    "BY_HAND",
    "Amount",
    "Approval",
    "Cell",
    "Certificate",
    "Certifier",
    "Due",
    "Frozen",
    "FrozenMonth",
    "Replayed",
    "Restatement",
    "Side",
    "Version",
    "approve",
    "breaks",
    "close_month",
    "content_hash",
    "create_snapshot_tables",
    "frozen_tables",
    "month_after",
    "month_of",
    "months_due",
    "refuse_broken_chain",
    "refuse_unfinished",
    "replay",
    "reported_version",
    "restate",
    "restated_by_build",
    "side_of_build",
    "side_of_version",
    "version_of",
]
