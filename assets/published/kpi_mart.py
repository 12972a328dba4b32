"""The published mart: the last step of a run, behind every blocking check."""

import dagster as dg

from pipelines.publishing import publish
from pipelines.runtime import Runtime
from pipelines.snapshots import create_snapshot_tables, refuse_broken_chain

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
        required_resource_keys={"warehouse"},
        pool="warehouse",
    )
    def kpi_mart(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        connection, tables = context.resources.warehouse, runtime.project.tables
        create_snapshot_tables(connection, tables)
        refuse_broken_chain(connection)
        made = publish(
            connection, tables, published_dir=runtime.settings.data_dir / "published", run_id=context.run.run_id
        )
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": sum(made.rows.values()),
                "version": made.version,
                "changed": ", ".join(made.rewritten) or "nothing",
                "file": dg.MetadataValue.path(str(made.folder / "kpi_mart.duckdb")),
            }
        )

    return [kpi_mart]
