"""Approvals: who signed which version of a month. They are appended; a later version never takes one's place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from pipelines.failures import WrongUse


@dataclass(frozen=True)
class Approval:
    """A person's word that a version may be reported."""

    month: date
    version: int
    approved_by: str
    approved_at: datetime
    note: str


def approve(connection: duckdb.DuckDBPyConnection, approval: Approval) -> str:
    """Appends an approval; answers with the snapshot id.

    Raises:
        WrongUse: there is no such version, it was approved already by this person, or who approves is not said.
    """
    what = f"month {approval.month:%Y-%m}"
    if not approval.approved_by.strip():
        raise WrongUse(what, "nobody approves it", "say who with --by")
    known = connection.execute(
        "select snapshot_id from snapshots.snapshot where month = ? and version = ?", [approval.month, approval.version]
    ).fetchall()
    if not known:
        raise WrongUse(what, f"there is no version {approval.version} of it", "see `kpi status`")
    ((snapshot_id,),) = known
    again = connection.execute(
        "select 1 from snapshots.approval where snapshot_id = ? and approved_by = ?",
        [snapshot_id, approval.approved_by],
    ).fetchall()
    if again:
        raise WrongUse(snapshot_id, f"{approval.approved_by} approved it already", "nothing is left to do")
    connection.execute(
        "insert into snapshots.approval (snapshot_id, approved_by, approved_at, note) values (?, ?, ?, ?)",
        [snapshot_id, approval.approved_by, approval.approved_at, approval.note],
    )
    return str(snapshot_id)
