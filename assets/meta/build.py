"""The build is complete: every table was made and every blocking check held. Only then may anything leave."""

import dagster as dg

from pipelines.build import end_build
from pipelines.runtime import Runtime
from pipelines.shown_failures import shows_failure


def definitions(runtime: Runtime, tables: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The asset `meta/build`, after all tables."""

    @dg.asset(
        key=["meta", "build"],
        deps=tables,
        group_name="meta",
        kinds={"duckdb"},
        owners=["team:marketing-data"],
        description="What the tables were built from, marked complete once every blocking check held.",
        required_resource_keys={"warehouse"},
        pool="warehouse",
    )
    @shows_failure
    def build(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        connection = context.resources.warehouse
        end_build(connection)
        ((held, failed),) = connection.execute(
            "select count(*) filter (passed), count(*) filter (not passed) from meta.check_result"
        ).fetchall()
        return dg.MaterializeResult(
            metadata={"business date": str(runtime.business_date), "checks that hold": held, "that do not": failed}
        )

    return [build]
