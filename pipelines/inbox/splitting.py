"""From typed rows to arrivals: surrogates for persons, the part each row belongs to, and one arrival per object.

A part that a file mentions is replaced in every object of its kind: a lead that comes without `merged_into` is merged
no more, an order that comes without refund has none.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines import privacy
from pipelines.inbox.cells import ReadingRules
from pipelines.inbox.persons import PersonKeys, Persons
from pipelines.inbox.row_groups import groups_of
from pipelines.inbox.shapes import Kind
from pipelines.loads import Arrival

PART_DIGITS = 16
SEPARATOR = "|"


def arrivals_of(
    rows: pa.Table,
    kind: Kind,
    rules: ReadingRules,
    persons: PersonKeys,
    *,
    full: bool = False,
    parts_kept: frozenset[str] = frozenset(),
    rows_read: int = 0,
    flags: dict[str, object] | None = None,
) -> list[Arrival]:
    """One arrival per object of the kind; the first one holds every row, the others what is split off."""
    prepared = _with_surrogates(rows, kind, persons).append_column("part", _parts(rows, kind, rules))
    arrivals = []
    for output in kind.outputs:
        chosen = output.select(prepared).combine_chunks()
        is_whole = len(chosen) == len(prepared)
        arrivals.append(
            Arrival(
                object=output.object,
                table=output.table,
                key=output.key,
                rows=chosen,
                parts_read=frozenset() if is_whole else _distinct(prepared["part"]) - _distinct(chosen["part"]),
                full=full,
                parts_kept=parts_kept,
                gate=output.gate,
                rows_read=rows_read,
                flags=flags or {},
            )
        )
    return arrivals


def empty_arrivals(kind: Kind) -> list[Arrival]:
    """The objects of a kind without a row, as the tables they are stored in."""
    rows = pa.table({column.name: pa.array([], column.type.arrow) for column in kind.columns})
    nobody = ReadingRules(time_zone="UTC", pepper=b"")
    return arrivals_of(kind.complete(rows), kind, nobody, Persons(nobody.pepper))


def parts_of(rows: pa.Table, kind: Kind, rules: ReadingRules) -> frozenset[str]:
    """The parts that rows belong to; rows without a complete key belong to none."""
    return _distinct(_parts(rows, kind, rules))


def _distinct(parts: pa.Array | pa.ChunkedArray) -> frozenset[str]:
    return frozenset(part for part in pc.unique(parts).to_pylist() if part is not None)


def _with_surrogates(rows: pa.Table, kind: Kind, persons: PersonKeys) -> pa.Table:
    """The columns of the kind, each one that names persons preceded by its surrogates."""
    columns: dict[str, pa.ChunkedArray] = {}
    for column in kind.columns:
        if column.person:
            encoded = rows[column.name].combine_chunks().dictionary_encode()
            keys = persons.keys_for(column.person, encoded.dictionary.to_pylist())
            columns[column.surrogate] = pa.array(keys, pa.int64()).take(encoded.indices)
        columns[column.name] = rows[column.name]
    return pa.table(columns)


def _parts(rows: pa.Table, kind: Kind, rules: ReadingRules) -> pa.Array:
    """The name of the part of each row, written once for all rows that share it."""
    groups = groups_of([rows[name] for name in kind.scope], len(rows))
    return _names(rows.select(kind.scope).take(groups.first_row), kind, rules).take(groups.of_row)


def _names(rows: pa.Table, kind: Kind, rules: ReadingRules) -> pa.Array:
    """The names of parts: the values of the scope, or a pseudonym of them."""
    texts = []
    for name in kind.scope:
        text = rows[name].cast(pa.string())
        # an optional number or moment that is empty counts as the empty text, as optional texts do
        text = text if name in kind.required else pc.fill_null(text, "")
        texts.append(pc.replace_substring(text, SEPARATOR, "%7C"))
    joined = pc.binary_join_element_wise(*texts, SEPARATOR)
    if isinstance(joined, pa.ChunkedArray):
        joined = joined.combine_chunks()
    if not kind.scope_is_personal:
        return joined
    encoded = joined.dictionary_encode()
    names = [privacy.pseudonym(text, rules.pepper)[:PART_DIGITS] for text in encoded.dictionary.to_pylist()]
    return pa.array(names, pa.string()).take(encoded.indices)
