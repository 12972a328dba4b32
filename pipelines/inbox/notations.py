"""What a dialect's cells say, as a canonical file would say it: notation, words, what every row says, what is made.

A notation is a property of the file, decided once from all of its cells; what does not fit stays as it is, and is
rejected with its line where columns are typed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pyarrow as pa
from babel import Locale
from babel.numbers import get_decimal_symbol

from pipelines.inbox.calculations import LINE, MODIFIED_AT
from pipelines.inbox.cell_currencies import in_their_currency
from pipelines.inbox.cells import MOMENT
from pipelines.inbox.forms import Form, Notation
from pipelines.inbox.grouping import grouped
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.local_days import days_in_iso, spelled_alike
from pipelines.inbox.local_numbers import canonical_numbers, decimal_mark
from pipelines.inbox.number_cells import MONEY, NUMBER, is_number
from pipelines.inbox.text_columns import each_distinct
from pipelines.inbox.text_tables import TextTable
from pipelines.inbox.unreadable import Unreadable


def in_canonical_notation(table: TextTable, name: str, modified_ns: int) -> TextTable:
    """The table of the file `name` as a canonical file would say it; one of a canonical form stays as it is.

    `modified_ns` is when the file was last changed, in nanoseconds since 1970.

    Raises:
        Unreadable: its numbers or days are written in two ways, or in one that can be meant in two; or nobody has said
            what every row of it says.
    """
    form = table.form
    if form.notation is None:
        return table
    _refuse_unsaid(form, name)
    columns = {**table.columns, **_told_above(table, name)}
    columns, totals = _in_one_notation(columns, table, form.notation, name)
    columns = _in_canonical_words(columns, form.notation)
    for column, text in {**form.constants, **form.told_by(table.headers)}.items():
        columns[column] = pa.repeat(pa.scalar(text), len(table.lines))
    types = _types_of(form)
    amounts = {one: cells for one, cells in table.columns.items() if one in types and pa.types.is_decimal(types[one])}
    columns = in_their_currency(amounts, columns, columns.get("currency"))
    changed = datetime.fromtimestamp(modified_ns / 1e9, UTC).isoformat(timespec="seconds")
    columns[MODIFIED_AT] = pa.repeat(pa.scalar(changed), len(table.lines))
    for one in form.made:
        if all(made_of in columns or made_of == LINE for made_of in one.names):
            columns[one.column] = one.of(columns, table.lines)
    of_kind = {column.name for column in KINDS[form.kind].columns}
    known = {column: cells for column, cells in columns.items() if column in of_kind}
    canonical = replace(table, columns=known, totals=totals)
    return grouped(canonical, KINDS[form.kind], form.group) if form.group and len(table.lines) else canonical


def _refuse_unsaid(form: Form, name: str) -> None:
    if form.unset:
        said = " and ".join(form.unset)
        raise Unreadable(
            name, f"it does not say {said}", f"write it under parameters in config/exports/{form.name}.yaml"
        )


def _told_above(table: TextTable, name: str) -> dict[str, pa.Array]:
    """What the lines above the header say of every row."""
    told = {}
    for column, texts in table.told.items():
        if len(texts) > 1:
            why = f"the lines above its header tell {len(texts)} values of {column!r}, which its rows do not tell apart"
            raise Unreadable(name, why, table.form.when_missing.get(column, "export one file for each of them"))
        told[column] = pa.repeat(pa.scalar(next(iter(texts))), len(table.lines))
    return told


def _in_one_notation(
    columns: Mapping[str, pa.Array], table: TextTable, notation: Notation, name: str
) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:  # fmt: skip
    """Numbers and days in canonical notation; of further names those that a formula needs are numbers.

    Answers with the columns of the rows and of the totals.
    """
    types = _types_of(table.form)
    numbers = [one for one in columns if one in types and is_number(types[one])]
    language = _language(table.headers, notation)
    usual = "." if table.are_cells_typed else get_decimal_symbol(Locale.parse(language))
    mark = decimal_mark((columns[one] for one in numbers), usual, name, are_cells_typed=table.are_cells_typed)
    written, totals = dict(columns), dict(table.totals)
    for column in numbers:
        rules = (mark, notation.divisors.get(column, 1), notation.decimals.get(column))
        is_count = pa.types.is_integer(types[column])
        written[column] = canonical_numbers(columns[column], *rules, is_count=is_count)
        if column in totals:
            totals[column] = canonical_numbers(totals[column], *rules, is_count=is_count)
    days = {one: columns[one] for one in columns if types.get(one) in (pa.date32(), MOMENT)}
    written |= days_in_iso(days, notation.days_of(language), language, name)
    for column in days:
        if any(column in one.names for one in table.form.made):
            written[column] = spelled_alike(written[column])
    return written, totals


def _in_canonical_words(columns: dict[str, pa.Array], notation: Notation) -> dict[str, pa.Array]:
    """The first of several values, the kind's word for a vendor's, and nothing where a cell says nothing."""
    for column, cells in columns.items():
        separator, words = notation.first_of.get(column), notation.values.get(column, {})
        nothing = frozenset(_as_number(cell) for cell in notation.missing_in.get(column, ()))
        if separator or words or nothing:
            columns[column] = each_distinct(cells, partial(_in_words, separator, words, nothing))
    return columns


def _in_words(
    separator: str | None, words: Mapping[str, str], nothing: frozenset[Decimal | str], cell: str
) -> str | None:  # fmt: skip
    first = cell.split(separator)[0].strip() if separator else cell
    return None if _as_number(first) in nothing else words.get(first.lower(), first)


def _as_number(cell: str) -> Decimal | str:
    """The number of a cell, so that 0 and 0.00 are the same; its text when it is none."""
    return Decimal(cell) if NUMBER.fullmatch(cell) else cell


def _types_of(form: Form) -> dict[str, pa.DataType]:
    """The types of the columns of the kind, and of the further names of which a formula makes a number."""
    factors = {factor: MONEY for one in form.made if one.is_number for factor in one.names}
    return {**factors, **{column.name: column.type.arrow for column in KINDS[form.kind].columns}}


def _language(headers: Iterable[str], notation: Notation) -> str:
    """The language that most of the headers are in; those that several languages share tell none."""
    found = Counter(notation.languages[header] for header in headers if notation.languages.get(header))
    return found.most_common(1)[0][0] if found else "en"
