"""After a restore: a backup may bring persons back who were erased since, and they are erased again.

Of the replaced warehouse the acts and the list of persons are carried over; parts are noted anew, because load ids
after the backup are given again.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.engines.duckdb import all_or_nothing, attached
from pipelines.erasing.acts import Erasure, erase
from pipelines.erasing.reading import Read

REPLACED = "replaced"
NOTE = "again, after a restore"


def carry_over_acts(connection: duckdb.DuckDBPyConnection, kept: Path) -> bool:
    """Takes over from a replaced warehouse who was erased; whether that warehouse could tell."""
    try:
        with attached(connection, kept, REPLACED, "read_only"):
            found = "select 1 from duckdb_tables() where database_name = ? and table_name = 'erased_person'"
            if connection.execute(found, [REPLACED]).fetchall():
                _carry_over(connection)
            return True
    except duckdb.Error:
        return False


def erase_again(connection: duckdb.DuckDBPyConnection, read: Read, pepper: bytes) -> list[Erasure]:
    """Erases everybody who was erased before and is there nevertheless."""
    listed = connection.execute(
        "select source, list(distinct source_id_hmac) from meta.erased_person group by source order by source"
    ).fetchall()
    done = [erase(connection, source, hashed, read=read, pepper=pepper, note=NOTE) for source, hashed in listed]
    return [one for one in done if one.persons or one.values_blanked]


def _carry_over(connection: duckdb.DuckDBPyConnection) -> None:
    """Acts that are not here get new numbers: both may have gone on from the same backup."""
    with all_or_nothing(connection):
        connection.execute(
            f"""create or replace temp table carried as
            select theirs.erasure_id, here.last + row_number() over (order by theirs.erasure_id) as new_id
            from {REPLACED}.meta.erasure as theirs
            cross join (select coalesce(max(erasure_id), 0) as last from meta.erasure) as here
            where (theirs.source, theirs.erased_at) not in (select (source, erased_at) from meta.erasure)"""
        )
        for table in ("meta.erasure", "meta.erased_person"):
            connection.execute(
                f"""insert into {table} by name select theirs.* replace (c.new_id as erasure_id)
                from {REPLACED}.{table} as theirs inner join carried as c using (erasure_id)"""
            )
        connection.execute("drop table carried")
