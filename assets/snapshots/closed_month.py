"""The months that are due, frozen in one run: append-only tables that no other asset writes."""

from collections.abc import Iterator

import dagster as dg

from pipelines.failures import DataFailed
from pipelines.partitions import ASKED_MONTH
from pipelines.runtime import Runtime
from pipelines.shown_failures import shows_failure
from pipelines.snapshots import (
    BY_HAND,
    Due,
    close_month,
    create_snapshot_tables,
    frozen_tables,
    month_of,
    months_due,
    refuse_broken_chain,
    restated_by_build,
)
from pipelines.sql_assets import column_docs

SNAPSHOT = dg.AssetKey(["snapshots", "snapshot"])
VERSION = dg.TableColumn("snapshot_id", "varchar", description="month and version, see snapshots.snapshot")


def definitions(runtime: Runtime) -> list[dg.AssetsDefinition]:
    """The assets `snapshots/*`."""
    tables = runtime.project.tables
    frozen = {table.name: dg.AssetKey(["snapshots", table.name.partition(".")[2]]) for table in frozen_tables(tables)}
    columns = {name: dg.TableSchema([VERSION, *column_docs(tables[name].columns)]) for name in frozen}

    @dg.multi_asset(
        name="closed_month",
        specs=[
            _spec(SNAPSHOT, "Every version of every closed month, and what it was made from.", list(frozen)),
            *(
                _spec(key, f"{name} as frozen at the month's close.", [name], columns[name])
                for name, key in frozen.items()
            ),
        ],
        required_resource_keys={"warehouse"},
        pool="warehouse",
    )
    @shows_failure
    def closed_month(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        connection, close_days = context.resources.warehouse, runtime.config.company.month_close_days
        create_snapshot_tables(connection, tables)
        # once for all months that are due: it reads every version
        refuse_broken_chain(connection)
        asked = context.run.tags.get(ASKED_MONTH)
        due = (
            [Due(month_of(asked), BY_HAND)]
            if asked
            else months_due(connection, tables, close_days, runtime.business_date)
        )
        added = []
        for one in due:
            try:
                restated = list(restated_by_build(connection, one.month, runtime.warehouse.path.parent))
            except DataFailed as failure:
                # a version of an earlier release, or of a restored warehouse, may have no past to be made again from
                context.log.warning(f"{one.month:%Y-%m} is closed without the causes of its difference: {failure}")
                restated = []
            added.append(close_month(connection, tables, one, run_id=context.run.run_id, restated=restated))
            context.log.info(f"froze {added[-1].snapshot_id} ({one.note}): {added[-1].rows} rows")
        yield dg.MaterializeResult(
            asset_key=SNAPSHOT,
            metadata={
                "dagster/row_count": connection.table("snapshots.snapshot").shape[0],
                "frozen": ", ".join(one.snapshot_id for one in added) or "no month was due",
            },
        )
        for key in frozen.values():
            rows = connection.table(".".join(key.path)).shape[0]
            yield dg.MaterializeResult(asset_key=key, metadata={"dagster/row_count": rows, "months frozen": len(added)})

    return [closed_month]


def _spec(
    key: dg.AssetKey, description: str, made_from: list[str], columns: dg.TableSchema | None = None
) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=[dg.AssetKey(name.split(".")) for name in made_from],
        group_name="snapshots",
        kinds={"duckdb"},
        owners=["team:marketing-data"],
        description=description,
        metadata={"dagster/column_schema": columns} if columns else {},
    )
