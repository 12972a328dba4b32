"""Commands about what is kept: `kpi publish`, `rollback`, `backup`, `restore`, `upgrade`."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines import backups, publishing, restoring
from pipelines.cli.erasing import erase_after_restore
from pipelines.definitions import runtime_from_environment
from pipelines.snapshots import create_snapshot_tables, refuse_broken_chain


def publish() -> None:
    """Publish the last complete build again, and write the pages anew of which something else is said now."""
    # the chart library takes a while to load, and no other command needs it
    from pipelines.review.after_a_build import write_pages_after_build

    runtime = runtime_from_environment()
    tables, published = runtime.project.tables, runtime.settings.data_dir / "published"
    with runtime.warehouse.opened_for_reading(purpose="kpi publish") as connection:
        create_snapshot_tables(connection, tables)
        refuse_broken_chain(connection)
        before = publishing.current_version(published)
        made = publishing.publish(connection, tables, published_dir=published, run_id=str(uuid.uuid4()))
        written = write_pages_after_build(connection, runtime)
    if written:
        typer.echo(f"pages written: {len(written)} below {runtime.settings.data_dir / 'reports'}")
    if made.version == before:
        typer.echo(f"readers see this build already: {made.version}")
        return
    typer.echo(f"published {made.version}: {sum(made.rows.values()):,} rows in {len(made.rows)} tables")


def rollback(
    to: Annotated[str | None, typer.Option(help="A version; without it the one before the current one.")] = None,
) -> None:
    """Show readers an earlier version of the mart again."""
    published = runtime_from_environment().settings.data_dir / "published"
    typer.echo(f"current is now {publishing.rollback(published, to)}")


def backup() -> None:
    """Copy the warehouse, read the copy again and compare it."""
    runtime = runtime_from_environment()
    with runtime.warehouse.opened_for_reading(purpose="kpi backup") as connection:
        made = backups.backup(connection, runtime.settings.data_dir / "backup", datetime.now(UTC))
    typer.echo(f"backup verified: {made}")


def restore(file: Annotated[Path, typer.Argument(help="A file that `kpi backup` or a night made.")]) -> None:
    """Put a backup in the place of the warehouse; what stood there is kept beside it."""
    runtime = runtime_from_environment()
    warehouse = runtime.warehouse
    replaced = restoring.restore(file, warehouse)
    kept = f"; the replaced warehouse is {replaced}" if replaced else ""
    months = restoring.carry_over_closed_months(replaced, warehouse)
    kept += f"; closed months that it lacked were kept: {', '.join(months.kept)}" if months.kept else ""
    kept += erase_after_restore(runtime, replaced)
    typer.echo(f"restored {file}{kept}. Run `kpi nightly` to read what came since")
    for lost in months.lost:
        typer.echo(f"warning: lost: {lost}: restore a newer backup if there is one", err=True)


def upgrade() -> None:
    """Bring an older warehouse up to date: columns and tables are only ever added, after a backup."""
    runtime = runtime_from_environment()
    folder, tables = runtime.settings.data_dir / "backup", runtime.project.tables
    added = backups.upgrade(runtime.warehouse, folder, datetime.now(UTC), tables)
    typer.echo(f"added {', '.join(added)}" if added else "nothing to add: the warehouse is up to date")
