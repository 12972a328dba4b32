"""GA4's quotas in the warehouse: what each object used of each bucket in a run, and what its last answer left."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from pipelines.ga4_quota import Tally
from pipelines.intake.outcomes import Night


def remember_quota(connection: duckdb.DuckDBPyConnection, quota: Tally, night: Night) -> None:
    """Keeps what a source's answers used since this was done last."""
    seen_at = datetime.now(UTC).replace(tzinfo=None)
    for bucket in quota.taken():
        connection.execute(
            "insert into meta.quota (run_id, object, bucket, consumed, remaining, seen_at) values (?, ?, ?, ?, ?, ?)",
            [night.run_id, bucket.object, bucket.name, bucket.consumed, bucket.remaining, seen_at],
        )


def quota_left(connection: duckdb.DuckDBPyConnection, run_id: str, object_name: str) -> str:
    """What an object used of each bucket in a run and what was left, on one line; empty when no answer said."""
    rows = connection.execute(
        """select bucket, sum(consumed), arg_max(remaining, seen_at) from meta.quota
        where run_id = ? and object = ? group by bucket order by bucket""",
        [run_id, object_name],
    ).fetchall()
    return ", ".join(f"{bucket}: {consumed} used, {remaining} left" for bucket, consumed, remaining in rows)
