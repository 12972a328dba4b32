"""The kinds of files about search results: what was found by query and page, and what holds for the whole site.

Reports of one day come as several files: of queries, of pages, of a rank tracker; of the index, of links. Each is
told by the columns it fills, and replaces only what was said before in the same columns.
"""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.inbox.cells import DAY, LOWER_TEXT, TEXT, URL, YES_NO
from pipelines.inbox.number_cells import COUNT, decimal
from pipelines.inbox.outputs import all_but
from pipelines.inbox.shapes import ROWS_HALVED, Column, Kind, Output, RowRule

# the day, and which of these columns a row fills
DIVIDING = ("page", "country", "device")
Shape = tuple[date | None, bool, bool, bool]

SITE_GROUPS = {
    "performance": ("clicks", "impressions", "position"),
    "index": ("indexed_pages", "submitted_pages", "submitted_indexed_pages"),
    "links": ("backlinks", "referring_domains"),
}


def with_what_rows_carry(typed: pa.Table) -> pa.Table:
    """Rows that divide a day by the same columns belong together.

    A crossed report also holds rows without a query, where the query is withheld: they are of the same report as the
    rows of that day that name a query. A report without any clicks or impressions is a list of positions.
    """
    shapes = list(zip(typed["date"].to_pylist(), *(_is_filled(typed[name]) for name in DIVIDING), strict=True))
    is_counted = pc.or_(pc.is_valid(typed["clicks"]), pc.is_valid(typed["impressions"])).to_pylist()
    named, counted = _where_any(shapes, _is_filled(typed["query"])), _where_any(shapes, is_counted)
    said = {
        shape: " ".join(
            (
                *(() if shape in counted else ("positions",)),
                *(("query",) if shape in named else ()),
                *(name for name, is_filled in zip(DIVIDING, shape[1:], strict=True) if is_filled),
            )
        )
        for shape in set(shapes)
    }
    return _with(typed, [said[shape] for shape in shapes])


def with_what_the_site_carries(typed: pa.Table) -> pa.Table:
    """A file about the site is told by the groups of columns that it fills somewhere."""
    groups = [
        group for group, names in SITE_GROUPS.items() if any(typed[name].null_count < len(typed) for name in names)
    ]
    return _with(typed, [" ".join(groups)] * len(typed))


MORE_CLICKS = RowRule(
    "clicks",
    "more clicks than impressions",
    "correct one of the two: what is clicked was shown",
    lambda typed: pc.greater(typed["clicks"], typed["impressions"]),
)


def _is_filled(column: pa.ChunkedArray) -> list[bool]:
    return [bool(cell) for cell in column.to_pylist()]


def _where_any(shapes: list[Shape], said: list[bool]) -> set[Shape]:
    return {shape for shape, one in zip(shapes, said, strict=True) if one}


def _with(typed: pa.Table, carried: list[str]) -> pa.Table:
    place = typed.column_names.index("carries")
    return typed.set_column(place, "carries", pa.array(carried, pa.string()))


SEO_QUERIES = Kind(
    name="seo_queries",
    columns=(
        Column("date", DAY, required=True),
        Column("query", TEXT, required=True, may_be_empty=True),
        Column("page", URL),
        Column("country", LOWER_TEXT),
        Column("device", LOWER_TEXT),
        Column("carries", TEXT),
        Column("clicks", COUNT),
        Column("impressions", COUNT),
        Column("position", decimal(0, rounds=True)),
        Column("tracked", YES_NO),
    ),
    key=("date", "query", "page", "country", "device", "carries"),
    scope=("date", "carries"),
    rules=(
        MORE_CLICKS,
        RowRule(
            "query",
            "it names neither a query nor a page",
            "name one of the two; figures of the whole site belong in seo_site",
            lambda typed: pc.and_(
                pc.equal(pc.fill_null(typed["query"], ""), ""), pc.equal(pc.fill_null(typed["page"], ""), "")
            ),
        ),
    ),
    complete=with_what_rows_carry,
    outputs=(
        Output(
            "seo_query",
            "raw.seo_query",
            ("date", "query", "page", "country", "device", "carries"),
            all_but(),
            ROWS_HALVED,
        ),
    ),
)

SEO_SITE = Kind(
    name="seo_site",
    columns=(
        Column("date", DAY, required=True),
        Column("carries", TEXT),
        Column("clicks", COUNT),
        Column("impressions", COUNT),
        Column("position", decimal(0, rounds=True)),
        Column("indexed_pages", COUNT),
        Column("submitted_pages", COUNT),
        Column("submitted_indexed_pages", COUNT),
        Column("backlinks", COUNT),
        Column("referring_domains", COUNT),
    ),
    key=("date", "carries"),
    scope=("date", "carries"),
    rules=(MORE_CLICKS,),
    complete=with_what_the_site_carries,
    outputs=(Output("seo_site", "raw.seo_site", ("date", "carries"), all_but(), ROWS_HALVED),),
)
