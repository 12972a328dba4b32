"""A verified copy of the warehouse after every publication, because what was loaded cannot be loaded again."""

from datetime import UTC, datetime

import dagster as dg

from pipelines.backups import backup, newest_backup
from pipelines.publishing import current_manifest
from pipelines.runtime import Runtime
from pipelines.shown_failures import shows_failure


def definitions(runtime: Runtime) -> list[dg.AssetsDefinition]:
    """The asset `published/backup`."""

    @dg.asset(
        key=["published", "backup"],
        deps=[dg.AssetKey(["published", "kpi_mart"])],
        group_name="published",
        kinds={"duckdb"},
        owners=["team:marketing-data"],
        description="A private copy of the warehouse, read again and found equal; put back with `kpi restore`.",
        required_resource_keys={"warehouse"},
        pool="warehouse",
    )
    @shows_failure
    def warehouse_backup(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        folder = runtime.settings.data_dir / "backup"
        newest, published = newest_backup(folder), current_manifest(runtime.settings.data_dir / "published")
        # nothing was published since: the newest backup holds all of it
        if newest and published and newest[1] > datetime.fromisoformat(published["published_at"]):
            path = newest[0]
        else:
            path = backup(context.resources.warehouse, folder, datetime.now(UTC))
        return dg.MaterializeResult(
            metadata={"file below KPI_DATA": f"backup/{path.name}", "bytes": path.stat().st_size}
        )

    return [warehouse_backup]
