"""Commands about closed months: `kpi approve` signs a version, `kpi replay` makes one again.

What a version is, and what follows from it, is decided in `pipelines.snapshots`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import duckdb
import typer

from pipelines.cli.output import AsJson, show_json
from pipelines.definitions import runtime_from_environment
from pipelines.failures import DataFailed
from pipelines.snapshots import (
    AFTER_A_BREAK,
    Approval,
    Replayed,
    create_snapshot_tables,
    month_of,
    refuse_broken_chain,
    version_of,
)
from pipelines.snapshots import approve as sign
from pipelines.snapshots import replay as make_again

Month = Annotated[str, typer.Argument(help="The month, as 2026-01.")]


def approve(
    month: Month,
    version: Annotated[int, typer.Option(min=1, help="The version that is approved.")],
    by: Annotated[str, typer.Option(help="Who approves it.")],
    note: Annotated[str, typer.Option(help="What is noted with it.")] = "",
) -> None:
    """Approve a version of a closed month; it stays approved, whatever comes later."""
    runtime = runtime_from_environment()
    approval = Approval(month_of(month), version, by.strip(), datetime.now(UTC).replace(tzinfo=None), note.strip())
    with runtime.warehouse.opened_for_reading(purpose="kpi approve") as connection:
        create_snapshot_tables(connection, runtime.project.tables)
        refuse_broken_chain(connection)
        snapshot_id = sign(connection, approval)
    typer.echo(f"{snapshot_id} is approved by {approval.approved_by}: `kpi publish` shows it to readers")


def replay(
    month: Month,
    version: Annotated[int | None, typer.Option(min=1, help="The version; without it the newest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a closed month again from its loads, models and configuration, in a scratch file, and compare the hashes."""
    runtime, day = runtime_from_environment(), month_of(month)
    with runtime.warehouse.looked_into(purpose="kpi replay") as connection:
        frozen = version_of(connection, day, version)
    with runtime.warehouse.beside_scratch(purpose="kpi replay") as scratch:
        replayed = make_again(scratch, frozen)
    if as_json:
        show_json(
            {
                "snapshot_id": frozen.snapshot_id,
                "rows": replayed.rows,
                "frozen": frozen.content_sha256,
                "replayed": replayed.content_sha256,
                "is_equal": replayed.is_equal,
                "differences": list(replayed.differences),
            }
        )
    elif replayed.is_equal:
        typer.echo(f"{frozen.snapshot_id} replays to its hash {frozen.content_sha256[:16]}: {replayed.rows:,} rows")
    _refuse_other_rows(replayed)


def _refuse_other_rows(replayed: Replayed) -> None:
    """Ends the command when the version did not come out as it was frozen."""
    if replayed.is_equal:
        return
    frozen = replayed.version
    for line in replayed.differences:
        typer.echo(line, err=True)
    ours, theirs = _minor(duckdb.__version__), _minor(frozen.duckdb_version or "")
    if ours != theirs:
        print(f"warning: it was built by DuckDB {frozen.duckdb_version}, this is {duckdb.__version__}", file=sys.stderr)
    if replayed.content_sha256 == frozen.content_sha256:
        raise DataFailed(frozen.snapshot_id, "rows that it froze were changed since", AFTER_A_BREAK)
    why = f"it came out as {replayed.content_sha256[:16]}, not as {frozen.content_sha256[:16]}"
    raise DataFailed(frozen.snapshot_id, why, "look at the cells above; `kpi explain` names a load that was changed")


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
