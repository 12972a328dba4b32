"""The one sheet of a workbook whose header fits, and its rows as a table of text; whatever wrote the workbook.

How a format stores its cells belongs to its own module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pipelines import privacy
from pipelines.inbox.forms import Form
from pipelines.inbox.gathering import Gathered
from pipelines.inbox.layouts import HEADER_WITHIN_LINES, Layout, NoHeader, find_header, listed, must_name
from pipelines.inbox.text_tables import BrokenLine, TextTable
from pipelines.inbox.unreadable import Unreadable

LONGEST_NAME = 60
SAVE_AGAIN = "open it in Excel and save it again as XLSX"

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Sheet:
    """A sheet by its title; `rows` reads its rows that hold cells, with their numbers, as often as it is asked."""

    title: str
    rows: Callable[[], Iterator[Row]]

    @property
    def shown_title(self) -> str:
        """The title as it may be published."""
        return privacy.printable(privacy.masked_text(self.title))[:LONGEST_NAME]


def table_of(sheets: Sequence[Sheet], forms: Sequence[Form], name: str) -> TextTable:
    """The rows of the only sheet that fits.

    Raises:
        Unreadable: not exactly one sheet has a header that fits.
    """
    sheet, layout = _fitting(sheets, forms, name)
    gathered = Gathered(layout)
    gathered.take(_records(sheet.rows(), gathered))
    return gathered.table(sheet=sheet.shown_title)


def _fitting(sheets: Sequence[Sheet], forms: Sequence[Form], name: str) -> tuple[Sheet, Layout]:
    fitting: list[tuple[Sheet, Layout]] = []
    problems: list[Unreadable] = []
    for sheet in sheets:
        first_rows = islice(sheet.rows(), HEADER_WITHIN_LINES)
        meant = [form for form in forms if not form.sheets or sheet.title.lower() in form.sheets]
        try:
            fitting.append((sheet, find_header(((line, _filled(cells)) for line, cells in first_rows), meant, name)))
        except Unreadable as problem:
            problems.append(problem)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        why = f"the sheets {listed([sheet.shown_title for sheet, _ in fitting])} all have a header that fits"
        raise Unreadable(name, why, "keep one of them, or save each as a file of its own")
    telling = [one for one in problems if not isinstance(one, NoHeader)]
    if len(telling) == 1 or len(problems) == 1:
        raise (telling or problems)[0]
    if not problems:
        raise Unreadable(name, "there is no sheet of cells in it", SAVE_AGAIN)
    titles = listed([sheet.shown_title for sheet in sheets])
    raise Unreadable(name, f"none of the sheets {titles} has a header that fits", must_name(forms))


def _records(rows: Iterator[Row], gathered: Gathered) -> Iterator[Row]:
    """Every row below the header, as wide as it; one with more cells is noted as broken.

    A sheet holds no rows without cells: where that ends the table, a blank one stands for those that are left out.
    """
    width, form, next_line = len(gathered.layout.headers), gathered.layout.form, gathered.layout.header_line + 1
    for line, cells in rows:
        if line < next_line:
            continue
        if line > next_line and form.ends_at_blank_line:
            yield next_line, []
        next_line = line + 1
        if any(cell.strip() for cell in cells[width:]) and not form.totals.end(cells):
            why = "a cell to the right of the last header is filled"
            gathered.broken.append(BrokenLine(line, why, "give its column a header, or empty it"))
            continue
        yield line, cells[:width] + [""] * (width - len(cells))


def _filled(cells: list[str]) -> list[str]:
    """The cells up to the last one that holds something."""
    last = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return cells[:last]
