"""The inbox into raw: every new file read, stored and accounted for, each in a transaction of its own.

A file that cannot be taken is one row of meta.file with the reason; it never stops the others. Every row of a file that
was taken is new, changed, unchanged or rejected.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.engines.duckdb import all_or_nothing
from pipelines.failures import DataFailed
from pipelines.inbox import (
    KINDS,
    Erased,
    FileRead,
    InboxFile,
    Persons,
    ReadingRules,
    Unreadable,
    discover,
    read_file,
)
from pipelines.intake.known_files import known_files
from pipelines.intake.outcomes import Night, Outcome, remember_outcome
from pipelines.loads import Occasion, Stored, newest_load, store, store_again

SOURCE = "inbox"


@dataclass(frozen=True)
class FilesTaken:
    """What became of the new files of a run."""

    loaded: int = 0
    waiting: int = 0
    unreadable: int = 0
    rows_in: int = 0
    rows_rejected: int = 0
    stored: tuple[Stored, ...] = ()


def take_in_files(connection: duckdb.DuckDBPyConnection, inbox: Path, rules: ReadingRules, night: Night) -> FilesTaken:
    """Takes in every new file below the inbox, the oldest first."""
    for kind in KINDS:
        (inbox / kind).mkdir(parents=True, exist_ok=True)
    taken = FilesTaken()
    for file in discover(inbox, known_files(connection, rules)):
        with all_or_nothing(connection):
            taken = _take_in(connection, file, rules, night, taken)
    remember_outcome(connection, _outcome(taken), night)
    return taken


def _take_in(
    connection: duckdb.DuckDBPyConnection, file: InboxFile, rules: ReadingRules, night: Night, taken: FilesTaken
) -> FilesTaken:
    occasion = Occasion("file", night.run_id, night.business_date, datetime.now(UTC).replace(tzinfo=None))
    if file.state == "loaded":
        _remember_file(connection, file, "loaded", file.reason, night, rules)
        if file.kind:
            _confirm(connection, file, occasion)
        return taken
    persons = Persons(rules.pepper, _known_persons(connection))
    try:
        read = read_file(file, rules, persons, _erased(connection))
    except Unreadable as problem:
        _remember_file(connection, file, problem.state, f"{problem.why}: {problem.remedy}", night, rules)
        return replace(
            taken,
            waiting=taken.waiting + (problem.state == "waiting"),
            unreadable=taken.unreadable + (problem.state == "unreadable"),
        )
    _append(connection, "raw.person", persons.new_rows())
    _name_persons(connection, persons.named_again())
    for one in (read, *read.also):
        stored = store(connection, one.arrivals, occasion)
        _remember_read(connection, one, stored, night, rules)
        taken = replace(
            taken,
            rows_in=taken.rows_in + one.rows_in,
            rows_rejected=taken.rows_rejected + one.rows_rejected,
            stored=(*taken.stored, *stored),
        )
    return replace(taken, loaded=taken.loaded + 1)


def _confirm(connection: duckdb.DuckDBPyConnection, file: InboxFile, occasion: Occasion) -> None:
    """The newest export of its kind, delivered again on a later day, says that nothing changed until then."""
    same = []
    for output in KINDS[file.kind].outputs:
        newest = connection.execute(
            f"""select n.business_date, n.flags,
                exists (select 1 from meta.load_part as p where p.load_id = n.load_id and p.state = 'refused')
            from ({newest_load()}) as n""",
            [output.object],
        ).fetchall()
        for read_on, text, was_refused in newest:
            flags = json.loads(text)
            # a dialect may have said that it is full, where the folder did not
            is_same = flags.get("content_hash") == file.content_hash and (flags.get("is_full") or not file.is_full)
            if is_same and not was_refused and read_on < occasion.business_date:
                same.append(output.object)
    store_again(connection, same, occasion)


def _known_persons(connection: duckdb.DuckDBPyConnection) -> Iterable[tuple[int, str, str, str | None]]:
    return connection.execute("select person_key, source, source_id_hmac, source_id from raw.person").fetchall()


def _name_persons(connection: duckdb.DuckDBPyConnection, ids: Mapping[int, str]) -> None:
    """Notes the ids of persons who were known without: those of an earlier release, when they come again."""
    if not ids:
        return
    connection.register("named_person", pa.table({"person_key": list(ids), "source_id": list(ids.values())}))
    connection.execute(
        """update raw.person set source_id = named_person.source_id
        from named_person where named_person.person_key = person.person_key"""
    )
    connection.unregister("named_person")


def _erased(connection: duckdb.DuckDBPyConnection) -> Erased:
    persons = connection.execute("select distinct source, source_id_hmac from meta.erased_person").fetchall()
    parts = connection.execute("select object, list(distinct part) from meta.erased_part group by object").fetchall()
    return Erased(frozenset(persons), {name: frozenset(of_object) for name, of_object in parts})


def _remember_read(
    connection: duckdb.DuckDBPyConnection, read: FileRead, stored: Sequence[Stored], night: Night, rules: ReadingRules
) -> None:
    first = stored[0]
    counts = {
        "rows_in": read.rows_in,
        "rows_new": first.rows_new,
        "rows_changed": first.rows_changed,
        "rows_unchanged": first.rows_unchanged + read.rows_repeated,
        "rows_rejected": read.rows_rejected,
        # what was refused as a whole withdraws nothing
        "rows_withdrawn": first.rows_withdrawn if first.parts_accepted else 0,
    }
    accounted = sum(counts[f"rows_{name}"] for name in ("new", "changed", "unchanged", "rejected"))
    if accounted != read.rows_in:
        raise DataFailed(
            read.file.name, f"{read.rows_in} rows came in and {accounted} are accounted for", "report it as a defect"
        )
    reason = "; ".join(refusal for one in stored for refusal in one.refusals)
    _remember_file(
        connection, read.file, "loaded", f"refused: {reason}" if reason else None, night, rules,
        dialect=read.dialect, load_id=first.load_id, **counts,
    )  # fmt: skip
    for table, rows in (("meta.rejected_row", read.rejected), ("meta.file_total", read.totals)):
        if rows:
            told = [{**vars(row), "load_id": first.load_id} for row in rows]
            _append(connection, table, pa.Table.from_pylist(told))


def _remember_file(
    connection: duckdb.DuckDBPyConnection,
    file: InboxFile,
    state: str,
    reason: str | None,
    night: Night,
    rules: ReadingRules,
    **columns: str | int,
) -> None:
    row: dict[str, object] = {
        "path": file.name,
        "kind": file.kind,
        "content_hash": file.content_hash,
        "size_bytes": file.size_bytes,
        "modified_ns": file.modified_ns,
        "state": state,
        "reason": reason,
        "run_id": night.run_id,
        "dialects_hash": rules.dialects_hash,
        "seen_at": datetime.now(UTC).replace(tzinfo=None),
        **columns,
    }
    connection.execute("delete from meta.file where path = ? and state = 'waiting'", [file.name])
    listed, marks = ", ".join(row), ", ".join("?" for _ in row)
    connection.execute(f"insert into meta.file ({listed}) values ({marks})", list(row.values()))


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("appended_rows", rows)
    connection.execute(f"insert into {table} by name select * from appended_rows")
    connection.unregister("appended_rows")


def _outcome(taken: FilesTaken) -> Outcome:
    message = f"{taken.loaded} files, {taken.rows_in} rows, {taken.rows_rejected} rejected"
    if taken.unreadable:
        message += f"; {taken.unreadable} files cannot be read: see `kpi status`"
    if taken.waiting:
        message += f"; {taken.waiting} files wait"
    refused = sum(one.parts_refused for one in taken.stored)
    if refused:
        message += f"; {refused} parts refused: see `kpi status`"
    return Outcome(SOURCE, taken.stored, None, message)
