"""Whether the sources answer: the part of `kpi doctor` that asks and waits.

What can be seen without asking anybody is in `doctor`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pipelines.doctor import Finding
from pipelines.engines.duckdb import lock_holder
from pipelines.failures import KpiError
from pipelines.ga4 import Ga4Source
from pipelines.ga4_aliases import names_out_of_use
from pipelines.ga4_forms import PeriodReport
from pipelines.ga4_periods import Question
from pipelines.ga4_reports import REPORTS, Report
from pipelines.ga4_tokens import tokens_of, usual_night
from pipelines.runtime import Runtime
from pipelines.source_access import OpenSources


def ask_sources(runtime: Runtime) -> Iterator[Finding]:
    """One finding per source that is read: that it answers, and that it takes what will be asked."""
    if runtime.is_demo:
        yield _tokens_of_a_night(_derived(runtime))
        return
    with OpenSources(runtime) as sources:
        if runtime.config.sources.ga4.enabled:
            yield from _ask_ga4(sources, runtime.config.company.time_zone, _derived(runtime))
        if runtime.config.sources.mailchimp.enabled:
            yield from _ask_mailchimp(sources, runtime.config.company.time_zone)


def look_at_lock(runtime: Runtime) -> Finding:
    """Who works with the warehouse at the moment."""
    holder = lock_holder(runtime.warehouse.path.with_suffix(".lock"))
    return Finding("lock", "ok", f"process {holder} holds the warehouse" if holder else "nobody holds the warehouse")


def _derived(runtime: Runtime) -> list[Question]:
    """The requests of a usual night that follow from the KPI catalogue."""
    return usual_night(runtime.project.period_reports, runtime.business_date, runtime.config.sources.ga4.lookback_days)


def _ask_ga4(sources: OpenSources, company_zone: str, derived: Sequence[Question]) -> Iterator[Finding]:
    try:
        source = sources.ga4
        metadata, zone = source.metadata(), source.time_zone()
    except KpiError as error:
        yield _not_answered("ga4", error)
        return
    fields = f"{len(metadata.dimensions)} dimensions and {len(metadata.metrics)} metrics"
    yield Finding("ga4", "ok", f"property {source.property_id} answers, with {fields}")
    if zone != company_zone:
        text = f"the property counts its days in {zone}, the company in {company_zone}"
        yield Finding("ga4 time zone", "warning", text, "visits around midnight fall on the property's day")
    for report in REPORTS:
        yield from _look_for_names(report, metadata)
        yield _taken(source, report, f"ga4 {report.name}", "GA4 takes the report as a whole")
    for question in derived:
        yield from _look_for_names(question.report, metadata)
        text = f"GA4 takes it as a whole, for about {tokens_of(question)} tokens a night"
        yield _taken(source, question.report, f"ga4 derived {question.name}", text)
    yield _tokens_of_a_night(derived)


def _taken(source: Ga4Source, report: Report | PeriodReport, check: str, text: str) -> Finding:
    """GA4 reference §7: whether GA4 takes a report, asked for as a whole."""
    try:
        source.check(report)
    except KpiError as error:
        return _not_answered(check, error)
    return Finding(check, "ok", text)


def _tokens_of_a_night(derived: Sequence[Question]) -> Finding:
    tokens = sum(map(tokens_of, derived))
    text = f"{len(derived)} requests follow from the KPIs, for about {tokens} of 14,000 tokens an hour"
    return Finding("ga4 derived requests", "ok", text)


def _look_for_names(report: Report | PeriodReport, metadata: Any) -> Iterator[Finding]:
    """GA4 reference §7: names of fields are retired; the property still takes the old one for a while."""
    for field, name in names_out_of_use([*report.dimensions, *report.metrics], metadata).items():
        text = f"{field} is called {name} now" if name else f"the property has no field {field}"
        yield Finding(f"ga4 {report.name} fields", "warning", text, "tell whoever maintains the GA4 reports")


def _ask_mailchimp(sources: OpenSources, company_zone: str) -> Iterator[Finding]:
    try:
        health = sources.mailchimp.ping()
        zone = sources.mailchimp.account_time_zone().key
        reports = sources.mailchimp.number_of_reports()
    except KpiError as error:
        yield _not_answered("mailchimp", error)
        return
    yield Finding("mailchimp", "ok", f"the account answers: {health}; {reports} reports can be read")
    if zone != company_zone:
        text = f"the account counts its days in {zone}, the company in {company_zone}"
        yield Finding("mailchimp time zone", "warning", text, "e-mails sent around midnight fall on the account's day")


def _not_answered(check: str, error: KpiError) -> Finding:
    return Finding(check, "failed", f"{error.what}: {error.why}", error.remedy, error.exit_code)
