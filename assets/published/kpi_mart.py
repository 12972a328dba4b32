"""The published mart: the last step of a run, behind every blocking check."""

import time
from collections.abc import Iterator

import dagster as dg

from pipelines.failures import DataFailed
from pipelines.night_figures import figures_of_week
from pipelines.publishing import publish
from pipelines.runtime import Runtime
from pipelines.shown_failures import shows_failure
from pipelines.snapshots import AFTER_A_BREAK, breaks, create_snapshot_tables

UNCHANGED = "closed_months_are_unchanged"
SNAPSHOT_KEY = dg.AssetKey(["snapshots", "snapshot"])


def definitions(runtime: Runtime) -> list[dg.AssetsDefinition]:
    """The asset `published/kpi_mart`."""

    @dg.asset(
        key=["published", "kpi_mart"],
        deps=[dg.AssetKey(["meta", "build"]), SNAPSHOT_KEY],
        group_name="published",
        kinds={"duckdb", "parquet"},
        owners=["team:marketing-data"],
        description="The versioned, read-only DuckDB file that BI tools read, and Parquet of what changed.",
        check_specs=[
            dg.AssetCheckSpec(
                UNCHANGED,
                asset=["published", "kpi_mart"],
                blocking=True,
                description="No closed month was changed by other hands: every link of the chain holds.",
            )
        ],
        required_resource_keys={"warehouse"},
        pool="warehouse",
    )
    @shows_failure
    def kpi_mart(context: dg.AssetExecutionContext) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        connection, tables = context.resources.warehouse, runtime.project.tables
        create_snapshot_tables(connection, tables)
        broken = list(breaks(connection))
        yield dg.AssetCheckResult(check_name=UNCHANGED, passed=not broken, metadata={"changed": "; ".join(broken)})
        if broken:
            raise DataFailed("closed months", broken[0], AFTER_A_BREAK)
        made = publish(
            connection, tables, published_dir=runtime.settings.data_dir / "published", run_id=context.run.run_id
        )
        yield dg.MaterializeResult(
            metadata={
                "dagster/row_count": sum(made.rows.values()),
                "version": made.version,
                "changed": ", ".join(made.rewritten) or "nothing",
                "file below KPI_DATA": f"published/{made.folder.name}/kpi_mart.duckdb",
                **figures_of_week(connection, runtime.business_date),
                **_run_time(context),
            }
        )

    return [kpi_mart]


def _run_time(context: dg.AssetExecutionContext) -> dict[str, float]:
    """Seconds from the start of the run to the published mart, of runs that built it: a month close is no night."""
    run_id = context.run.run_id
    built = context.resources.warehouse.execute("select 1 from meta.build where run_id = ?", [run_id]).fetchall()
    record = context.instance.get_run_record_by_id(run_id)
    started = record.start_time if record else None
    return {"run time in seconds": round(time.time() - started, 1)} if built and started else {}
