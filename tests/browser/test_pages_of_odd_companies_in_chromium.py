"""Every page of companies with nothing, with much, and with long or hostile names: at a desk and on a telephone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from companies import HOSTILE, UNBROKEN, hostile, of_forty_channels, told_of, usual, without_data
from page_reader import DESK, PHONE, Reader, Scheme, unfold
from playwright.sync_api import Browser
from sample_snapshot import NEWEST, PACK

from pipelines.review import Masthead, write_pages
from pipelines.review.today import write_today

pytestmark = pytest.mark.browser

COMPANIES: Mapping[str, tuple[Callable[[], duckdb.DuckDBPyConnection], str]] = {
    "usual": (usual, "Voorbeeld B.V."),
    "without-data": (without_data, "Leeg B.V."),
    "forty-channels": (of_forty_channels, UNBROKEN),
    "hostile": (hostile, HOSTILE[0]),
}
LOOKS: tuple[tuple[int, Scheme], ...] = ((DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark"))
# each page is held against all rules once in each look
AUDITED: tuple[tuple[str, int, Scheme], ...] = (("nl", DESK, "light"), ("en", PHONE, "dark"))


@pytest.fixture(scope="module", params=COMPANIES)
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The pages of a company: the month, its year, the list of months and the morning, in both languages."""
    made, name = COMPANIES[request.param]
    connection, reports = made(), tmp_path_factory.mktemp(request.param)
    masthead = Masthead(name, True, PACK)
    written = write_today(connection, reports, masthead, told_of(name))
    written += write_pages(connection, reports, NEWEST, company_name=name, is_demo=True, headline_pack=PACK)
    connection.close()
    assert len(written) == 8
    return written


def named(path: Path) -> str:
    return path.name


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_a_page_fits_its_window_asks_for_nothing_and_does_nothing(
    pages: list[Path], reader: Reader, width: int, scheme: Scheme
) -> None:
    seen = {path: reader.open(path, width, scheme) for path in pages}
    assert {named(path): one.asked for path, one in seen.items() if one.asked != [path.as_uri()]} == {}
    assert {named(path): one.complaints for path, one in seen.items() if one.complaints} == {}
    assert {named(path): one.needed for path, one in seen.items() if one.needed > one.width} == {}
    assert {named(path): one.active for path, one in seen.items() if one.active} == {}


@pytest.mark.parametrize(("language", "width", "scheme"), AUDITED)
def test_axe_finds_nothing(pages: list[Path], browser: Browser, language: str, width: int, scheme: Scheme) -> None:
    found = []
    for path in pages:
        if f".{language}." not in path.name:
            continue
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto(path.as_uri())
        unfold(page)
        violations = Axe().run(page).response["violations"]
        found += [(path.name, one["id"], node["html"][:200]) for one in violations for node in one["nodes"]]
        page.close()
    assert found == []
