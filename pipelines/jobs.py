"""The jobs and their schedules; they select by group or tag and never name an asset."""

from __future__ import annotations

import dagster as dg

from pipelines.failures import KpiError
from pipelines.partitions import usual_night_tags
from pipelines.runtime import Runtime
from pipelines.snapshots import months_due

BUILD_GROUPS = ("meta", "reference", "staging", "facts", "measures", "marts", "published", "review")
INBOX_TAG = ("source", "inbox")
NIGHTLY_AT = "30 5 * * *"
MONTH_CLOSE_AT = "0 7 * * *"
LOOK_SECONDS = 1.0


def jobs() -> list[dg.UnresolvedAssetJobDefinition]:
    """`nightly`: from the sources to the mart. `files`: the same without the APIs. `month_close`: snapshots, pages."""
    built = dg.AssetSelection.groups(*BUILD_GROUPS)
    return [
        dg.define_asset_job(
            "nightly",
            built | dg.AssetSelection.groups("raw"),
            description="Reads all sources, builds every table, publishes the mart, brings the pages up to date.",
        ),
        dg.define_asset_job(
            "files",
            built | dg.AssetSelection.tag(*INBOX_TAG),
            description="Takes in new files of the inbox, builds every table, publishes the mart and the pages.",
        ),
        dg.define_asset_job(
            "month_close",
            dg.AssetSelection.groups("snapshots", "review", "published"),
            description="Freezes the months that are due, publishes the mart, writes the pages.",
        ),
    ]


def schedules(runtime: Runtime) -> list[dg.ScheduleDefinition]:
    """The nightly run and the month close in the company's zone; they run only in production."""
    is_on = runtime.settings.production
    status = dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED
    zone = runtime.config.company.time_zone

    @dg.schedule(
        job_name="nightly",
        cron_schedule=NIGHTLY_AT,
        execution_timezone=zone,
        default_status=status,
        description="Every night; a night that was missed is made up by the look-back of the next.",
    )
    def nightly_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat(), tags=usual_night_tags(runtime))

    @dg.schedule(
        job_name="month_close",
        cron_schedule=MONTH_CLOSE_AT,
        execution_timezone=zone,
        default_status=status,
        description="Every morning; does nothing unless a month is due.",
    )
    def month_close_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        why_not = _why_nothing_is_closed(runtime)
        return dg.SkipReason(why_not) if why_not else dg.RunRequest(context.scheduled_execution_time.isoformat())

    return [nightly_schedule, month_close_schedule]


def _why_nothing_is_closed(runtime: Runtime) -> str | None:
    """Why no month is to be closed now; None when one is due, or when that cannot be seen and the run has to look."""
    close_days = runtime.config.company.month_close_days
    if not runtime.warehouse.path.exists():
        return "there is no warehouse yet: the first night makes it"
    try:
        with runtime.warehouse.looked_into(purpose="the month close schedule", wait_seconds=LOOK_SECONDS) as connection:
            due = months_due(connection, runtime.project.tables, close_days, runtime.business_date)
    except KpiError:
        return None
    return None if due else "no month is due"
