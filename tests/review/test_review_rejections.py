"""Rows of files that do not count stand on the page: file, lines, column, why and how to fix them, never a value."""

from __future__ import annotations

from read_page import Page

from pipelines.review.rejections import MOST_ROWS, Rejection, Rejections, rejections_section
from pipelines.review.wording import load_wording

LATE = "write the day as 2026-01-31"


def rejection(path: str = "leads/a.csv", of: tuple[int, int] = (2, 8), **more: object) -> Rejection:
    usual: dict[str, object] = {
        "kind": "leads",
        "column_name": "created_at",
        "rows": 2,
        "first_line": 3,
        "lines": "3-4",
    }
    told = usual | {"reason": "not a day", "remedy": LATE, "wordings": 1} | more
    return Rejection(path, rows_in=of[1], rows_rejected=of[0], rejected_share=of[0] / of[1], **told)  # type: ignore[arg-type]


def section(*rejections: Rejection, language: str = "en") -> Rejections:
    made = rejections_section(rejections, load_wording(language))
    assert made is not None
    return made


def test_a_month_of_which_every_row_was_taken_has_no_table() -> None:
    assert rejections_section((), load_wording("nl")) is None


def test_a_rejection_says_file_share_lines_column_why_and_what_to_do_in_both_languages() -> None:
    (english,), (dutch,) = (section(rejection(), language=language).grid.rows for language in ("en", "nl"))
    assert (english.head, english.remark) == ("leads/a.csv", "2 of 8 rows, 25.0%")
    assert [cell.text for cell in english.cells] == ["2", "3\u20134", "created_at", "Not a day"]
    assert english.cells[3].remarks == ("Write the day as 2026-01-31",)
    assert (dutch.remark, dutch.cells[3].text) == ("2 van de 8 rijen, 25,0%", "Geen datum")
    assert dutch.cells[3].remarks == ("Schrijf de datum als 2026-01-31",)


def test_a_line_that_is_wrong_as_a_whole_names_no_column() -> None:
    assert section(rejection(column_name="")).grid.rows[0].cells[2].text == "(the whole line)"


def test_reasons_that_differ_in_their_numbers_are_told_by_the_first() -> None:
    told = section(rejection(reason="same key again in line 9", wordings=2), language="nl").grid.rows[0].cells[3]
    assert told.text == "Dezelfde sleutel staat ook in regel 9, of iets dergelijks"


def test_a_reason_that_nobody_translated_is_marked_as_english() -> None:
    cell = section(rejection(reason="a brand new reason"), language="nl").grid.rows[0].cells[3]
    assert (cell.text, cell.language) == ("A brand new reason", "en")


def test_the_file_that_lacks_the_largest_share_stands_first() -> None:
    found = section(rejection("leads/a.csv", (9, 1000)), rejection("leads/z.csv", (2, 4)))
    assert [row.head for row in found.grid.rows] == ["leads/z.csv", "leads/a.csv"]


def test_a_file_that_is_rows_of_two_kinds_is_told_as_each() -> None:
    found = [rejection("a.csv", kind="leads"), rejection("a.csv", kind="lead_stages"), rejection("leads/a.csv")]
    for language, told in (("en", "a.csv as"), ("nl", "a.csv als")):
        heads = [row.head for row in section(*found, language=language).grid.rows]
        assert heads == [f"{told} lead_stages", f"{told} leads", "leads/a.csv"]


def test_of_very_many_reasons_the_rest_is_counted() -> None:
    found = section(*(rejection(column_name=f"c{number}") for number in range(MOST_ROWS + 2)))
    assert len(found.grid.rows) == MOST_ROWS
    assert found.more == "2 more reasons are left out here; kpi inbox rejected names them all."


def test_the_page_shows_them_below_the_data_checks(newest: dict[str, Page]) -> None:
    for language, share in (("nl", "27 van de 60 rijen, 45,0%"), ("en", "27 of 60 rows, 45.0%")):
        text = next(one.text for one in newest[language].elements if one.attributes.get("id") == "checks")
        assert f"ad_costs/meta/Campagnes-oktober.csv {share}" in text
        assert "leads/hubspot-2026-10.csv" in text
