"""The verdict of a night: red when a source did not answer, after everything that could be done was done."""

import dagster as dg

from pipelines.intake import failures_of, verdict_of
from pipelines.runtime import Runtime


def definitions(runtime: Runtime, after: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The asset `meta/night`, the last of a run."""

    @dg.asset(
        key=["meta", "night"],
        deps=after,
        group_name="meta",
        kinds={"duckdb"},
        owners=["team:marketing-data"],
        description="Fails when a source did not answer, so that a stale night is never green.",
        required_resource_keys={"warehouse"},
        pool="warehouse",
    )
    def night(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        failures = failures_of(context.resources.warehouse, context.run.run_id)
        exit_code, told = verdict_of(failures)
        if exit_code:
            metadata = dict(failures) | {"exit_code": exit_code}
            raise dg.Failure(description=told, metadata=metadata, allow_retries=False)
        return dg.MaterializeResult(metadata={"business date": str(runtime.business_date)})

    return [night]
