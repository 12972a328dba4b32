"""The Mailchimp account, read whole every night: one asset for each of its objects."""

from collections.abc import Iterator

import dagster as dg

from pipelines.intake import Night, take_in
from pipelines.mailchimp_objects import OBJECTS
from pipelines.runtime import Runtime
from pipelines.shown_failures import shows_failure


def definitions(runtime: Runtime) -> list[dg.AssetsDefinition]:
    """The assets `raw/mailchimp_*`; none when Mailchimp is left out."""
    if not runtime.config.sources.mailchimp.enabled:
        return []
    keys = {f"mailchimp.{wanted.name}": dg.AssetKey(["raw", f"mailchimp_{wanted.name}"]) for wanted in OBJECTS}
    described = {f"mailchimp.{wanted.name}": wanted.described for wanted in OBJECTS}

    @dg.multi_asset(
        name="mailchimp",
        specs=[
            dg.AssetSpec(
                key,
                group_name="raw",
                kinds={"duckdb", "mailchimp"},
                owners=["team:marketing-data"],
                tags={"source": "mailchimp"},
                description=f"{described[name]}, as observed in Mailchimp; appended where it changed, without persons.",
            )
            for name, key in keys.items()
        ],
        required_resource_keys={"warehouse", "sources"},
        pool="warehouse",
    )
    @shows_failure
    def mailchimp(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        connection, today, sources = context.resources.warehouse, runtime.business_date, context.resources.sources
        night = Night(context.run.run_id, today, runtime.config.sources.on_failure == "hold")
        outcome = take_in(connection, "mailchimp", night, lambda: sources.mailchimp.read(today))
        (context.log.warning if outcome.failure else context.log.info)(outcome.message)
        changed = {one.object: one.rows_new + one.rows_changed for one in outcome.stored}
        for name, key in keys.items():
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    "dagster/row_count": connection.table(".".join(key.path)).shape[0],
                    "new or changed rows": changed.get(name, 0),
                    "read": outcome.message,
                },
            )

    return [mailchimp]
