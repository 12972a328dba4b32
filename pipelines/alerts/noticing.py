"""What the warehouse knows and nobody sees by themselves: refused parts, silent sources, a quota that runs out.

It only looks, at an open connection; who is told, and whether again, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

import duckdb

from pipelines.alerts.alert import Alert, Look
from pipelines.configuration.sources import Sources
from pipelines.inbox import KINDS
from pipelines.loads import refused_loads, refused_parts

COVERS = ("refused part/", "source silent/", "quota nearly used/")
# A kind of file is missed when it stays away longer than it did between its last few arrivals.
KNOWN_GAPS = 6
# GA4 reference §6: what the buckets of a standard and of a 360 property hold. Concurrent requests are left out: they
# are given back within seconds.
BUCKETS = {
    "tokens_per_day": (200_000, 2_000_000),
    "tokens_per_hour": (40_000, 400_000),
    "tokens_per_project_per_hour": (14_000, 140_000),
    "server_errors_per_project_per_hour": (10, 50),
    "potentially_thresholded_requests_per_hour": (120, 120),
}

# the last business date of a run that could read all of a source, else the first on which it was tried
LAST_READ = """with run as (
        select source, business_date, min(case when state = 'read' then 1 else 0 end) = 1 as is_read
        from meta.source_outcome group by source, run_id, business_date
    )
    select source, max(case when is_read then business_date end), min(business_date) from run group by source"""
ARRIVALS = (
    """select distinct object, business_date from meta.load where source = 'file' order by object, business_date"""
)
QUOTA = """select q.bucket, min(q.remaining), (
        select max(seen.remaining) from meta.quota as seen where seen.bucket = q.bucket
    )
    from meta.quota as q
    where q.run_id = (select max_by(run_id, seen_at) from meta.quota) group by q.bucket order by q.bucket"""


def notice(connection: duckdb.DuckDBPyConnection, sources: Sources, business_date: date) -> Look:
    """What is wrong by now, on a business date, with what was read.

    Raises:
        duckdb.CatalogException, duckdb.BinderException: the warehouse was made by an earlier release.
    """
    alerts = (
        *_refused_parts(connection),
        *_silent_apis(connection, sources, business_date),
        *_silent_files(connection, sources.alerts.silent_days, business_date),
        *_spent_quota(connection, sources.alerts.quota_share),
    )
    return Look(alerts, COVERS)


def _refused_parts(connection: duckdb.DuckDBPyConnection) -> Iterator[Alert]:
    """What waits by now; parts of one load and reason are one alert."""
    waiting = connection.execute(refused_loads(refused_parts())).fetchall()
    for load_id, name, count, part, reason, file in waiting:
        more = f" and {count - 1} more parts" if count > 1 else ""
        settled = " or ".join(f"`kpi {command} {load_id} --note ...`" for command in ("accept", "retract"))
        remedy = f"see `kpi loads --refused`, then {settled}"
        what = f"{f'{file}, ' if file else ''}{name} {part}{more} of load {load_id}"
        yield Alert("refused part", f"{name}/{part}", f"{what}: {reason}: {remedy}")


def _silent_apis(connection: duckdb.DuckDBPyConnection, sources: Sources, business_date: date) -> Iterator[Alert]:
    is_read = {"ga4": sources.ga4.enabled, "mailchimp": sources.mailchimp.enabled}
    for source, last, first_tried in connection.execute(LAST_READ).fetchall():
        days = (business_date - (last or first_tried)).days
        if is_read.get(source) and days >= sources.alerts.silent_days:
            since = f"it was last read whole on {last}" if last else f"it was never read whole since {first_tried}"
            why = f"{since}, {days} days before {business_date}"
            yield Alert("source silent", source, f"{source}: {why}: `kpi status` says what it answers")


def _silent_files(connection: duckdb.DuckDBPyConnection, silent_days: int, business_date: date) -> Iterator[Alert]:
    """Kinds that came on two days at least, because only they have a rhythm that can be missed."""
    arrived: dict[str, set[date]] = {}
    kind_of = {output.object: kind.name for kind in KINDS.values() for output in kind.outputs}
    for name, day in connection.execute(ARRIVALS).fetchall():
        arrived.setdefault(kind_of.get(name, name), set()).add(day)
    for kind, found in sorted(arrived.items()):
        days = sorted(found)
        away = (business_date - days[-1]).days
        if len(days) > 1 and away >= max(silent_days, _longest_gap(days) + 1):
            why = f"no file since {days[-1]}, {away} days before {business_date}, and they came more often"
            yield Alert("source silent", f"inbox {kind}", f"inbox/{kind}: {why}: look at the export that makes them")


def _longest_gap(days: Sequence[date]) -> int:
    return max((later - day).days for day, later in list(pairwise(days))[-KNOWN_GAPS:])


def _spent_quota(connection: duckdb.DuckDBPyConnection, quota_share: Decimal) -> Iterator[Alert]:
    for bucket, remaining, most_seen in connection.execute(QUOTA).fetchall():
        if bucket not in BUCKETS or remaining is None:
            continue
        standard, large = BUCKETS[bucket]
        size = standard if most_seen <= standard else large
        if size - remaining >= size * quota_share:
            why = f"{remaining:,} of {size:,} were left in the last run, and all tools on the property share them"
            remedy = "read fewer days at once, or let other tools ask for less"
            yield Alert("quota nearly used", bucket, f"ga4 {bucket.replace('_', ' ')}: {why}: {remedy}")
