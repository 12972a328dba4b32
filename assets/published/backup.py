"""A verified copy of the warehouse after every run, because what was loaded cannot be loaded again."""

from datetime import UTC, datetime

import dagster as dg

from pipelines.backups import backup
from pipelines.runtime import Runtime


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
    def warehouse_backup(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        folder = runtime.settings.data_dir / "backup"
        path = backup(context.resources.warehouse, folder, datetime.now(UTC))
        return dg.MaterializeResult(metadata={"file": dg.MetadataValue.path(str(path)), "bytes": path.stat().st_size})

    return [warehouse_backup]
