"""The e-mail of a closed month says what its page says, asks for nothing, and carries its snapshot with it."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from read_page import Page
from sample_snapshot import CHECKS, NEWEST, PACK, sample_connection, tell_of

from pipelines.review.frame import Masthead
from pipelines.review.mail import mail_html, mail_text
from pipelines.review.reading import read_closed_month
from pipelines.review.wording import load_wording

LANGUAGES = ("nl", "en")
ADDRESS = "https://reviews.shop.test"
HOSTILE = "<script>alert(1)</script>\r\nBcc: x@y.test\x1b[2J"


@pytest.fixture(scope="module")
def company() -> duckdb.DuckDBPyConnection:
    return sample_connection()


def bodies(
    connection: duckdb.DuckDBPyConnection, language: str = "en", *, is_demo: bool = True, address: str = ""
) -> tuple[str, str]:
    month, masthead = read_closed_month(connection, NEWEST), Masthead("Voorbeeld B.V.", is_demo, PACK, address)
    parts = (month, masthead, CHECKS, load_wording(language))
    return mail_text(*parts).decode(), mail_html(*parts).decode()


def test_a_kpi_stands_there_with_value_change_status_and_trust(company: duckdb.DuckDBPyConnection) -> None:
    plain, _ = bodies(company)
    _, _, after = plain.partition("Cost per qualified lead: ")
    assert after.splitlines()[:4] == [
        "€180.15",
        "  [worse] €6.04 (3.5%) higher than in September 2026 (€174.11, version 2).",
        "  ◐ Not settled yet: ad and marketing costs: figures may still change until 30 days after the period",
        "  ✓ Reliable",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_forms_say_the_same_of_every_headline_kpi(
    company: duckdb.DuckDBPyConnection, language: str, tmp_path: Path
) -> None:
    plain, html = bodies(company, language)
    path = tmp_path / "mail.html"
    path.write_text(html, encoding="utf-8")
    page = Page(path)
    cells = [cell for row in page.every("tr")[1:] for cell in page.every("td", inside=row)]
    assert len(cells) == len(PACK)
    assert [cell.text for cell in cells if cell.text.replace("\u00a0", " ") not in plain.replace("\u00a0", " ")] == []


def test_what_needs_attention_comes_with_what_to_do(company: duckdb.DuckDBPyConnection) -> None:
    plain, _ = bodies(company)
    told = plain.partition("WHAT NEEDS ATTENTION")[2].partition("THE WHOLE REVIEW")[0]
    for line in (
        "- ✕ Data refused: 1 load waits for a person; until then the figures it would change are the earlier ones.",
        "  kpi loads --refused lists them with what to do.",
        "- ✕ Checks failed: 1 data check does not hold.",
        "- ! Rows left out: Rows that could not be read and are in no figure: 30, of 2 files.",
        "  kpi inbox rejected names each row with what to do.",
    ):
        assert line in told


def test_a_month_in_which_all_is_well_asks_for_nothing() -> None:
    company = sample_connection()
    for table in ("rejection", "refused_load"):
        company.execute(f"delete from snapshots.{table}")
    month = read_closed_month(company, NEWEST)
    plain = mail_text(month, Masthead("V", False, PACK), (), load_wording("en")).decode()
    assert "WHAT NEEDS ATTENTION\n\nNothing: no target is missed" in plain


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_demo", [True, False])
def test_both_bodies_name_the_snapshot_and_say_demo_when_it_is_one(
    company: duckdb.DuckDBPyConnection, language: str, is_demo: bool
) -> None:
    for body in bodies(company, language, is_demo=is_demo):
        assert NEWEST in body
        assert ("DEMO" in body) == is_demo


def test_the_first_line_is_a_subject_with_month_version_and_state(company: duckdb.DuckDBPyConnection) -> None:
    subjects = [bodies(company, language)[0].splitlines()[0] for language in LANGUAGES]
    assert subjects == [
        "Marketing in oktober 2026: versie 1, voorlopig (DEMO)",
        "Marketing in October 2026: version 1, provisional (DEMO)",
    ]


def test_html_asks_for_nothing_and_runs_nothing(company: duckdb.DuckDBPyConnection) -> None:
    for address in ("", ADDRESS):
        _, html = bodies(company, address=address)
        assert re.findall(r"<(?:script|link|img|iframe|style|form|object)\b|\bsrc=|url\(|@import|\bon\w+=", html) == []


def test_the_review_is_linked_where_readers_find_it_and_named_below_the_data_folder_where_they_do_not(
    company: duckdb.DuckDBPyConnection,
) -> None:
    (linked, linked_html), (named, named_html) = bodies(company, address=ADDRESS), bodies(company)
    place = "2026-10/v1/review.en.xlsx"
    assert f"{ADDRESS}/{place}" in linked.splitlines()
    assert f'href="{ADDRESS}/{place}"' in linked_html
    assert f"reports/{place}" in named.splitlines()
    assert "href" not in named_html


def test_hostile_names_stay_text_on_their_line() -> None:
    company = sample_connection()
    company.execute("update reference.kpi set name_en = ? where kpi_id = 'revenue'", [HOSTILE])
    plain, html = bodies(company)
    assert "<script" not in html
    assert "\x1b" not in plain + html and "\r" not in plain
    assert not any(line.startswith("Bcc") for line in plain.splitlines())


def test_a_note_of_an_approval_does_not_change_who_gets_the_mail() -> None:
    company = tell_of(sample_connection(), approvals=[(NEWEST, "the board", "2026-11-06", HOSTILE)])
    plain, _ = bodies(company)
    assert plain.splitlines()[0] == "Marketing in October 2026: version 1, approved (DEMO)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_snapshot_gives_the_same_mail(company: duckdb.DuckDBPyConnection, language: str) -> None:
    assert bodies(company, language) == bodies(sample_connection(), language)
