"""One asset for each GA4 report: it reads the days that are due and appends the parts that changed."""

import dagster as dg

from pipelines.ga4_reports import REPORTS, Report
from pipelines.intake import Night, due_window, take_in_report, whole_months
from pipelines.partitions import asked_window, days
from pipelines.runtime import Runtime

READ_AGAIN = {
    "nightly": "The last days are read again every night.",
    "weekly": "The last days are read again every night, the last weeks on Mondays: attribution and cost change late.",
    "monthly": "A month is read again as long as one of its days is.",
}


def definitions(runtime: Runtime) -> list[dg.AssetsDefinition]:
    """The assets `raw/ga4_*`; none when GA4 is left out."""
    if not runtime.config.sources.ga4.enabled:
        return []
    reports = [_asset(runtime, report) for report in REPORTS]
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
            f"GA4 by {', '.join(report.dimensions)}: {', '.join(report.metrics)}. "
            f"Whole {'months' if report.is_monthly else 'days'} are replaced. {READ_AGAIN[report.look_back]}"
        ),
        # months are not partitions: a month is read again while any of its days may change
        partitions_def=None if report.is_monthly else days(runtime),
        backfill_policy=None if report.is_monthly else dg.BackfillPolicy.single_run(),
        required_resource_keys={"warehouse", "sources"},
        pool="warehouse",
    )
    def ga4_report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        connection, today = context.resources.warehouse, runtime.business_date
        asked = asked_window(context.run.tags)
        due = due_window(connection, report, runtime.config.sources.ga4, today)
        window = whole_months(report, asked, today) if asked else due
        if window is None:
            return dg.MaterializeResult(metadata={"read": "nothing was due"})
        night = Night(context.run.run_id, today, runtime.config.sources.on_failure == "hold")
        sources = context.resources.sources
        outcome = take_in_report(connection, lambda: sources.ga4, report, window, night, is_asked_for=asked is not None)
        (context.log.warning if outcome.failure else context.log.info)(outcome.message)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": connection.table(report.table).shape[0],
                "new or changed rows": sum(one.rows_new + one.rows_changed for one in outcome.stored),
                "read": outcome.message,
                "window": f"{window[0]} to {window[1]}",
            }
        )

    return ga4_report
