"""The inbox: every new file becomes rows of the raw tables of its kind, and one row of `meta.file`."""

from collections.abc import Iterator

import dagster as dg

from pipelines.first_rows import first_rows
from pipelines.inbox import KINDS
from pipelines.intake import NOT_TAKEN, Night, take_in_files
from pipelines.runtime import Runtime
from pipelines.shown_failures import shows_failure

FILES = dg.AssetKey(["meta", "file"])


def definitions(runtime: Runtime) -> list[dg.AssetsDefinition]:
    """The assets that files become, and the list of the files."""
    keys = {output.object: dg.AssetKey(output.table.split(".")) for kind in KINDS.values() for output in kind.outputs}
    folders = {output.object: name for name, kind in KINDS.items() for output in kind.outputs}
    rules = runtime.reading_rules

    @dg.multi_asset(
        name="inbox",
        specs=[
            _spec(FILES, "Every file version seen in the inbox, and what became of its rows."),
            *(_spec(key, _description(name, folders[name]), "csv") for name, key in keys.items()),
        ],
        required_resource_keys={"warehouse", "sources"},
        pool="warehouse",
    )
    @shows_failure
    def inbox(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        connection = context.resources.warehouse
        context.resources.sources.deliver_demo_files()
        taken = take_in_files(
            connection,
            runtime.settings.data_dir / "inbox",
            rules,
            Night(context.run.run_id, runtime.business_date, runtime.config.sources.on_failure == "hold"),
        )
        context.log.info(f"{taken.loaded} files loaded, {taken.unreadable} unreadable, {taken.waiting} waiting")
        yield dg.MaterializeResult(
            asset_key=FILES,
            metadata={
                "dagster/row_count": connection.table("meta.file").shape[0],
                "files loaded": taken.loaded,
                "rows in": taken.rows_in,
                "rows rejected": taken.rows_rejected,
                "files that cannot be read": taken.unreadable,
                **first_rows(connection, "not taken", NOT_TAKEN, [context.run.run_id]),
            },
        )
        for name, key in keys.items():
            changed = sum(one.rows_new + one.rows_changed for one in taken.stored if one.object == name)
            rows = connection.table(".".join(key.path)).shape[0]
            yield dg.MaterializeResult(
                asset_key=key, metadata={"dagster/row_count": rows, "new or changed rows": changed}
            )

    return [inbox]


def _description(name: str, folder: str) -> str:
    return f"Every {name.replace('_', ' ')} that files of inbox/{folder}/ tell of, appended where it is new or changed."


def _spec(key: dg.AssetKey, description: str, *kinds: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        group_name="raw",
        kinds={"duckdb", *kinds},
        tags={"source": "inbox"},
        owners=["team:marketing-data"],
        description=description,
    )
