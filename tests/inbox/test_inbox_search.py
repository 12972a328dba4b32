"""Search reports and handed-in figures: which report a row is of, what a later file replaces, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from pipelines.inbox import FileRead

Read = Callable[..., FileRead]
QUERIES = "date,query,page,country,device,clicks,impressions,position,tracked\n"


def parts(read: Read, kind: str, content: str) -> list[str]:
    result = read(kind, content)
    assert result.rejected == []
    return list(result.arrivals[0].rows["part"].to_pylist())


def reasons(read: Read, kind: str, content: str) -> list[tuple[int, str, str]]:
    return [(one.line, one.column_name, one.reason) for one in read(kind, content).rejected]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("2026-01-02,water,,,,1,9,2,\n", ["query"]),
        ("2026-01-02,,/shop/,,,1,9,2,\n", ["page"]),
        ("2026-01-02,water,,nl,mobile,1,9,2,\n", ["query country device"]),
        ("2026-01-02,water,,nl,,,,2,true\n", ["positions query country"]),
        # a crossed report withholds some queries: rows without one are of the same report
        ("2026-01-02,water,/shop/,,,1,9,2,\n2026-01-02,,/shop/,,,1,5,2,\n", ["query page", "query page"]),
        # two reports in one file stay two
        ("2026-01-02,water,,,,1,9,2,\n2026-01-02,,/shop/,,,1,5,2,\n", ["query", "page"]),
        # what one day withholds says nothing of another
        ("2026-01-02,water,/shop/,,,1,9,2,\n2026-01-03,,/shop/,,,1,5,2,\n", ["query page", "page"]),
    ],
    ids=["queries", "pages", "divided", "positions", "crossed", "mixed", "two days"],
)
def test_a_row_is_of_the_report_that_divides_by_the_same_columns(read: Read, rows: str, expected: list[str]) -> None:
    assert [part.partition("|")[2] for part in parts(read, "seo_queries", QUERIES + rows)] == expected


def test_a_report_of_queries_and_one_of_pages_never_replace_each_other(read: Read) -> None:
    queries = parts(read, "seo_queries", "date,query,impressions\n2026-01-02,water,9\n")
    pages = parts(read, "seo_queries", "date,query,page,impressions\n2026-01-02,,/shop/,9\n")
    again = parts(read, "seo_queries", "date,query,impressions\n2026-01-02,salt,5\n")
    assert queries == again
    assert queries != pages


def test_a_row_names_a_query_or_a_page(read: Read) -> None:
    found = reasons(read, "seo_queries", QUERIES + "2026-01-02,,,nl,,1,9,2,\n")
    assert found == [(2, "query", "it names neither a query nor a page")]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("seo_queries", "date,query,clicks,impressions\n2026-01-02,water,3,2\n"),
        ("seo_site", "date,clicks,impressions\n2026-01-02,3,2\n"),
    ],
)
def test_there_are_never_more_clicks_than_impressions(read: Read, kind: str, content: str) -> None:
    assert reasons(read, kind, content) == [(2, "clicks", "more clicks than impressions")]


def test_a_position_that_was_computed_is_rounded(read: Read) -> None:
    (arrival,) = read("seo_site", "date,clicks,impressions,position\n2026-01-02,1,3,7.33333333333333\n").arrivals
    assert arrival.rows["position"].to_pylist() == [Decimal("7.333333")]


@pytest.mark.parametrize(
    ("content", "carries"),
    [
        ("date,clicks,impressions\n2026-01-02,1,3\n", "performance"),
        ("date,indexed_pages,backlinks\n2026-01-02,1,3\n", "index links"),
        ("date,clicks,indexed_pages\n2026-01-02,0,\n", "performance"),
    ],
)
def test_a_file_about_the_site_is_told_by_the_groups_that_it_fills(read: Read, content: str, carries: str) -> None:
    assert parts(read, "seo_site", content) == [f"2026-01-02|{carries}"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("orders,2026-01-02,,,,,\n", [(2, "value", "it holds no figure")]),
        (
            "orders,2026-01-02,channel,,3,,\n",
            [(2, "member", "it names a slice without its member, or a member without its slice")],
        ),
        (
            "orders,2026-01-02,,Email,3,,\n",
            [(2, "member", "it names a slice without its member, or a member without its slice")],
        ),
        ("orders,2026-01-02,total,,3,,\n", []),
    ],
    ids=["no figure", "no member", "no slice", "total"],
)
def test_a_figure_says_what_it_is_about(read: Read, row: str, expected: list[Any]) -> None:
    content = "metric_id,date,slice,member,value,numerator,denominator\n" + row
    assert reasons(read, "metrics", content) == expected


def test_a_figure_of_the_slice_total_is_the_figure_without_slice(read: Read) -> None:
    (arrival,) = read("metrics", "metric_id,date,slice,value\nOrders,2026-01-02,Total,3\n").arrivals
    (row,) = arrival.rows.to_pylist()
    assert (row["metric_id"], row["slice"], row["member"]) == ("orders", "", "")
