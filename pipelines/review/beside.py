"""The files that stand beside the pages of a version and are made of the same: the workbooks, and the e-mails.

They are written before the pages, so that a page which is up to date says that they are too. A PDF is a print of a page
and goes with it: it is made again by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipelines.review.frame import Masthead
from pipelines.review.mail import mail_html, mail_text
from pipelines.review.month import CheckLine, ClosedMonth, Snapshot
from pipelines.review.page import page_paths
from pipelines.review.placing import placed
from pipelines.review.wording import Wording, load_wording
from pipelines.review.workbook import workbook

Make = Callable[[ClosedMonth, Masthead, Sequence[CheckLine], Wording], bytes]
MADE: dict[str, Make] = {
    "review.{language}.xlsx": workbook,
    "mail.{language}.txt": mail_text,
    "mail.{language}.html": mail_html,
}


def are_beside(reports: Path, snapshot: Snapshot) -> bool:
    """Whether every file is there that stands beside the pages of a version."""
    return all((page.parent / name).is_file() for page in page_paths(reports, snapshot) for name in _names(page))


def write_beside(month: ClosedMonth, reports: Path, masthead: Masthead, checks: Sequence[CheckLine]) -> list[Path]:
    """Writes what stands beside the pages of a version, in every language; returns the paths."""
    written = []
    for page in page_paths(reports, month.snapshot):
        wording = load_wording(_language(page))
        for name, make in zip(_names(page), MADE.values(), strict=True):
            written.append(placed(page.parent / name, make(month, masthead, checks, wording)))
        page.with_suffix(".pdf").unlink(missing_ok=True)
    return written


def _names(page: Path) -> list[str]:
    return [name.format(language=_language(page)) for name in MADE]


def _language(page: Path) -> str:
    return page.suffixes[0].removeprefix(".")
