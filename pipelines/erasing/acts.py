"""The act of erasing persons, all of it or nothing, and the record of it.

Persons are named by the HMAC of their id alone, so that the act can be done again after a restore.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import duckdb

from pipelines.engines.duckdb import all_or_nothing
from pipelines.erasing.blanking import blank_file_rows
from pipelines.erasing.reading import Read
from pipelines.erasing.rejected import Mentions, blank_values, mentions, persons_named
from pipelines.failures import WrongUse

PERSONS = "select person_key from erased_key"


@dataclass(frozen=True)
class Erasure:
    """What an erasure did; of `before` and `unknown` there was nothing: erased earlier, or never there."""

    source: str
    persons: int = 0
    rows_blanked: int = 0
    values_blanked: int = 0
    before: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


def erase(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    hashed_ids: Collection[str],
    *,
    read: Read,
    pepper: bytes,
    note: str = "",
) -> Erasure:
    """Erases those of the persons of a source whom the warehouse knows; `read` is what table texts read of raw tables.

    Files that name them from now on are rejected. That does not go for ids that are not known: a wrong one may be
    somebody else's.

    Raises:
        WrongUse: not one of them was ever known, or the note names one.
    """
    wanted = frozenset(hashed_ids)
    if persons_named(note, wanted, pepper):
        raise WrongUse("the note", "it names one of the persons, and it is kept", "say why without an id")
    mentioned = mentions(connection, source, wanted, pepper)
    known = _among(connection, "raw.person", source, wanted) | mentioned.persons
    before = _among(connection, "meta.erased_person", source, wanted) - known
    done = Erasure(source, before=before, unknown=wanted - known - before)
    if not known and not before:
        why = f"not one of the {len(wanted)} ids is known as a {source}; nothing was erased"
        raise WrongUse("the ids", why, "look at --source, and at how the ids are written in the export")
    if known:
        with all_or_nothing(connection):
            done = _erase(connection, done, known, mentioned, read, note)
    return done


def _erase(
    connection: duckdb.DuckDBPyConnection,
    done: Erasure,
    known: frozenset[str],
    mentioned: Mentions,
    read: Read,
    note: str,
) -> Erasure:
    listed = [done.source, sorted(known)]
    is_theirs = "source = ? and source_id_hmac in (select unnest(cast(? as varchar[])))"
    ((erasure_id,),) = connection.execute("select coalesce(max(erasure_id), 0) + 1 from meta.erasure").fetchall()
    connection.execute(
        f"create or replace temp table erased_key as select person_key from raw.person where {is_theirs}", listed
    )
    rows = blank_file_rows(connection, erasure_id, done.source, PERSONS, read)
    ((persons,),) = connection.execute(f"delete from raw.person where {is_theirs}", listed).fetchall()
    connection.execute("drop table erased_key")
    values = blank_values(connection, mentioned.of(known))
    done = replace(done, persons=persons, rows_blanked=rows, values_blanked=values)
    connection.execute("insert into meta.erased_person select ?, ?, unnest(?)", [erasure_id, *listed])
    connection.execute(
        """insert into meta.erasure (erasure_id, source, persons, rows_blanked, values_blanked, erased_at, note)
        values (?, ?, ?, ?, ?, ?, ?)""",
        [
            *(erasure_id, done.source, done.persons, done.rows_blanked, done.values_blanked),
            *(datetime.now(UTC).replace(tzinfo=None), note or None),
        ],
    )
    return done


def _among(
    connection: duckdb.DuckDBPyConnection, table: str, source: str, hashed_ids: Collection[str]
) -> frozenset[str]:
    """Those of the persons who stand in a table."""
    found = connection.execute(
        f"""select distinct source_id_hmac from {table}
        where source = ? and source_id_hmac in (select unnest(cast(? as varchar[])))""",
        [source, sorted(hashed_ids)],
    ).fetchall()
    return frozenset(hashed for (hashed,) in found)
