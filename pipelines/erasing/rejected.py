"""Cells of rows that were not taken: those that name a person are blanked; what kind they were and how long stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import duckdb

from pipelines.inbox import KINDS, source_id_hmac

_WORD = re.compile(r"[^\s,;|\"'()\[\]<>]+")


def persons_named(text: str, hashed_ids: Collection[str], pepper: bytes) -> frozenset[str]:
    """Of some persons those whom a text names, as a whole or as one of its words."""
    said = {text, *_WORD.findall(text)}
    return frozenset(hashed for one in said if (hashed := source_id_hmac(one, pepper)) in hashed_ids)


def persons_in_values(
    connection: duckdb.DuckDBPyConnection, source: str, hashed_ids: Collection[str], pepper: bytes
) -> dict[str, frozenset[str]]:
    """The rejected cells that name one of the persons, in files of kinds that name persons of the source."""
    kinds = [kind.name for kind in KINDS.values() if any(column.person == source for column in kind.columns)]
    values = connection.execute(
        """select distinct value from meta.rejected_row
        where value is not null and list_contains(?, split_part(path, '/', 1))""",
        [kinds],
    ).fetchall()
    named = {value: persons_named(value, hashed_ids, pepper) for (value,) in values}
    return {value: persons for value, persons in named.items() if persons}


def blank_values(connection: duckdb.DuckDBPyConnection, values: Mapping[str, object]) -> int:
    """Blanks rejected cells wherever they stand; answers with how many."""
    ((blanked,),) = connection.execute(
        "update meta.rejected_row set value = null where value in (select unnest(cast(? as varchar[])))", [list(values)]
    ).fetchall()
    return int(blanked)
