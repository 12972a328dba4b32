"""One asset for each GA4 report: it reads the days that are due and appends the parts that changed."""

import dagster as dg

from pipelines.ga4_forms import OBJECT
from pipelines.ga4_periods import TABLE
from pipelines.ga4_reports import REPORTS, Report
from pipelines.intake import (
    Night,
    asked_questions,
    due_questions,
    due_windows,
    quota_left,
    take_in_periods,
    take_in_report,
)
from pipelines.partitions import asked_window, days
from pipelines.runtime import Runtime
from pipelines.shown_failures import shows_failure

READ_AGAIN = {
    "nightly": "The last days are read again every night.",
    "weekly": "The last days are read again every night, the last weeks on Mondays: attribution and cost change late.",
}


def definitions(runtime: Runtime) -> list[dg.AssetsDefinition]:
    """The assets `raw/ga4_*`; none when GA4 is left out."""
    if not runtime.config.sources.ga4.enabled:
        return []
    reports = [*(_asset(runtime, report) for report in REPORTS), _periods(runtime)]
    return [*reports, _answers([key for report in reports for key in report.keys])]


def _answers(reports: list[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.asset(
        key=["raw", "ga4_answer"],
        deps=reports,
        group_name="raw",
        kinds={"duckdb", "googleanalytics"},
        owners=["team:marketing-data"],
        tags={"source": "ga4"},
        description="What GA4 said of its own answers by day: sampled, thresholded, rare rows merged into (other).",
        required_resource_keys={"warehouse"},
        pool="warehouse",
    )
    @shows_failure
    def ga4_answer(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        # each report stores what was said of it together with its rows
        rows = context.resources.warehouse.table("raw.ga4_answer").shape[0]
        return dg.MaterializeResult(metadata={"dagster/row_count": rows})

    return ga4_answer


def _asset(runtime: Runtime, report: Report) -> dg.AssetsDefinition:
    @dg.asset(
        key=report.table.split("."),
        group_name="raw",
        kinds={"duckdb", "googleanalytics"},
        owners=["team:marketing-data"],
        tags={"source": "ga4"},
        description=(
            f"The GA4 report by {', '.join(report.dimensions)}, with {len(report.metrics)} metrics. "
            f"Whole days are replaced. {READ_AGAIN[report.look_back]}"
        ),
        # what a day is held against has to be read before it
        deps=[report.control_table.split(".")] if report.control_table else [],
        partitions_def=days(runtime),
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={"warehouse", "sources"},
        pool="warehouse",
    )
    @shows_failure
    def ga4_report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        connection, today = context.resources.warehouse, runtime.business_date
        ga4, asked = runtime.config.sources.ga4, asked_window(context.run.tags)
        windows = [asked] if asked else due_windows(connection, report, ga4, today)
        if not windows:
            return dg.MaterializeResult(metadata={"read": "nothing was due"})
        night = Night(context.run.run_id, today, runtime.config.sources.on_failure == "hold")
        sources = context.resources.sources
        outcome = take_in_report(connection, lambda: sources.ga4, report, windows, night, time_zone=ga4.time_zone)
        (context.log.warning if outcome.failure else context.log.info)(outcome.message)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": connection.table(report.table).shape[0],
                "new or changed rows": sum(one.rows_new + one.rows_changed for one in outcome.stored),
                "read": outcome.message,
                "days": ", ".join(f"{first} to {last}" for first, last in windows),
                "quota": quota_left(connection, context.run.run_id, report.object),
            }
        )

    return ga4_report


def _periods(runtime: Runtime) -> dg.AssetsDefinition:
    """One asset for all derived requests: which they are follows from the KPI catalogue."""

    @dg.asset(
        key=["raw", "ga4_period"],
        group_name="raw",
        kinds={"duckdb", "googleanalytics"},
        owners=["team:marketing-data"],
        tags={"source": "ga4"},
        description=(
            "Distinct users, and sessions with an event, of days, weeks, months, quarters and years: what is never "
            "summed is asked of GA4 at each grain and slice that a KPI names. Read again while it may change."
        ),
        required_resource_keys={"warehouse", "sources"},
        pool="warehouse",
    )
    @shows_failure
    def ga4_period(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        connection, today, sources = context.resources.warehouse, runtime.business_date, context.resources.sources
        reports, asked = runtime.project.period_reports, asked_window(context.run.tags)
        due = (
            asked_questions(reports, asked, today)
            if asked
            else due_questions(connection, reports, runtime.config.sources.ga4, today)
        )
        night = Night(context.run.run_id, today, runtime.config.sources.on_failure == "hold")
        zone = runtime.config.sources.ga4.time_zone
        outcomes = take_in_periods(
            connection, lambda: sources.ga4, due, night, time_zone=zone, is_whole_night=not asked
        )
        for outcome in outcomes:
            (context.log.warning if outcome.failure else context.log.info)(outcome.message)
        stored = [one for outcome in outcomes for one in outcome.stored if one.object == OBJECT]
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": connection.table(TABLE).shape[0],
                "new or changed rows": sum(one.rows_new + one.rows_changed for one in stored),
                "derived requests": len(reports),
                "requests sent": len(due),
                "parts refused": sum(one.parts_refused for one in stored),
                "quota": quota_left(connection, context.run.run_id, OBJECT),
                "read": outcomes[-1].message if outcomes else "nothing was due",
            }
        )

    return ga4_period
