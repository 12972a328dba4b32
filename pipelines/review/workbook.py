"""Renders sheets as an Excel workbook: native numbers and days, every text as a text, no formula, no link.

The same sheets give the same bytes. What stands on them is made by `workbook_sheets`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.privacy import printable
from pipelines.review.frame import Masthead
from pipelines.review.month import CheckLine, ClosedMonth
from pipelines.review.sheets import Cell, Figure, Month, Sheet
from pipelines.review.wording import Number, Wording
from pipelines.review.workbook_sheets import sheets

A4 = 9
TITLE_ROW, IDENTITY_ROW, HEAD_ROW = 0, 1, 3
LONGEST_TEXT, LONGEST_COMPANY = 32_767, 80
# Excel makes one of these into a formula as soon as somebody edits the cell, unless it is told that it is a text
LIKE_A_FORMULA = ("=", "+", "-", "@")
NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
# what Excel calls the languages in which months are named
LANGUAGE_CODES = {"nl": "413", "en": "809"}
MONEY = {"nl": "[$€-413] #,##0.00;[$€-413] -#,##0.00", "en": "[$€-809]#,##0.00;-[$€-809]#,##0.00"}
INK, RULE, HEAD_FILL, DEMO_INK, DEMO_FILL = "#1C2329", "#D5D9DC", "#E8EDF1", "#54350A", "#FBE9C6"


class _AllDigits(Decimal):
    """A number that XlsxWriter writes as it is: in its own format it would lose the seventeenth digit of a double."""

    def __format__(self, specification: str, *_: Any) -> str:
        return str(self)


def workbook(month: ClosedMonth, masthead: Masthead, checks: Sequence[CheckLine], wording: Wording) -> bytes:
    """The workbook of a closed month in one language."""
    return _Writer(month, masthead, wording).written(sheets(month, masthead, checks, wording))


class _Writer:
    """One workbook while it is written, with the formats that its cells share."""

    def __init__(self, month: ClosedMonth, masthead: Masthead, wording: Wording):
        self._snapshot, self._masthead, self._wording = month.snapshot, masthead, wording
        self._output = BytesIO()
        never = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        self._book = xlsxwriter.Workbook(self._output, {"in_memory": True, **never})
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def written(self, made: Sequence[Sheet]) -> bytes:
        title = self._wording("page.title", month=self._wording.month(self._snapshot.month))
        self._book.set_properties(
            {
                "title": f"{title} ({self._snapshot.snapshot_id})",
                "subject": self._identity(),
                "company": _text(self._masthead.company_name),
                # the clock would make each building another file
                "created": self._snapshot.created_at,
            }
        )
        for sheet in made:
            self._write(sheet)
        self._book.close()
        return self._output.getvalue()

    def _identity(self) -> str:
        """What every sheet says of itself."""
        line = self._wording(
            "workbook.line",
            company=_text(self._masthead.company_name)[:LONGEST_COMPANY],
            snapshot=self._snapshot.snapshot_id,
            moment=self._wording.moment(self._snapshot.created_at),
        )
        return f"{self._wording('demo.word').upper()} · {line}" if self._masthead.is_demo else line

    def _write(self, sheet: Sheet) -> None:
        page = self._book.add_worksheet(sheet.name)
        self._set_up_print(page)
        look = {"font_color": DEMO_INK, "bg_color": DEMO_FILL} if self._masthead.is_demo else {"font_color": INK}
        page.write_string(TITLE_ROW, 0, _text(sheet.title), self._format(bold=True, font_size=14))
        page.write_string(IDENTITY_ROW, 0, self._identity(), self._format(**look))
        head = self._format(bold=True, text_wrap=True, valign="bottom", bg_color=HEAD_FILL, bottom=1, border_color=RULE)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width)
            page.write_string(HEAD_ROW, place, _text(column.label), head)
        for number, row in enumerate(sheet.rows, HEAD_ROW + 1):
            for place, cell in enumerate(row):
                self._put(page, number, place, cell)
        if not sheet.rows:
            page.write_string(HEAD_ROW + 1, 0, _text(sheet.empty), self._format(italic=True))
        page.freeze_panes(HEAD_ROW + 1, 1)
        page.autofilter(HEAD_ROW, 0, HEAD_ROW + max(len(sheet.rows), 1), len(sheet.columns) - 1)

    def _set_up_print(self, page: Worksheet) -> None:
        page.set_landscape()
        page.set_paper(A4)
        page.fit_to_pages(1, 0)
        page.repeat_rows(HEAD_ROW)
        # an ampersand begins a code there
        page.set_header(f"&L{self._identity().replace('&', '&&')}")
        pages = self._wording("workbook.pages", page="&P", pages="&N")
        page.set_footer(f"&L{self._snapshot.snapshot_id} · {self._snapshot.content_sha256[:12]} · &A&R{pages}")

    def _put(self, page: Worksheet, row: int, place: int, cell: Cell) -> None:
        match cell:
            case None:
                page.write_blank(row, place, None, self._format())
            case Figure(value, look):
                shown = self._format(num_format=self._number_format(value, look))
                page.write_number(row, place, _exact(value), shown)
            case Month(first_day):
                page.write_datetime(row, place, _moment(first_day), self._format(num_format=self._dated("mmm yyyy")))
            case datetime():
                page.write_datetime(row, place, cell, self._format(num_format=self._dated("d mmm yyyy hh:mm")))
            case date():
                page.write_datetime(row, place, _moment(cell), self._format(num_format=self._dated("d mmm yyyy")))
            case str():
                is_like_one = cell.lstrip().startswith(LIKE_A_FORMULA)
                shown = self._format(text_wrap=True, **({"quote_prefix": True} if is_like_one else {}))
                page.write_string(row, place, _text(cell), shown)

    def _format(self, **properties: object) -> Format:
        """A format that is made once; figures and texts of a row stand on one line."""
        key = tuple(sorted({"valign": "top", **properties}.items()))
        if key not in self._formats:
            if "num_format" in properties:
                properties["align"] = "right"
            self._formats[key] = self._book.add_format({"valign": "top", **properties})
        return self._formats[key]

    def _number_format(self, value: Number, look: str) -> str:
        if look == "euro":
            return MONEY[self._wording.language]
        if look == "count" and value == int(value):
            return "#,##0"
        return {"percent": "0.00%", "factor": '0.00"\u00d7"'}.get(look, "#,##0.0####")

    def _dated(self, form: str) -> str:
        return f"[$-{LANGUAGE_CODES[self._wording.language]}]{form}"


def _exact(value: Number) -> _AllDigits:
    """The shortest digits that are this very double, or all of a decimal."""
    if not isinstance(value, Decimal):
        return _AllDigits(repr(value))
    whole, _, rest = f"{value:f}".partition(".")
    return _AllDigits(f"{whole}.{rest.rstrip('0')}" if rest.strip("0") else whole)


def _moment(day: date) -> datetime:
    # Excel knows no zones, and a day has none
    return datetime.combine(day, time())


def _text(text: str) -> str:
    """A text that a cell can hold: nothing in it acts, and none of it is left out in silence."""
    clean = NOT_IN_XML.sub("?", "\n".join(printable(line) for line in text.split("\n")))
    return clean if len(clean.encode("utf-16-le")) <= 2 * LONGEST_TEXT else f"{clean[: LONGEST_TEXT // 2 - 1]}…"
