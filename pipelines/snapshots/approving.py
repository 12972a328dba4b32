"""Approvals: who signed which version of a month. They are appended; a later version never takes one's place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from pipelines.failures import WrongUse
from pipelines.privacy import masked_text
from pipelines.snapshots.heads import note_heads
from pipelines.snapshots.links import linked

SAYS = ("snapshot_id", "content_sha256", "approved_by", "approved_at", "note")


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
        WrongUse: there is no such version, it was approved already by this person, who approves is not said, or an
            e-mail address or a phone or IP number would be published for good.
    """
    what = f"month {approval.month:%Y-%m}"
    if not approval.approved_by.strip():
        raise WrongUse(what, "nobody approves it", "say who with --by")
    for option, text in (("--by", approval.approved_by), ("--note", approval.note)):
        if masked_text(text) != text:
            raise WrongUse(
                option,
                "it holds an e-mail address or a phone or IP number, and approvals are published",
                "name a role or a person",
            )
    known = connection.execute(
        "select snapshot_id, content_sha256 from snapshots.snapshot where month = ? and version = ?",
        [approval.month, approval.version],
    ).fetchall()
    if not known:
        raise WrongUse(what, f"there is no version {approval.version} of it", "see `kpi status`")
    ((snapshot_id, content),) = known
    again = connection.execute(
        "select 1 from snapshots.approval where snapshot_id = ? and approved_by = ?",
        [snapshot_id, approval.approved_by],
    ).fetchall()
    if again:
        raise WrongUse(snapshot_id, f"{approval.approved_by} approved it already", "nothing is left to do")
    last = connection.execute(
        "select link, chain_sha256 from snapshots.approval where link is not null order by link desc limit 1"
    ).fetchall()
    link, before = last[0] if last else (0, "")
    says = [snapshot_id, content, approval.approved_by, approval.approved_at, approval.note]
    connection.execute(
        f"insert into snapshots.approval ({', '.join(SAYS)}, link, chain_sha256) values (?, ?, ?, ?, ?, ?, ?)",
        [*says, link + 1, linked(before, says)],
    )
    note_heads(connection)
    return str(snapshot_id)


def broken_approvals(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What other hands changed in the approvals, one line each."""
    contents = dict(connection.execute("select snapshot_id, content_sha256 from snapshots.snapshot").fetchall())
    before, expected = "", 1
    for link, chain_sha256, *says in connection.execute(
        f"select link, chain_sha256, {', '.join(SAYS)} from snapshots.approval order by link nulls first"
    ).fetchall():
        name, content, approved_by, *_ = says
        if link is None:
            yield f"{name}: its approval by {approved_by} was put in by other hands"
            continue
        if link != expected:
            yield f"{name}: {link - expected} approvals before that of {approved_by} are gone"
        elif linked(before, says) != chain_sha256:
            yield f"{name}: its approval by {approved_by} was changed"
        elif contents.get(name, content) != content:
            yield f"{name}: {approved_by} approved other figures under this name"
        before, expected = chain_sha256, link + 1
