"""The files: the same snapshot gives the same bytes, nothing from outside gets in, nothing is asked from outside."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from read_page import Page, Written
from sample_snapshot import CHANNELS, CHECKS, NEWEST, PACK, month_at, sample_connection, snapshot_id

from pipelines.failures import WrongUse
from pipelines.review import write_pages
from pipelines.review.beside import write_beside
from pipelines.review.frame import Masthead
from pipelines.review.reading import read_closed_month

SCRIPT, IMAGE = "<script>alert(1)</script>", '"><img src=x onerror=1>'
MARKDOWN = "![x](http://evil.example/x.png)<svg onload=alert(1)>]]><!--"
HOSTILE = (SCRIPT, IMAGE, MARKDOWN)
WRITE_ELSEWHERE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from sample_snapshot import CHECKS, PACK, sample_connection
from pipelines.review import write_pages
write_pages(sample_connection(), Path(sys.argv[2]), sys.argv[3], company_name="Voorbeeld B.V.", is_demo=False,
            headline_pack=PACK, checks=CHECKS)
"""


def _write(connection: duckdb.DuckDBPyConnection, reports: Path, snapshot: str = NEWEST) -> list[Path]:
    return write_pages(connection, reports, snapshot, company_name="Voorbeeld B.V.", is_demo=False, headline_pack=PACK)


def _main(path: Path) -> str:
    """All of a page but its head, which says how the version stands among the others."""
    return path.read_text(encoding="utf-8").partition("<main")[2]


def _hostile_company() -> duckdb.DuckDBPyConnection:
    connection = sample_connection([(name, 0.3, 900, 90) for name in HOSTILE])
    connection.execute("update reference.kpi set name_nl = ?, name_en = ? where kpi_id = 'revenue'", [SCRIPT, SCRIPT])
    connection.execute("update reference.kpi set name_nl = ?, name_en = ? where kpi_id = 'sessions'", [IMAGE, IMAGE])
    connection.execute("update reference.stage set name_nl = ?, name_en = ? where stage = 'mql'", [MARKDOWN, MARKDOWN])
    connection.execute("update snapshots.kpi_value set status_reason = ? where kpi_id = 'mqls'", [SCRIPT])
    connection.execute("update snapshots.snapshot set note = ?", [SCRIPT])
    return connection


def test_the_same_snapshot_gives_the_same_bytes_in_another_process(tmp_path: Path, newest: dict[str, Page]) -> None:
    command = [sys.executable, "-c", WRITE_ELSEWHERE, str(Path(__file__).parents[1]), str(tmp_path), NEWEST]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Tokyo"})
    again = (tmp_path / "2026-10/v1/review.nl.html").read_bytes()
    assert hashlib.sha256(again).digest() == hashlib.sha256(newest["nl"].source.encode()).digest()


def test_what_is_closed_later_changes_no_figure_of_an_earlier_page(
    tmp_path: Path, company: duckdb.DuckDBPyConnection
) -> None:
    august = snapshot_id(month_at(11), 1)
    company.execute("update snapshots.snapshot set created_at = '2026-09-06' where snapshot_id = '2026-07-v2'")
    after_all = _main(_write(company, tmp_path / "later", august)[0])
    company.execute("delete from snapshots.snapshot where created_at > '2026-09-05 04:12'")
    assert _main(_write(company, tmp_path / "then", august)[0]) == after_all


def test_a_month_is_compared_with_the_version_that_was_known_then(
    company: duckdb.DuckDBPyConnection, written: Written
) -> None:
    # August was closed on the fifth, a day before July was closed for the second time
    company.execute("update snapshots.snapshot set created_at = '2026-09-06' where snapshot_id = '2026-07-v2'")
    assert "juli 2026 (€ 226.421, versie 1)" in written(company, "2026-08-v1")["nl"].card("Omzet").text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_hostile_names_add_no_element(written: Written, language: str) -> None:
    page = written(_hostile_company(), company_name=SCRIPT, languages=(language,))[language]
    assert not {element.tag for element in page.elements} & {
        "script",
        "img",
        "iframe",
        "object",
        "foreignobject",
        "a:href",
    }


@pytest.mark.parametrize("language", ["nl", "en"])
def test_hostile_names_add_no_event_handler(written: Written, language: str) -> None:
    page = written(_hostile_company(), company_name=SCRIPT, languages=(language,))[language]
    names = {name for element in page.elements for name in element.attributes}
    assert not {name for name in names if name.startswith("on")}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_are_shown_as_they_are(written: Written, hostile: str) -> None:
    page = written(_hostile_company())["nl"]
    assert hostile in {head.text for head in page.every("th", inside=page.section("channels"))}


@pytest.mark.parametrize("hostile", [SCRIPT, IMAGE])
def test_hostile_names_are_text_inside_a_drawing(written: Written, hostile: str) -> None:
    page = written(_hostile_company())["nl"]
    assert hostile in {text.text for text in page.every("text", inside=page.section("channels"))}


def test_a_hostile_name_opens_no_tag_anywhere_in_the_source(written: Written) -> None:
    page = written(_hostile_company(), company_name=SCRIPT)["nl"]
    assert not re.findall(r"<script|<img|<svg onload|<!--", page.source)


def test_a_hostile_note_is_escaped_in_the_list_of_months(tmp_path: Path) -> None:
    _write(_hostile_company(), tmp_path)
    assert "<script" not in (tmp_path / "index.nl.html").read_text(encoding="utf-8")


def test_a_control_character_in_a_name_does_not_end_the_process(tmp_path: Path) -> None:
    # the chart library aborts on it, which no except clause catches
    prepare = "from sample_snapshot import sample_connection as sample\n"
    hostile = WRITE_ELSEWHERE.replace("sample_connection()", r"sample([('a\x08b\x00c\ufffe', 1.0, 9, 9)])")
    hostile = hostile.replace("from pipelines", f"{prepare}from pipelines", 1)
    command = [sys.executable, "-c", hostile, str(Path(__file__).parents[1]), str(tmp_path), NEWEST]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_page_refers_to_nothing_outside(newest: dict[str, Page], language: str) -> None:
    targets = [
        value
        for element in newest[language].elements
        for name, value in element.attributes.items()
        if name in {"src", "href", "xlink:href", "srcset", "action", "poster", "data", "style"}
    ]
    local = re.compile(
        r"#[\w-]+|data:,|review\.(nl|en)\.(html|xlsx)|year\.(nl|en)\.html|\.\./\.\./index\.(nl|en)\.html"
    )
    assert [target for target in targets if not local.fullmatch(target)] == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_only_addresses_on_a_page_name_a_standard(newest: dict[str, Page], language: str) -> None:
    assert set(re.findall(r"https?://[^\s\"'<]+", newest[language].source)) <= {"http://www.w3.org/2000/svg"}


def test_the_style_sheet_fetches_nothing(newest: dict[str, Page]) -> None:
    (style,) = newest["nl"].every("style")
    assert not re.findall(r"url\(|@import|@font-face", style.text)


def test_a_page_holds_no_script(newest: dict[str, Page]) -> None:
    assert newest["nl"].every("script") == []


def test_the_browser_is_told_to_fetch_nothing(newest: dict[str, Page]) -> None:
    policies = [meta.attributes["content"] for meta in newest["nl"].every("meta") if "http-equiv" in meta.attributes]
    assert policies[0].startswith("default-src 'none'; ")


def test_ids_stand_once(newest: dict[str, Page]) -> None:
    ids = [element.attributes["id"] for element in newest["nl"].elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))


def test_links_within_a_page_lead_somewhere(newest: dict[str, Page]) -> None:
    page = newest["nl"]
    ids = {element.attributes.get("id") for element in page.elements}
    inside = {link.attributes["href"][1:] for link in page.every("a") if link.attributes["href"].startswith("#")}
    assert inside <= ids


def test_every_drawing_has_a_title_and_a_description(newest: dict[str, Page]) -> None:
    page = newest["nl"]
    drawings = page.every("svg")
    assert len(drawings) == len(page.every("desc")) == len([t for t in page.every("title") if "id" in t.attributes])


def test_the_demo_company_is_marked_as_invented(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    page = written(company, is_demo=True)["nl"]
    assert [note.text for note in page.every("aside", "banner")] == [
        "Demo Alle cijfers op deze pagina horen bij een verzonnen bedrijf."
    ]


def test_a_real_company_is_not(newest: dict[str, Page]) -> None:
    assert newest["nl"].every("aside", "banner") == []


def test_the_list_of_months_begins_with_the_newest(tmp_path: Path, company: duckdb.DuckDBPyConnection) -> None:
    for snapshot in ("2026-09-v1", "2026-09-v2", NEWEST, "2025-12-v2"):
        _write(company, tmp_path, snapshot)
    links = [link.text for link in Page(tmp_path / "index.nl.html").every("a") if "/" in link.attributes["href"]]
    assert links == [
        "oktober 2026, versie 1", "september 2026, versie 2", "september 2026, versie 1", "december 2025, versie 2",
    ]  # fmt: skip


def test_the_list_of_months_links_to_pages_that_exist(tmp_path: Path, company: duckdb.DuckDBPyConnection) -> None:
    _write(company, tmp_path)
    links = [link.attributes["href"] for link in Page(tmp_path / "index.nl.html").every("a")]
    assert [link for link in links if not link.startswith("#") and not (tmp_path / link).is_file()] == []


def test_a_page_links_to_a_list_a_workbook_and_a_translation_that_exist(
    tmp_path: Path, company: duckdb.DuckDBPyConnection
) -> None:
    path = _write(company, tmp_path)[0]
    write_beside(read_closed_month(company, NEWEST), tmp_path, Masthead("Voorbeeld B.V.", False, PACK), CHECKS)
    links = [link.attributes["href"] for link in Page(path).every("a")]
    assert [link for link in links if not link.startswith("#") and not (path.parent / link).is_file()] == []


def test_an_unknown_snapshot_is_refused(tmp_path: Path, company: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(WrongUse, match=r"2031-01-v1"):
        _write(company, tmp_path, "2031-01-v1")


def test_an_unknown_language_is_refused(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    with pytest.raises(WrongUse, match="'fr'"):
        written(company, languages=("nl", "fr"))


def test_an_unknown_kpi_in_the_headline_pack_is_refused(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    with pytest.raises(WrongUse, match="no_such_kpi"):
        written(company, headline_pack=("revenue", "no_such_kpi"))


@pytest.mark.parametrize(
    "wrong", [{"snapshot": "2031-01-v1"}, {"languages": ("nl", "fr")}, {"headline_pack": ("no_such_kpi",)}]
)
def test_a_refused_page_leaves_nothing_behind(
    tmp_path: Path, company: duckdb.DuckDBPyConnection, written: Written, wrong: dict[str, object]
) -> None:
    with pytest.raises(WrongUse):
        written(company, **wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_time_with_a_zone_is_shown_in_utc(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    company.execute("set TimeZone = 'Asia/Tokyo'")
    company.execute(
        "alter table snapshots.snapshot alter created_at type timestamptz using created_at at time zone 'UTC'"
    )
    assert "5 november 2026, 04:12 UTC" in written(company)["nl"].section("origin").text


def test_channels_of_the_sample_are_all_on_the_page(newest: dict[str, Page]) -> None:
    page = newest["en"]
    heads = {head.text for head in page.every("th", inside=page.section("channels"))}
    assert {channel[0] for channel in CHANNELS} <= heads
