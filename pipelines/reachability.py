"""Whether the sources answer and the mart is fresh: the part of `kpi doctor` that asks and waits.

What can be seen without asking anybody is in `doctor`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pipelines.doctor import Finding
from pipelines.engines.duckdb import lock_holder
from pipelines.failures import KpiError
from pipelines.ga4_reports import REPORTS
from pipelines.publishing import current_manifest
from pipelines.runtime import Runtime
from pipelines.source_access import OpenSources


def ask_sources(runtime: Runtime) -> Iterator[Finding]:
    """One finding per source that is read: that it answers, and that it takes what will be asked."""
    if runtime.is_demo:
        return
    with OpenSources(runtime) as sources:
        if runtime.config.sources.ga4.enabled:
            yield from _ask_ga4(sources)
        if runtime.config.sources.mailchimp.enabled:
            yield from _ask_mailchimp(sources, runtime.config.company.time_zone)


def look_at_lock(runtime: Runtime) -> Finding:
    """Who works with the warehouse at the moment."""
    holder = lock_holder(runtime.warehouse.path.with_suffix(".lock"))
    return Finding("lock", "ok", f"process {holder} holds the warehouse" if holder else "nobody holds the warehouse")


def look_at_freshness(runtime: Runtime, limit: timedelta | None) -> Finding:
    """How old the published mart is; too old fails."""
    told = current_manifest(runtime.settings.data_dir / "published")
    if told is None:
        return Finding(
            "published mart", "failed" if limit else "warning", "nothing was published yet", "run `kpi nightly`"
        )
    age = datetime.now(UTC) - datetime.fromisoformat(told["published_at"])
    text = f"{told['version']} is {age.total_seconds() / 3600:.1f} hours old, for {told['business_date']}"
    if limit is not None and age > limit:
        return Finding("published mart", "failed", text, "look at `kpi status`, then run `kpi nightly`")
    return Finding("published mart", "ok", text)


def _ask_ga4(sources: OpenSources) -> Iterator[Finding]:
    try:
        yield Finding("ga4", "ok", sources.ga4.ping())
    except KpiError as error:
        yield _not_answered("ga4", error)
        return
    for report in REPORTS:
        try:
            sources.ga4.check(report)
        except KpiError as error:
            yield _not_answered(f"ga4 {report.name}", error)
        else:
            yield Finding(f"ga4 {report.name}", "ok", "GA4 takes the report as a whole")


def _ask_mailchimp(sources: OpenSources, company_zone: str) -> Iterator[Finding]:
    try:
        health = sources.mailchimp.ping()
        zone = sources.mailchimp.account_time_zone().key
    except KpiError as error:
        yield _not_answered("mailchimp", error)
        return
    yield Finding("mailchimp", "ok", f"the account answers: {health}")
    if zone != company_zone:
        text = f"the account counts its days in {zone}, the company in {company_zone}"
        yield Finding("mailchimp time zone", "warning", text, "e-mails sent around midnight fall on the account's day")


def _not_answered(check: str, error: KpiError) -> Finding:
    return Finding(check, "failed", f"{error.what}: {error.why}", error.remedy, error.exit_code)
