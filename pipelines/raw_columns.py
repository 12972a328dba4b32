"""What the columns of raw tables hold: staging, which reads them, says it once for both.

A column that no staging table takes over as it is says only where it comes from. Nothing is opened here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
from sqlglot import exp

from pipelines.ga4_reports import REPORTS, column_name
from pipelines.intake import raw_tables
from pipelines.loads import Arrival
from pipelines.tables import Column, Table

STORED_WITH = (
    Column("load_id", "bigint", True, "the load the row came with, see meta.load"),
    Column("is_new_key", "boolean", False, "whether no row of this key had come before"),
)
PART = "the part the row belongs to: what a later read replaces as a whole"
SENDERS = {"ga4": "as GA4 sends it", "mailchimp": "as Mailchimp sends it"}
IN_FILES = "as files of the inbox tell it"
GA4_FIELDS = {column_name(field): field for report in REPORTS for field in (*report.dimensions, *report.metrics)}
TYPES = {"string": "varchar", "int64": "bigint", "date32[day]": "date", "timestamp[us]": "timestamp", "bool": "boolean"}
# what changes the type of a value, not what it says
RETYPINGS = (exp.Cast, exp.TryCast, exp.Paren, exp.Alias)


def raw_columns(tables: Mapping[str, Table]) -> dict[str, tuple[Column, ...]]:
    """The columns of every raw table by its name."""
    said = {place: comment for table in tables.values() if table.schema == "staging" for place, comment in _said(table)}
    return {arrival.table: tuple(_columns(arrival, said)) for arrival in raw_tables()}


def _columns(arrival: Arrival, said: Mapping[tuple[str, str], str]) -> Iterator[Column]:
    yield from STORED_WITH
    for field in arrival.rows.schema:
        is_part = field.name == "part"
        comment = PART if is_part else said.get((arrival.table, field.name)) or _origin(arrival.object, field.name)
        yield Column(field.name, _type(field.type), is_part, comment)


def _origin(stored_object: str, column: str) -> str:
    source = stored_object.partition(".")[0]
    if source == "ga4" and column in GA4_FIELDS:
        return f"{GA4_FIELDS[column]} as GA4 sends it"
    return SENDERS.get(source, IN_FILES)


def _type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision}, {kind.scale})"
    return TYPES.get(str(kind), str(kind))


def _said(table: Table) -> Iterator[tuple[tuple[str, str], str]]:
    """Raw table and column -> the comment of the column that takes it over."""
    comments = {column.name: column.comment for column in table.columns}
    for select in table.tree.find_all(exp.Select):
        named = {one.alias_or_name: f"{one.db}.{one.name}" for one in select.find_all(exp.Table) if one.db == "raw"}
        for projection in select.selects:
            taken = _taken_over(projection)
            if taken and taken.table in named and projection.alias_or_name in comments:
                yield (named[taken.table], taken.name), comments[projection.alias_or_name]


def _taken_over(projection: exp.Expr) -> exp.Column | None:
    """The column that the projection is, of whatever type."""
    inner = projection
    while isinstance(inner, RETYPINGS):
        inner = inner.this
    return inner if isinstance(inner, exp.Column) else None
