"""Printing a page asks for a Chromium, says so in one line when there is none, and leaves no half file behind."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.failures import DataFailed, WrongUse
from pipelines.review import pdf
from pipelines.review.pdf import print_page

FROZEN = datetime(2026, 11, 5, 4, 12)  # noqa: DTZ001
DATED = "%PDF-1.4 /CreationDate (D:20261127053734+01'00') /ModDate (D:20261127053734Z) end"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "review.nl.html"
    path.write_text("<!doctype html><title>Marketing</title>", encoding="utf-8")
    return path


@pytest.fixture
def browser_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Puts a program in the place of Chromium that does this; `$made` is where its PDF is expected."""

    def put(script: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        found = 'for word in "$@"; do case "$word" in --print-to-pdf=*) made="${word#*=}";; esac; done'
        (folder / "chromium").write_text(f"#!/bin/sh\n{found}\n{script}\n")
        (folder / "chromium").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")

    return put


def test_without_a_chromium_it_says_what_to_install(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WrongUse, match=r"kpi pdf: there is no Chromium .*: install one") as refused:
        print_page(page, FROZEN)
    assert (refused.value.exit_code, "\n" in str(refused.value)) == (2, False)


def test_a_page_that_was_not_written_is_told(browser_that, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    browser_that("exit 0")
    with pytest.raises(WrongUse, match="the page is not there"):
        print_page(tmp_path / "review.en.html", FROZEN)


@pytest.mark.parametrize("script", ["echo cannot start >&2; exit 5", "exit 0", 'echo "not a pdf" >"$made"'])
def test_a_chromium_that_prints_nothing_leaves_no_file(browser_that, page: Path, script: str) -> None:  # type: ignore[no-untyped-def]
    browser_that(script)
    with pytest.raises(DataFailed, match="Chromium made none"):
        print_page(page, FROZEN)
    assert [path.name for path in page.parent.iterdir() if path.is_file()] == [page.name]


def test_a_chromium_that_never_ends_is_ended(
    browser_that,
    page: Path,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    monkeypatch.setattr(pdf, "PRINT_SECONDS", 0.2)
    browser_that("exec sleep 60")
    with pytest.raises(DataFailed, match="not ready after"):
        print_page(page, FROZEN)


def test_the_moments_in_the_file_are_those_of_the_snapshot_and_no_byte_moves(browser_that, page: Path) -> None:  # type: ignore[no-untyped-def]
    browser_that(f'printf "%s" "{DATED}" >"$made"')
    made = print_page(page, FROZEN)
    assert made == page.with_suffix(".pdf")
    text = made.read_text()
    assert text == "%PDF-1.4 /CreationDate (D:20261105041200+00'00') /ModDate (D:20261105041200Z) end"
    assert len(text) == len(DATED)
