"""The kinds of files that no system of its own stands behind: published articles, and figures under the id of a KPI."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.inbox.cells import DAY, IDENTIFIER, LOWER_TEXT, TEXT, TIME, URL
from pipelines.inbox.number_cells import decimal
from pipelines.inbox.outputs import all_but
from pipelines.inbox.shapes import ROWS_HALVED, Column, Kind, Output, RowRule


def without_total(typed: pa.Table) -> pa.Table:
    """A figure of the slice `total` is one without slice: both are the same figure."""
    place = typed.column_names.index("slice")
    return typed.set_column(place, "slice", pc.if_else(pc.equal(typed["slice"], "total"), None, typed["slice"]))


CONTENT = Kind(
    name="content",
    columns=(
        Column("article_id", IDENTIFIER, required=True),
        Column("published_at", TIME, required=True),
        Column("url", URL),
        Column("type", LOWER_TEXT),
    ),
    key=("article_id",),
    scope=("article_id",),
    outputs=(Output("article", "raw.article", ("article_id",), all_but(), ROWS_HALVED),),
)

METRICS = Kind(
    name="metrics",
    columns=(
        Column("metric_id", LOWER_TEXT, required=True),
        Column("date", DAY, required=True),
        Column("slice", LOWER_TEXT),
        Column("member", TEXT),
        Column("value", decimal()),
        Column("numerator", decimal()),
        Column("denominator", decimal(0)),
    ),
    key=("metric_id", "date", "slice", "member"),
    scope=("metric_id", "date"),
    rules=(
        RowRule(
            "value",
            "it holds no figure",
            "give value, or numerator and denominator",
            lambda typed: pc.and_(pc.is_null(typed["value"]), pc.is_null(typed["numerator"])),
        ),
        RowRule(
            "member",
            "it names a slice without its member, or a member without its slice",
            "fill both, or neither for the total",
            lambda typed: pc.xor(pc.equal(typed["member"], ""), pc.equal(typed["slice"], "")),
        ),
    ),
    complete=without_total,
    outputs=(Output("metric", "raw.metric", ("metric_id", "date", "slice", "member"), all_but(), ROWS_HALVED),),
)
