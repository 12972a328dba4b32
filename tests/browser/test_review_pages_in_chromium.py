"""The review pages as a reviewer opens them: a file on disk, at a desk and on a telephone, without a network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from conftest import Demo
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

WIDTHS = (1280, 390)
LANGUAGES = ("en", "nl")
# Evaluated in the page: what a reader would notice.
LOOK = """() => ({
  lang: document.documentElement.lang,
  title: document.title,
  headings: [...document.querySelectorAll('h1')].filter(h => h.offsetHeight > 0).map(h => h.textContent.trim()),
  links: [...document.querySelectorAll('a[href]')].map(a => a.href),
  ids: [...document.querySelectorAll('[id]')].map(e => e.id),
  width: document.documentElement.clientWidth,
  needed: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
})"""


@dataclass(frozen=True)
class Seen:
    """One page as it was shown, with everything it asked for and complained about."""

    lang: str
    title: str
    headings: list[str]
    links: list[str]
    ids: list[str]
    width: int
    needed: int
    asked: list[str]
    complaints: list[str]


class Reader:
    """Opens each page once per width; pages do not change while they are read."""

    def __init__(self, browser: Browser, shots: Path) -> None:
        self.browser, self.shots = browser, shots
        self.seen: dict[tuple[Path, int], Seen] = {}

    def open(self, path: Path, width: int) -> Seen:
        if (path, width) not in self.seen:
            self.seen[path, width] = self._open(path, width)
        return self.seen[path, width]

    def _open(self, path: Path, width: int) -> Seen:
        page = self.browser.new_page(viewport={"width": width, "height": 900})
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda line: line.type in ("error", "warning") and complaints.append(line.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("crash", lambda _: complaints.append("the page crashed"))
        page.goto(path.as_uri(), wait_until="networkidle")
        # what is folded away must fit as well
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        seen = Seen(**page.evaluate(LOOK), asked=asked, complaints=complaints)
        month = f"{path.parents[1].name}-{path.parent.name}-" if path.stem.startswith("review") else ""
        page.screenshot(path=self.shots / f"{month}{path.stem}-{width}.png")
        page.close()
        return seen


@pytest.fixture(scope="module")
def reader(browser: Browser, shots: Path) -> Reader:
    return Reader(browser, shots)


def _all_pages(demo: Demo) -> list[Path]:
    pages = [*demo.indexes, *demo.pages]
    assert len(demo.indexes) == len(LANGUAGES)
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


def test_a_page_says_its_language_and_has_one_heading(demo: Demo, reader: Reader) -> None:
    for path in _all_pages(demo):
        seen = reader.open(path, WIDTHS[0])
        assert seen.lang == path.suffixes[0].removeprefix("."), path
        assert seen.title, path
        assert [bool(text) for text in seen.headings] == [True], path


def test_every_link_leads_to_a_place_that_exists(demo: Demo, reader: Reader) -> None:
    pages = _all_pages(demo)
    ids = {path: set(reader.open(path, WIDTHS[0]).ids) for path in pages}
    broken = []
    for path in pages:
        for link in reader.open(path, WIDTHS[0]).links:
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
    assert {path.as_uri() for path in months} <= set(reader.open(index, WIDTHS[0]).links)
    for path in months:
        links = set(reader.open(path, WIDTHS[0]).links)
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
