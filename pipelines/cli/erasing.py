"""The command about persons: `kpi erase`, and what `kpi restore` has to do about those who were erased.

What is erased, and what stays, is decided in `pipelines.erasing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipelines.backups import KEPT_BACKUPS, write_anew
from pipelines.definitions import runtime_from_environment
from pipelines.erasing import (
    Copies,
    Erasure,
    carry_over_acts,
    copies_left,
    erase_again,
    read_by_any,
    read_ids,
    source_named,
)
from pipelines.erasing import erase as erase_persons
from pipelines.inbox import ReadingRules, source_id_hmac
from pipelines.intake import create_raw_tables
from pipelines.loads import create_meta_tables
from pipelines.privacy import printable
from pipelines.runtime import Runtime, prepare_warehouse

NAMED_AT_MOST = 5


def erase(
    source: Annotated[str, typer.Option(help="What the ids are: lead or customer, or the kind of their export file.")],
    ids: Annotated[Path, typer.Option(help="A text file with one id per line.")],
    note: Annotated[str, typer.Option(help="Why; it is kept, so it must not name anybody.")] = "",
) -> None:
    """Erase persons: their rows go, what no KPI reads of them is blanked; sums and closed months stay as they are."""
    runtime = runtime_from_environment()
    pepper, person_source = runtime.settings.pepper_bytes, source_named(source)
    named = read_ids(ids, person_source, ReadingRules(runtime.config.company.time_zone, pepper))
    hashed = {source_id_hmac(one, pepper): one for one in named}
    runtime.warehouse.refuse_absent()
    with runtime.warehouse.opened(purpose="kpi erase") as connection:
        prepare_warehouse(connection, runtime)
        read = read_by_any(connection, runtime.project)
        done = erase_persons(connection, person_source, hashed, read=read, pepper=pepper, note=note)
        copies = copies_left(connection, person_source, runtime.settings.data_dir, runtime.warehouse.path)
        write_anew(connection, runtime.warehouse.path)
    _say(done, hashed)
    for line in _left_to_do(copies, runtime.settings.data_dir):
        typer.echo(line)


def erase_after_restore(runtime: Runtime, replaced: Path | None) -> str:
    """Erases again whom a restored backup brought back; answers with what there is to say of it."""
    with runtime.warehouse.opened(purpose="kpi restore") as connection:
        create_meta_tables(connection)
        create_raw_tables(connection)
        is_told = replaced is None or carry_over_acts(connection, replaced)
        read = read_by_any(connection, runtime.project)
        again = erase_again(connection, read, runtime.settings.pepper_bytes)
        if again:
            write_anew(connection, runtime.warehouse.path)
    back = ", ".join(_counted(one.persons, one.source) for one in again)
    told = f"; erased again, because it brought them back: {back}" if back else ""
    if not is_told:
        told += "; whom you erased since that backup cannot be told: erase them again with `kpi erase`"
    return told


def _say(done: Erasure, ids: Mapping[str, str]) -> None:
    if done.persons or done.values_blanked:
        typer.echo(
            f"erased {_counted(done.persons, done.source)}: {_counted(done.rows_blanked, 'file row')} and "
            f"{_counted(done.values_blanked, 'rejected cell')} blanked; sums, closed months and replays are unchanged"
        )
    if done.before:
        typer.echo(
            f"{_counted(len(done.before), done.source)} erased before: {_some([ids[one] for one in done.before])}"
        )
    if done.unknown:
        unknown = _some([ids[one] for one in done.unknown])
        typer.echo(f"warning: not known as a {done.source}, so nothing was erased of: {unknown}", err=True)


def _left_to_do(copies: Copies, data: Path) -> list[str]:
    """What still holds the persons, and who removes it."""
    lines = []
    if copies.backups:
        until = f"until newer ones replace them (the last of each of {KEPT_BACKUPS} days is kept)"
        where = f"{len(copies.backups)} in {data / 'backup'}"
        lines.append(f"backups hold the persons {until}, or until you delete them: {where}")
    if copies.replaced_warehouses:
        names = _some([str(one) for one in copies.replaced_warehouses])
        lines.append(f"warehouses that a restore replaced may hold the persons: delete {names}")
    if copies.inbox_files:
        names = _some([str(one.relative_to(data / "inbox")) for one in copies.inbox_files])
        lines.append(
            f"files of the inbox may name the persons: delete those that do, or move them away "
            f"(one that is edited there is read again): {names}"
        )
    return lines


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(printable(one) for one in sorted(names)[:NAMED_AT_MOST])
    return shown + (f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else "")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
