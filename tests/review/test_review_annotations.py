"""Remarks on a page: which are shown, how they are numbered and marked, and that nothing in them acts."""

from __future__ import annotations

import re
from typing import Any

import duckdb
import pytest
from read_page import Element, Page, Written
from sample_snapshot import tell_of

from pipelines.review.day_chart import NumberedDays, _in_lanes

SEPTEMBER = "2026-09-v1"
SCRIPT, IMAGE = "<script>alert(1)</script>", '"><img src=x onerror=1>'


def remark(place: int, first: str, last: str, **said: Any) -> tuple[Any, ...]:
    told = {
        "kpi": None,
        "channel": None,
        "nl": "Er gebeurde iets.",
        "en": "Something happened.",
        "author": "web",
        **said,
    }
    return place, first, last, told["kpi"], told["channel"], told["nl"], told["en"], told["author"]


def listed(page: Page) -> list[str]:
    return [item.text for item in page.every("li") if item.attributes.get("id", "").startswith("annotation-")]


def drawn(page: Page, inside: Element) -> list[str]:
    """The texts of the first drawing."""
    return [text.text for text in page.every("text", inside=page.every("svg", inside=inside)[0])]


def test_remarks_of_the_month_come_first_and_those_of_its_trend_after_them(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    given = [
        remark(1, "2026-05-03", "2026-05-03", nl="Nieuwe prijslijst."),
        remark(2, "2026-09-14", "2026-09-18", nl="Campagne.", kpi="new_leads", channel="Paid Social"),
        remark(3, "2026-08-28", "2026-09-02", nl="Storing."),
        remark(4, "2025-08-31", "2025-08-31", nl="Te lang geleden."),
        remark(5, "2026-10-01", "2026-10-01", nl="Nog niet gebeurd."),
        remark(6, "2025-09-30", "2025-09-30", nl="Een jaar terug."),
    ]
    page = written(tell_of(company, annotations=given), SEPTEMBER)["nl"]
    assert listed(page) == [
        "1 28 aug \u2013 2 sep 2026 Storing. Genoteerd door web",
        "2 14\u201318 sep 2026 Nieuwe leads Paid Social Campagne. Genoteerd door web",
        "3 3 mei 2026 Nieuwe prijslijst. Genoteerd door web",
        "4 30 september 2025 Een jaar terug. Genoteerd door web",
    ]


def test_the_days_carry_the_numbers_of_their_remarks(written: Written, company: duckdb.DuckDBPyConnection) -> None:
    given = [remark(1, "2026-09-12", "2026-09-12"), remark(2, "2026-08-28", "2026-09-02")]
    page = written(tell_of(company, annotations=given), SEPTEMBER, languages=("en",))["en"]
    assert {"1", "2"} <= set(drawn(page, page.section("daily"))[:2])
    (description, _) = page.every("desc", inside=page.section("daily"))
    assert description.text.endswith("Annotations: 1: 28 Aug \u2013 2 Sept 2026; 2: 12 September 2026.")


def test_a_trend_carries_the_remarks_that_are_about_its_kpi(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    given = [
        remark(1, "2026-05-03", "2026-05-03", kpi="revenue"),
        remark(2, "2026-05-09", "2026-05-09"),
        remark(3, "2026-03-01", "2026-03-02", kpi="new_leads"),
    ]
    page = written(tell_of(company, annotations=given), SEPTEMBER, languages=("en",))["en"]
    # the latest has the lowest number
    assert drawn(page, page.card("Revenue")) == ["1+"] and drawn(page, page.card("New leads")) == ["3", "1"]
    links = [link.attributes["href"] for link in page.every("a", inside=page.card("New leads"))]
    assert [link for link in links if "annotation" in link] == ["#annotation-1", "#annotation-3"]


def test_the_table_of_the_trend_names_the_remarks_of_each_month(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    given = [remark(1, "2026-05-03", "2026-05-03"), remark(2, "2026-05-09", "2026-06-09")]
    page = written(tell_of(company, annotations=given), SEPTEMBER)["nl"]
    heads = {head.text for head in page.every("th", inside=page.section("headline"))}
    assert {"mei 2026 versie 2; aantekeningen: 1, 2", "jun 2026 versie 2; aantekeningen: 1"} <= heads


def test_each_language_has_its_own_text(written: Written, company: duckdb.DuckDBPyConnection) -> None:
    pages = written(
        tell_of(company, annotations=[remark(1, "2026-09-12", "2026-09-12")]), SEPTEMBER, languages=("nl", "en")
    )
    assert "Er gebeurde iets." in listed(pages["nl"])[0] and "Something happened." in listed(pages["en"])[0]


def test_hostile_remarks_are_text_in_the_list_and_in_no_drawing(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    given = [remark(1, "2026-09-12", "2026-09-12", nl=SCRIPT, author=IMAGE, channel=SCRIPT, kpi="no_such_kpi")]
    page = written(tell_of(company, annotations=given), SEPTEMBER)["nl"]
    assert SCRIPT in listed(page)[0] and IMAGE in listed(page)[0]
    assert not re.findall(r"<script|<img", page.source)
    assert [svg for svg in page.every("svg") if "alert" in svg.text or "onerror" in svg.text] == []


def test_a_month_without_remarks_has_no_list_and_no_numbers(newest: dict[str, Page]) -> None:
    page = newest["nl"]
    assert page.every("ol", "annotations") == page.every("p", "noted") == []
    assert not [link for link in page.every("a") if "annotation" in link.attributes["href"]]


@pytest.mark.parametrize(
    ("days", "lanes"),
    [
        ([(1, 1), (5, 5)], [0, 0]),
        ([(12, 12), (13, 13), (14, 14)], [0, 1, 2]),
        ([(1, 30), (3, 4), (20, 22)], [0, 1, 1]),
        ([(1, 10), (11, 11), (14, 20)], [0, 1, 0]),
    ],
)
def test_numbers_that_would_overlap_stand_below_each_other(days: list[tuple[int, int]], lanes: list[int]) -> None:
    numbered = [NumberedDays(number, *period) for number, period in enumerate(days, 1)]
    assert [row["lane"] for row in _in_lanes(numbered, reach=1.1)] == lanes
