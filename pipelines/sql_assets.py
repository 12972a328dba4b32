"""Tables as Dagster assets: dependencies, column docs, checks and previews come from the table's own text.

The shell around :mod:`pipelines.build`; no table is known by name here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import duckdb

from pipelines.build import Made, Project, make_table, refuse_blocked, remember_checks
from pipelines.checks import KEY_CHECK, CheckResult, CrossCheck, run_cross_check
from pipelines.first_rows import first_rows
from pipelines.lineage import column_lineage
from pipelines.review.findings import findings
from pipelines.review.wording import load_wording
from pipelines.shown_failures import shows_failure
from pipelines.tables import Column, Table

OWNER = "team:marketing-data"
POOL = "warehouse"
PREVIEW_ROWS = 8
# Rows of the other layers stand for persons, deals or orders: their previews would show one.
PREVIEWED_SCHEMAS = ("reference", "marts")
SHOWN_WHEN_BROKEN = (*PREVIEWED_SCHEMAS, "meta")
CUT_KEY = dg.AssetKey(["meta", "current_part"])
SEVERITY = {
    "blocking": dg.AssetCheckSeverity.ERROR,
    "error": dg.AssetCheckSeverity.ERROR,
    "warning": dg.AssetCheckSeverity.WARN,
}


def table_assets(project: Project) -> list[dg.AssetsDefinition]:
    """One asset for every table of the project."""
    return [_asset(table, project) for table in project.tables.values()]


def cross_check_definitions(project: Project) -> list[dg.AssetChecksDefinition]:
    """One asset check for every check between tables."""
    return [_cross_check(check) for check in project.cross_checks]


def check_result(result: CheckResult) -> dg.AssetCheckResult:
    """A check's outcome as the UI shows it."""
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(result.table_name.split(".")),
        check_name=result.check_name,
        passed=result.passed,
        severity=SEVERITY[result.severity],
        description=None if result.passed else ": ".join(result.told or _told(result)),
        metadata={"rows that break it": result.figure},
    )


def _told(result: CheckResult) -> tuple[str, str, str]:
    """What failed, why and what to do, in the words of the review pages."""
    (found,) = findings([result], load_wording("en")).failed
    return f"{result.table_name} {result.check_name}", f"{found.title} ({found.count})", found.remedy


def _sentence(name: str) -> str:
    """The name of a check as people read it."""
    return name.replace("_", " ").capitalize()


def _asset(table: Table, project: Project) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=table.name.replace(".", "__"),
        specs=[_spec(table, project)],
        check_specs=list(_check_specs(table)),
        pool=POOL,
        required_resource_keys={"warehouse"},
    )
    @shows_failure
    def materialise(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        connection = context.resources.warehouse
        made = make_table(connection, table)
        yield dg.MaterializeResult(
            asset_key=dg.AssetKey(table.name.split(".")),
            metadata=_materialised(connection, made, project),
            check_results=[check_result(result) for result in made.checks],
        )
        refuse_blocked(made.checks, _told)

    return materialise


def _spec(table: Table, project: Project) -> dg.AssetSpec:
    dependencies = [dg.AssetKey(name.split(".")) for name in table.dependencies if not name.startswith("meta.")]
    # all others come after the cut because their sources do; an arrow from it to every table hides the real ones
    if len(dependencies) < len(table.dependencies) or not project.tables.keys() & set(table.dependencies):
        dependencies.append(CUT_KEY)
    return dg.AssetSpec(
        key=dg.AssetKey(table.name.split(".")),
        deps=dependencies,
        description=_in_paragraphs(table.description),
        group_name=table.schema,
        owners=[OWNER],
        kinds={"duckdb", "sql"},
        code_version=table.version,
        metadata={
            "dagster/column_schema": table_schema(table),
            # in the description they would stand as raw text in every list of assets
            "SQL": _shown_sql(table.query),
            "compiled SQL": _shown_sql(table.statement()),
        },
    )


def _in_paragraphs(description: str) -> str:
    """What a table holds, which lists show, then all else that its text says of it."""
    holds, stop, more = description.partition(". ")
    return f"{holds}.\n\n{more}" if stop else description


def table_schema(table: Table) -> dg.TableSchema:
    """The declared columns with their docs, and the rules that the header names."""
    rules = [f"{name}: {rule}" for name, rule in table.checks]
    return dg.TableSchema(
        columns=column_docs(table.columns, table.key),
        constraints=dg.TableConstraints(other=[f"key: {', '.join(table.key)}", *rules]),
    )


def column_docs(columns: Iterable[Column], key: Sequence[str] = ()) -> list[dg.TableColumn]:
    """Columns as the UI lists them: what each holds, whether it may be empty, and what it does for the key."""
    return [
        dg.TableColumn(
            column.name,
            column.type,
            description=column.comment,
            constraints=dg.TableColumnConstraints(
                nullable=not column.is_required,
                unique=tuple(key) == (column.name,),
                other=["part of the key"] if column.name in key and len(key) > 1 else [],
            ),
        )
        for column in columns
    ]


def _shown_sql(text: str) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md(f"```sql\n{text}\n```")


def _check_specs(table: Table) -> Iterator[dg.AssetCheckSpec]:
    key = dg.AssetKey(table.name.split("."))
    told = f"No two rows have the same {', '.join(table.key)}, and no required cell is empty."
    yield dg.AssetCheckSpec(KEY_CHECK, asset=key, blocking=True, description=told)
    for name, rule in table.checks:
        yield dg.AssetCheckSpec(name, asset=key, description=f"{_sentence(name)}, in every row: `{rule}`")


def _materialised(connection: duckdb.DuckDBPyConnection, made: Made, project: Project) -> Mapping[str, Any]:
    table = made.table
    metadata: dict[str, Any] = {
        "dagster/row_count": made.rows,
        "dagster/column_lineage": dg.MetadataValue.column_lineage(column_lineage(connection, table, project.tables)),
    }
    if table.schema in PREVIEWED_SCHEMAS and made.rows:
        metadata["preview"] = dg.MetadataValue.md(markdown_preview(connection, table))
    return metadata


def markdown_preview(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """The first rows by key as a Markdown table; what came from outside cannot end a cell or start markup."""
    names = [column.name for column in table.columns]
    listed = ", ".join(f'cast("{name}" as varchar)' for name in names)
    order = ", ".join(f'"{name}"' for name in table.key)
    rows = connection.execute(f"select {listed} from {table.name} order by {order} limit {PREVIEW_ROWS}").fetchall()
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(_markdown_cell(cell) for cell in line) + " |" for line in lines)


def _markdown_cell(cell: str | None) -> str:
    if cell is None:
        return ""
    escaped = cell.replace("&", "&amp;").replace("<", "&lt;").replace("\\", "\\\\").replace("|", "\\|")
    for mark in "*_`[]":
        escaped = escaped.replace(mark, f"\\{mark}") if mark in "`[]" else escaped
    return escaped.replace("\n", " ").replace("\r", " ")[:80]


def _cross_check(check: CrossCheck) -> dg.AssetChecksDefinition:
    asset = dg.AssetKey(check.table_name.split("."))
    others = [dg.AssetKey(name.split(".")) for name in check.dependencies if name != check.table_name]

    @dg.asset_check(
        asset=asset,
        name=check.name,
        description=f"{check.description}\n\n```sql\n{check.query}\n```",
        blocking=check.severity == "blocking",
        # what a check reads of the bookkeeping is that of the build, which begins with the cut
        additional_deps=[*(key for key in others if key.path[0] != "meta"), CUT_KEY],
        required_resource_keys={"warehouse"},
        pool=POOL,
    )
    @shows_failure
    def run(context: dg.AssetCheckExecutionContext) -> Any:
        connection = context.resources.warehouse
        result = run_cross_check(connection, check)
        remember_checks(connection, [result])
        shown = check_result(result)
        if check.table_name.partition(".")[0] in SHOWN_WHEN_BROKEN:
            shown = shown.with_metadata({**shown.metadata, **first_rows(connection, "first rows", check.query)})
        yield shown
        refuse_blocked([result], _told)

    return run
