"""The review pages as a reviewer opens them: a file on disk, at a desk and on a telephone, without a network."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from demo_served import Demo
from page_reader import DESK, PHONE, Reader
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

WIDTHS = (DESK, PHONE)
LANGUAGES = ("en", "nl")
LARGEST_PAGE = 400_000


def _all_pages(demo: Demo) -> list[Path]:
    pages = [*demo.lists, *demo.pages, *demo.years]
    assert len(demo.lists) == 2 * len(LANGUAGES), "the list of months and the page of the morning"
    assert len(demo.years) == len(demo.pages)
    assert len(demo.pages) >= 12 * len(LANGUAGES), "a year of months in each language"
    return pages


def _named(path: Path, demo: Demo) -> str:
    return str(path.relative_to(demo.data / "reports"))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_asks_for_nothing_but_itself(demo: Demo, reader: Reader, width: int) -> None:
    asked = {_named(path, demo): reader.open(path, width).asked for path in _all_pages(demo)}
    assert asked == {_named(path, demo): [path.as_uri()] for path in _all_pages(demo)}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_complains_on_the_console(demo: Demo, reader: Reader, width: int) -> None:
    complaints = {_named(path, demo): reader.open(path, width).complaints for path in _all_pages(demo)}
    assert {name: lines for name, lines in complaints.items() if lines} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window(demo: Demo, reader: Reader, width: int) -> None:
    seen = {_named(path, demo): reader.open(path, width) for path in _all_pages(demo)}
    assert {name: one.needed for name, one in seen.items() if one.needed > one.width} == {}


def test_a_page_is_no_larger_than_a_mail_may_carry(demo: Demo) -> None:
    sizes = {_named(path, demo): path.stat().st_size for path in _all_pages(demo)}
    assert {name: size for name, size in sizes.items() if size > LARGEST_PAGE} == {}


def test_a_page_says_its_language_and_has_one_heading(demo: Demo, reader: Reader) -> None:
    for path in _all_pages(demo):
        seen = reader.open(path)
        assert seen.lang == path.suffixes[0].removeprefix("."), path
        assert seen.title, path
        assert [bool(text) for text in seen.headings] == [True], path


def test_every_link_leads_to_a_place_that_exists(demo: Demo, reader: Reader) -> None:
    pages = _all_pages(demo)
    ids = {path: set(reader.open(path).ids) for path in pages}
    broken = []
    for path in pages:
        for link in reader.open(path).links:
            parts = urlsplit(link)
            target = Path(unquote(parts.path))
            if target.suffix == ".xlsx" and target.is_file():
                continue
            is_there = parts.scheme == "file" and target in ids
            if not is_there or (parts.fragment and unquote(parts.fragment) not in ids[target]):
                broken.append((_named(path, demo), link))
    assert broken == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_month_is_reached_from_the_list_and_leads_back(demo: Demo, reader: Reader, language: str) -> None:
    index = next(path for path in demo.indexes if path.suffixes[0] == f".{language}")
    months = [path for path in demo.pages if path.suffixes[0] == f".{language}"]
    assert {path.as_uri() for path in months} <= set(reader.open(index).links)
    for path in months:
        links = set(reader.open(path).links)
        other = path.with_name(path.name.replace(language, *(one for one in LANGUAGES if one != language)))
        assert {index.as_uri(), other.as_uri()} <= links


def test_a_reader_clicks_from_the_list_to_a_month_and_to_the_other_language(demo: Demo, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(next(path for path in demo.indexes if path.suffixes[0] == ".en").as_uri())
    page.locator("a[href$='review.en.html']").first.click()
    newest = page.locator("h1").inner_text()
    page.locator("a[href$='review.nl.html']").first.click()
    assert page.locator("html").get_attribute("lang") == "nl"
    assert page.locator("h1").inner_text() != newest
    page.close()
