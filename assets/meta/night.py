"""The verdict of a night: red when a source did not answer, after everything that could be done was done."""

import dagster as dg

from pipelines.intake import failures_of
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
        if failures:
            raise dg.Failure(
                description="; ".join(f"{source}: {message}" for source, message in failures),
                metadata=dict(failures) | {"exit_code": 3},
                allow_retries=False,
            )
        return dg.MaterializeResult(metadata={"business date": str(runtime.business_date)})

    return [night]
