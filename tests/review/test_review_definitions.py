"""A KPI that is redefined: the page tells the change of definition from the month, and which figure is by which."""

from __future__ import annotations

import duckdb
import pytest
from read_page import Page, Written
from sample_snapshot import NEWEST, month_at

REASON = 'Instalments <b>since</b> the "new" checkout'
OCTOBER = month_at(13)
SAID = {
    "nl": "Van het verschil met september 2026 (€ 190.709, definitie 1) komt +€ 20.000 door de nieuwe definitie en "
    "+€ 13.000 door de maand zelf.",
    "en": "Compared with September 2026 (€190,709, definition 1), the change of definition accounts for +€20,000 and "
    "the month itself for +€13,000.",
}


def redefined(company: duckdb.DuckDBPyConnection, kpi_id: str = "revenue") -> None:
    """Revenue by definition 2 from October on; what it would have been, and what September was, are round numbers."""
    ((september,),) = company.execute(
        """select value from snapshots.kpi_value where snapshot_id = '2026-09-v2' and kpi_id = ? and grain = 'month'""",
        [kpi_id],
    ).fetchall()
    old, new = september + 13000, september + 33000
    company.execute(
        """update snapshots.kpi_value set value = ?, numerator = ?, definition_version = 2
        where snapshot_id = ? and kpi_id = ? and grain = 'month'""",
        [new, new, NEWEST, kpi_id],
    )
    company.execute(
        """insert into snapshots.definition_bridge
        values (?, ?, 1, 2, 'month', ?, 'total', '', ?, null, ?, ?, null, ?, ?)""",
        [NEWEST, kpi_id, OCTOBER, old, old, new, new, REASON],
    )
    company.execute(
        """insert into snapshots.kpi_definition values
        (?, ?, 1, 'net order value', 'netto bestelwaarde', 'orders'),
        (?, ?, 2, 'paid instalments', null, 'orders')""",
        [NEWEST, kpi_id, NEWEST, kpi_id],
    )


def plain(text: str) -> str:
    """A text with plain spaces, for amounts are set with hard ones."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_month_it_begins_in_says_what_the_definition_explains_and_what_the_month_itself(
    company: duckdb.DuckDBPyConnection, written: Written, language: str
) -> None:
    redefined(company)
    page = written(company, languages=(language,))[language]
    section = page.section("redefined")
    assert SAID[language] in plain(section.text)
    assert REASON in section.text and "<b>since" not in page.source


def test_a_month_without_a_change_has_no_such_section(newest: dict[str, Page]) -> None:
    assert [link for link in newest["nl"].every("a") if link.attributes.get("href") == "#redefined"] == []
    assert "Gewijzigde definities" not in newest["nl"].source


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("old_value = null", "volgens definitie 1 heeft deze maand geen waarde."),
        ("new_value = null", "Geen waarde volgens definitie 2; volgens definitie 1 was het"),
        ("old_value = null, new_value = null", "volgens definitie 1 geen waarde, en volgens definitie 2 ook niet."),
        ("from_version = 3", "De nieuwe definitie scheelt +€ 20.000."),
    ],
    ids=["no old value", "no new value", "neither", "the month before is of another definition"],
)
def test_what_cannot_be_told_apart_is_not(
    company: duckdb.DuckDBPyConnection, written: Written, changed: str, said: str
) -> None:
    redefined(company)
    company.execute(f"update snapshots.definition_bridge set {changed}")
    text = plain(written(company)["nl"].section("redefined").text)
    assert said in text and "Van het verschil met" not in text


def test_every_figure_by_another_definition_than_the_month_says_so(
    company: duckdb.DuckDBPyConnection, written: Written
) -> None:
    redefined(company)
    page = written(company)["nl"]
    caption = next(element for element in page.every("caption") if element.text == "Kerncijfers per maand")
    columns = [head.text for head in page.every("th", inside=caption.parents[-1])]
    assert "Omzet (definitie 2)" in columns
    for month, expected in (("sep 2026", True), ("okt 2026", False)):
        head = next(cell for cell in page.every("th", inside=caption.parents[-1]) if cell.text.startswith(month))
        first = page.every("td", inside=head.parents[-1])[0]
        assert ("definitie 1" in first.text) is expected


def test_no_line_is_drawn_through_two_definitions(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    redefined(company)
    card = written(company)["nl"].card("Omzet")
    assert "Nog geen trendlijn, want deze definitie is nieuw." in card.text


@pytest.mark.parametrize(("used", "formula"), [(1, "net order value"), (2, "paid instalments")])
def test_the_definitions_of_a_month_are_those_it_was_counted_by(
    company: duckdb.DuckDBPyConnection, written: Written, used: int, formula: str
) -> None:
    """July closed again after the catalogue moved on is still counted by its own definition, and shows that one."""
    redefined(company)
    company.execute("update reference.kpi set definition_version = 2, formula = 'paid instalments'")
    company.execute(
        "update snapshots.kpi_value set definition_version = ? where kpi_id = 'revenue' and snapshot_id = ?",
        [used, NEWEST],
    )
    entry = written(company, languages=("en",))["en"].section("kpi-revenue")
    assert formula in entry.text
    assert ("definition 1; definition 2 follows" in entry.text) is (used == 1)


@pytest.mark.parametrize(
    ("used", "formula", "marked"), [(1, "netto bestelwaarde", []), (2, "paid instalments", ["en"])]
)
def test_a_dutch_page_tells_a_definition_in_dutch_or_marks_the_english_words(
    company: duckdb.DuckDBPyConnection, written: Written, used: int, formula: str, marked: list[str]
) -> None:
    redefined(company)
    company.execute("update snapshots.kpi_value set definition_version = ? where kpi_id = 'revenue'", [used])
    page = written(company)["nl"]
    entry = page.section("kpi-revenue")
    assert formula in entry.text
    assert [one.attributes.get("lang") for one in page.every("span", inside=entry) if formula in one.text] == marked
