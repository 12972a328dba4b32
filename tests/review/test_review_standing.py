"""How a version stands: what a later one, an approval, and both of them make of it, on its page and in the list."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from read_page import Page, Written
from sample_snapshot import NEWEST, PACK, tell_of

from pipelines.review import write_pages
from pipelines.review.afterwards import Approval, Version
from pipelines.review.standing import standing
from pipelines.review.wording import load_wording

MONDAY = datetime(2026, 10, 12, 9, 30)  # noqa: DTZ001 - as the warehouse keeps it, in UTC
FIRST, SECOND = "2026-09-v1", "2026-09-v2"


def versions(*approved: bool) -> tuple[Version, ...]:
    by = (Approval("the board", MONDAY, ""),)
    return tuple(Version(f"2026-09-v{n}", n, by if is_approved else ()) for n, is_approved in enumerate(approved, 1))


@pytest.mark.parametrize(
    ("approved", "kinds"),
    [
        ((False,), ["provisional"]),
        ((True,), ["approved"]),
        ((False, False), ["outdated", "provisional"]),
        ((True, False), ["approved", "restatement"]),
        ((True, False, False), ["approved", "restatement", "restatement"]),
        ((False, True), ["passed_over", "approved"]),
        ((True, True), ["approved_before", "approved"]),
        ((True, True, False), ["approved_before", "approved", "restatement"]),
    ],
)
def test_a_later_version_never_takes_the_place_of_an_approved_one(approved: tuple[bool, ...], kinds: list[str]) -> None:
    all_versions, wording = versions(*approved), load_wording("en")
    assert [standing(all_versions, one.number, wording).kind for one in all_versions] == kinds


def head(page: Page) -> str:
    return page.every("div", "standing")[0].text


def test_a_version_that_nobody_approved_says_so(written: Written, company: duckdb.DuckDBPyConnection) -> None:
    assert head(written(company)["nl"]) == "◐ Voorlopig Van deze maand heeft nog niemand een versie goedgekeurd."


def test_an_approved_version_names_who_when_and_what_was_noted(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    tell_of(company, approvals=[(NEWEST, "het bestuur", MONDAY, "met de late mediakosten")])
    assert head(written(company)["nl"]) == (
        "✓ Goedgekeurd Deze versie geldt. Goedgekeurd door het bestuur op 12 oktober 2026. met de late mediakosten"
    )


def test_a_later_version_is_the_restatement_of_the_approved_one_and_links_to_it(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    tell_of(company, approvals=[(FIRST, "the board", MONDAY, "")])
    page = written(company, SECOND, languages=("en",))["en"]
    assert "Version 1 is approved and remains the reported one; this version is its restatement." in head(page)
    (box,) = page.every("div", "standing")
    links = [link.attributes["href"] for link in page.every("a", inside=box)]
    assert links == ["../v1/review.en.html", "#changed-since-v1"]


def test_the_approved_version_says_that_a_later_one_does_not_replace_it(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    tell_of(company, approvals=[(FIRST, "the board", MONDAY, "")])
    page = written(company, FIRST, languages=("en",))["en"]
    assert "Version 2 came later and does not replace it" in head(page)
    (box,) = page.every("div", "standing")
    assert [link.attributes["href"] for link in page.every("a", inside=box)] == ["../v2/review.en.html"]


def test_hostile_words_of_an_approval_stay_text(written: Written, company: duckdb.DuckDBPyConnection) -> None:
    tell_of(company, approvals=[(NEWEST, "<img src=x onerror=1>", MONDAY, "<script>alert(1)</script>{0}")])
    page = written(company)["nl"]
    assert "<script>alert(1)</script>{0}" in head(page) and "<img src=x onerror=1>" in head(page)
    assert page.every("script") == page.every("img") == []


def test_the_list_says_of_every_version_how_it_stands(tmp_path: Path, company: duckdb.DuckDBPyConnection) -> None:
    tell_of(company, approvals=[(FIRST, "the board", MONDAY, "")])
    for snapshot in (FIRST, SECOND):
        write_pages(company, tmp_path, snapshot, company_name="V", is_demo=False, headline_pack=PACK, languages=("en",))
    states = [cell.text for cell in Page(tmp_path / "index.en.html").every("td", "state")]
    assert states == [
        "↻ Restatement restatement of version 1, which is approved and remains the one that is reported",
        "✓ Approved the version that is reported",
    ]
