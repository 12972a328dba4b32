"""The rows of files that could not be taken by the time a month was closed: where they stand, why, and how to fix them.

A page is published: what the cells say is not on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.review.grids import Cell, Column, Grid, GridRow
from pipelines.review.wording import Phrase, Wording

MOST_ROWS = 30


@dataclass(frozen=True)
class Rejection:
    """Rows of a file that were rejected for one reason; numbers in it are those of the first line."""

    path: str
    kind: str
    rows_in: int
    rows_rejected: int
    rejected_share: float
    column_name: str
    rows: int
    first_line: int
    lines: str
    reason: str
    remedy: str
    wordings: int


@dataclass(frozen=True)
class Rejections:
    """The table, and what is said of the reasons that are not in it."""

    grid: Grid
    more: str


def rejections_section(rejections: Sequence[Rejection], wording: Wording) -> Rejections | None:
    """One row per file, kind, column and reason, the worst file first; None when every row was taken."""
    if not rejections:
        return None
    worst_first = sorted(rejections, key=_place)
    rows = tuple(_row(one, wording) for one in worst_first[:MOST_ROWS])
    columns = (
        Column(wording("rejections.rows")),
        Column(wording("rejections.lines"), is_number=False),
        Column(wording("rejections.column"), is_number=False),
        Column(wording("rejections.why"), is_number=False),
    )
    grid = Grid(wording("rejections.caption"), wording("rejections.file"), columns, rows, look="rejections stacks")
    left = len(rejections) - len(rows)
    return Rejections(grid, wording.counted("rejections.more", left) if left else "")


def _row(one: Rejection, wording: Wording) -> GridRow:
    why, remedy = wording.rejection(one.reason), wording.rejection(one.remedy)
    reason = wording("rejections.alike", reason=why.text) if one.wordings > 1 else why.text
    cells = (
        Cell(wording.count(one.rows)),
        Cell(one.lines.replace("-", "\u2013").replace("...", "…")),
        Cell(one.column_name or wording("rejections.whole_line")),
        Cell(_sentence(reason), remarks=(_sentence(remedy.text),), language=_language(why, remedy)),
    )
    return GridRow(_file(one, wording), cells, remark=_share(one, wording))


def _place(one: Rejection) -> tuple[float, str, str, int, int]:
    return -one.rejected_share, one.path, one.kind, -one.rows, one.first_line


def _file(one: Rejection, wording: Wording) -> str:
    """A file by its path, and by what it holds where its folder does not say that: it may be rows of two kinds."""
    if one.path.startswith(f"{one.kind}/"):
        return one.path
    return wording("rejections.file_as", file=one.path, kind=one.kind)


def _share(one: Rejection, wording: Wording) -> str:
    rejected, rows = wording.count(one.rows_rejected), wording.count(one.rows_in)
    return wording("rejections.of_file", rejected=rejected, rows=rows, share=wording.percentage(one.rejected_share))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _language(*phrases: Phrase) -> str:
    """The language of a cell, where a part of it is not in the page's own."""
    return next((phrase.language for phrase in phrases if phrase.language), "")
