"""What the assets of a run share: the open warehouse and the sources, opened once per run and closed with it."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import duckdb

from pipelines.partitions import tag_with_days
from pipelines.runtime import Runtime, prepare_warehouse
from pipelines.source_access import OpenSources


def resources(runtime: Runtime) -> dict[str, object]:
    """The resources by the names that assets require."""

    @dg.resource(description="The private warehouse, locked for this run and checkpointed when it ends.")
    def warehouse(context: dg.InitResourceContext) -> Iterator[duckdb.DuckDBPyConnection]:
        purpose = f"run {context.run.run_id[:8] if context.run else 'unknown'}"
        if context.run and context.instance:
            tag_with_days(context.instance, context.run)
        # every step needs the warehouse, so the run's date is held from its first step to its last
        with runtime.business_date_held(), runtime.warehouse.opened(purpose=purpose) as connection:
            prepare_warehouse(connection, runtime)
            yield connection

    @dg.resource(description="GA4 and Mailchimp, or the demo company's servers on loopback.")
    def sources(_: dg.InitResourceContext) -> Iterator[OpenSources]:
        with OpenSources(runtime) as opened:
            yield opened

    return {"warehouse": warehouse, "sources": sources}
