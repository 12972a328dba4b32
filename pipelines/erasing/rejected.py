"""Cells of rows that were not taken: those that name a person are blanked; what kind they were and how long stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb

from pipelines.inbox import KINDS, source_id_hmac

_WORD = re.compile(r"[^\s,;|\"'()\[\]<>]+")


def persons_named(text: str, hashed_ids: Collection[str], pepper: bytes) -> frozenset[str]:
    """Of some persons those whom a text names, as a whole or as one of its words."""
    said = {text, *_WORD.findall(text)}
    return frozenset(hashed for one in said if (hashed := source_id_hmac(one, pepper)) in hashed_ids)


@dataclass(frozen=True)
class Mentions:
    """The rejected cells that name persons, and the persons whom one names where their id belongs."""

    values: Mapping[str, frozenset[str]]
    persons: frozenset[str]

    def of(self, persons: frozenset[str]) -> list[str]:
        """The cells that name one of these."""
        return [value for value, named in self.values.items() if named & persons]


def mentions(
    connection: duckdb.DuckDBPyConnection, source: str, hashed_ids: Collection[str], pepper: bytes
) -> Mentions:
    """Where files of kinds that name persons of a source name one of these in a row that was not taken."""
    naming = {kind.name: [one.name for one in kind.columns if one.person == source] for kind in KINDS.values()}
    found = connection.execute(
        """select distinct value, coalesce(kind, split_part(path, '/', 1)) as of_kind, column_name
        from meta.rejected_row where value is not null and list_contains(?, of_kind)""",
        [[kind for kind, columns in naming.items() if columns]],
    ).fetchall()
    values: dict[str, frozenset[str]] = {}
    persons: frozenset[str] = frozenset()
    for value, kind, column in found:
        if value not in values:
            values[value] = persons_named(value, hashed_ids, pepper)
        if column in naming[kind]:
            persons |= values[value]
    return Mentions(values, persons)


def blank_values(connection: duckdb.DuckDBPyConnection, values: Collection[str]) -> int:
    """Blanks rejected cells wherever they stand; answers with how many."""
    ((blanked,),) = connection.execute(
        "update meta.rejected_row set value = null where value in (select unnest(cast(? as varchar[])))", [list(values)]
    ).fetchall()
    return int(blanked)
