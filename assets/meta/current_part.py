"""The cut of the night: from here on every table of the run sees the same loads."""

import dagster as dg

from pipelines.build import begin_build
from pipelines.loads import current_cut
from pipelines.runtime import Runtime
from pipelines.shown_failures import shows_failure


def definitions(runtime: Runtime, sources: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The asset `meta/current_part`, after all that is read."""

    @dg.asset(
        key=["meta", "current_part"],
        deps=sources,
        group_name="meta",
        kinds={"duckdb"},
        owners=["team:marketing-data"],
        description="The loads that count in this build: the newest of all that is read, fixed for the whole run.",
        required_resource_keys={"warehouse"},
        pool="warehouse",
    )
    @shows_failure
    def current_part(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        connection = context.resources.warehouse
        cut = begin_build(
            connection,
            runtime.project,
            current_cut(connection),
            run_id=context.run.run_id,
            business_date=runtime.business_date,
            is_demo=runtime.is_demo,
        )
        ((parts,),) = connection.execute("select count(*) from meta.current_part").fetchall()
        return dg.MaterializeResult(metadata={"dagster/row_count": parts, "cut": dg.MetadataValue.json(cut)})

    return [current_part]
