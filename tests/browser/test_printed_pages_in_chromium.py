"""The review page on paper: A4, whole tables, the snapshot's name, and the same file when it is printed again."""

from __future__ import annotations

import subprocess
from pathlib import Path
from unicodedata import normalize

import pytest
from demo_served import Demo, command, kpi
from playwright.sync_api import Browser
from pypdf import PdfReader

from pipelines.settings import PROJECT_ROOT

pytestmark = pytest.mark.browser

LANGUAGES = ("nl", "en")
A4_POINTS = (595, 842)
# 210 mm less the margins of 14 mm, in the pixels of CSS
PAPER_WIDTH = 688
PRINT_SECONDS = 300
TOO_WIDE = """() => [...document.querySelectorAll('table, svg, .card')]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth)
  .map(e => e.caption ? e.caption.textContent.trim() : e.className)"""


def newest(demo: Demo) -> Path:
    return max(path.parent for path in demo.pages)


def printed(demo: Demo) -> dict[str, Path]:
    folder = newest(demo)
    month, version = folder.parent.name, folder.name.removeprefix("v")
    told = kpi(demo, "pdf", month, "--version", version, seconds=PRINT_SECONDS)
    assert len(told.split()) == len(LANGUAGES)
    return {language: folder / f"review.{language}.pdf" for language in LANGUAGES}


@pytest.fixture(scope="module")
def pdfs(demo: Demo) -> dict[str, Path]:
    return printed(demo)


def text_of(pdf: Path) -> str:
    """What a PDF says, with letters for the ligatures of a font."""
    return normalize("NFKC", "\n".join(page.extract_text() for page in PdfReader(pdf).pages))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_of_paper_is_a4(pdfs: dict[str, Path], language: str) -> None:
    sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in PdfReader(pdfs[language]).pages}
    assert sizes == {A4_POINTS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_its_snapshot_and_says_demo(demo: Demo, pdfs: dict[str, Path], language: str) -> None:
    text = text_of(pdfs[language])
    folder = newest(demo)
    assert f"{folder.parent.name}-{folder.name}" in text
    assert "DEMO" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_folded_on_the_screen_is_open_on_paper(pdfs: dict[str, Path], language: str) -> None:
    text = text_of(pdfs[language])
    assert {"nl": "Kerncijfers per maand", "en": "Headline figures by month"}[language] in text


def test_a_second_print_is_the_same_file(demo: Demo, pdfs: dict[str, Path]) -> None:
    before = {language: path.read_bytes() for language, path in pdfs.items()}
    assert {language: path.read_bytes() for language, path in printed(demo).items()} == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_the_paper(demo: Demo, browser: Browser, language: str) -> None:
    page = browser.new_page(viewport={"width": PAPER_WIDTH, "height": 1000})
    page.emulate_media(media="print")
    page.goto((newest(demo) / f"review.{language}.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    too_wide = page.evaluate(TOO_WIDE)
    page.close()
    assert too_wide == []


def test_without_a_chromium_it_ends_as_wrong_use_and_says_what_to_install(demo: Demo, tmp_path: Path) -> None:
    done = subprocess.run(
        [command("kpi"), "pdf", newest(demo).parent.name],
        cwd=PROJECT_ROOT,
        env={**demo.environment, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PRINT_SECONDS,
        check=False,
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "there is no Chromium" in done.stderr
