"""Which sheet and rows of a workbook are read, and that a hostile or half one is one line of refusal."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from deliveries import HEADER, as_excel_saves_it, deal, repacked, saved, workbook, zipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from pipelines.inbox import KINDS, FileRead, Unreadable
from pipelines.inbox.forms import forms_of
from pipelines.inbox.reading import read_table

Read = Callable[..., FileRead]
SHEET = "xl/worksheets/sheet1.xml"


def refusal(read: Read, content: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(Unreadable) as refused:
        read("deals", content, name)
    assert "\n" not in str(refused.value)
    return f"{refused.value.why}: {refused.value.remedy}"


def reasons(result: FileRead) -> list[tuple[int, str, str]]:
    return [(row.line, row.column_name, row.reason) for row in result.rejected]


def test_lines_are_the_row_numbers_of_the_sheet(read: Read) -> None:
    book, sheet = workbook([], header=["All deals"])
    for column, name in enumerate(HEADER, start=1):
        sheet.cell(4, column, name)
    for column, value in enumerate(deal(amount="many"), start=1):
        sheet.cell(9, column, value)
    result = read("deals", saved(book), "a.xlsx")
    assert [row.line for row in result.rejected] == [9]
    assert result.arrivals[0].flags["lines_before_header"] == 3


def test_a_sheet_of_charts_is_no_damage(read: Read) -> None:
    book, _ = workbook(deal())
    book.create_chartsheet("Charts", 0)
    assert read("deals", saved(book), "a.xlsx").rows_in == 1


def test_empty_rows_and_columns_around_the_table_are_no_rows(read: Read) -> None:
    book, sheet = workbook(deal())
    sheet.cell(900, 2, " ")
    sheet.cell(1, 30, " ")
    sheet.cell(2, 40).number_format = "0.00"
    result = read("deals", saved(book), "a.xlsx")
    assert (result.rows_in, result.rejected, result.arrivals[0].flags["ignored_columns"]) == (1, [], [])


def test_a_cell_beside_the_table_rejects_its_row(read: Read) -> None:
    book, sheet = workbook(deal("D1"), deal("D2"))
    sheet.cell(3, 12, "a note")
    result = read("deals", saved(book), "a.xlsx")
    assert reasons(result) == [(3, "", "a cell to the right of the last header is filled")]
    assert result.rows_in == 2


def test_of_merged_cells_the_first_holds_the_value(read: Read) -> None:
    book, sheet = workbook(deal("D1"), deal("D2"))
    sheet.merge_cells("A2:A3")
    result = read("deals", saved(book), "a.xlsx")
    assert reasons(result) == [(3, "deal_id", "it is empty")]


def test_hidden_rows_and_sheets_count_like_others(read: Read) -> None:
    book, sheet = workbook(deal("D1"), deal("D2"))
    sheet.row_dimensions[2].hidden = True
    sheet.sheet_state = "hidden"
    book.create_sheet("cover")
    assert read("deals", saved(book), "a.xlsx").rows_in == 2


def test_the_only_sheet_whose_header_fits_is_read_and_named(read: Read) -> None:
    book, sheet = workbook(deal())
    sheet.title = "Export of jan@example.com"
    book.create_sheet("Notes", 0).append(["read me first"])
    result = read("deals", saved(book), "a.xlsx")
    assert (result.rows_in, result.arrivals[0].flags["sheet"]) == (1, "Export of (address)")


def test_two_sheets_that_fit_are_refused_by_name(read: Read) -> None:
    book, sheet = workbook(deal())
    sheet.title = "January"
    book.copy_worksheet(sheet).title = "February"
    assert refusal(read, saved(book)) == (
        "the sheets 'January' and 'February' all have a header that fits: "
        "keep one of them, or save each as a file of its own"
    )


def test_a_workbook_without_a_header_that_fits_names_its_sheets(read: Read) -> None:
    book, _ = workbook(header=["something"])
    book.create_sheet("Other").append(["else"])
    assert refusal(read, saved(book)) == (
        "none of the sheets 'Sheet' and 'Other' has a header that fits: "
        "the first line must name the columns 'deal_id', 'created_at' and 'stage'"
    )


def test_the_column_that_the_one_likely_sheet_lacks_is_named(read: Read) -> None:
    book, _ = workbook(header=["deal_id", "created at", "stage"])
    book.create_sheet("Other").append(["else"])
    assert refusal(read, saved(book)).startswith("the column 'created_at' is missing: ")


def test_an_empty_workbook_holds_no_header(read: Read) -> None:
    assert refusal(read, saved(Workbook())).startswith("no header line was found: ")


def moved(content: bytes, part: str, to: str) -> bytes:
    """The workbook with one of its parts under another name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    kinds = parts["[Content_Types].xml"].replace(part.encode(), to.encode())
    return zipped({to if name == part else name: kinds if name.startswith("[") else parts[name] for name in parts})


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"""


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_entities_of_xml_are_never_resolved(read: Read, part: str) -> None:
    whole = as_excel_saves_it(saved(workbook(deal())[0]))
    content = repacked(whole, {part: lambda xml: LAUGHS + xml.split(b"?>")[-1]})
    assert refusal(read, content) == "the workbook is damaged: open it in Excel and save it again as XLSX"


def test_a_file_outside_is_never_read_in(read: Read, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    outside = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{tmp_path}/secret">]>'.encode()
    content = repacked(
        as_excel_saves_it(saved(workbook(deal(channel="here"))[0])),
        {"xl/sharedStrings.xml": lambda xml: outside + xml.replace(b"here", b"&a;")},
    )
    assert refusal(read, content).startswith("the workbook is damaged")


def test_a_sheet_may_claim_to_be_as_large_as_it_likes(read: Read) -> None:
    claimed = b'<dimension ref="A1:XFD1048576"'
    content = repacked(
        saved(workbook(deal())[0]), {SHEET: lambda part: part.replace(b'<dimension ref="A1:G2"', claimed)}
    )
    assert read("deals", content, "a.xlsx").rows_in == 1


@pytest.mark.parametrize(("row", "cell"), [(b"1048577", b"A1048577"), (b"2", b"XFE2"), (b"9" * 30, b"A2")])
def test_a_cell_outside_the_largest_sheet_is_refused(read: Read, row: bytes, cell: bytes) -> None:
    def moved(part: bytes) -> bytes:
        return part.replace(b'<row r="2"', b'<row r="' + row + b'"').replace(b'r="A2"', b'r="' + cell + b'"')

    content = repacked(saved(workbook(deal())[0]), {SHEET: moved})
    assert refusal(read, content).startswith("it has cells outside the largest possible sheet")


def test_more_cells_than_the_limit_are_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.inbox.workbooks.MOST_CELLS", 20)
    content = saved(workbook(*[deal(f"D{number}") for number in range(5)])[0])
    assert refusal(read, content) == "it holds more than 20 cells: save it as CSV"


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.inbox.workbooks.LARGEST_WORKBOOK_BYTES", 1 << 20)
    content = repacked(saved(workbook(deal())[0]), {"docProps/app.xml": lambda part: part + bytes(1 << 20)})
    assert refusal(read, content).startswith("it unpacks to more than 1 MiB: save it as CSV")


@pytest.mark.parametrize("moved_to", ["xl/sharedStrings.xml", "xl/worksheets/texts.xml"])
def test_shared_texts_beyond_what_can_be_held_are_refused_wherever_they_lie(
    read: Read, monkeypatch: pytest.MonkeyPatch, moved_to: str
) -> None:
    monkeypatch.setattr("pipelines.inbox.workbooks.LARGEST_HELD_PART_BYTES", 1 << 20)
    whole = as_excel_saves_it(saved(workbook(*[deal(f"D{number}", channel="x" * 32_000) for number in range(40)])[0]))
    content = moved(whole, "xl/sharedStrings.xml", moved_to)
    assert refusal(read, content) == (
        "its texts, or another part besides the sheets, unpack to more than 1 MiB: "
        "save it as CSV, or split it into smaller files"
    )


def test_a_sheet_may_be_larger_than_what_is_held(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.inbox.workbooks.LARGEST_HELD_PART_BYTES", 1 << 20)
    spaced = {SHEET: lambda part: part.replace(b"</sheetData>", b" " * (2 << 20) + b"</sheetData>")}
    assert read("deals", repacked(saved(workbook(deal())[0]), spaced), "a.xlsx").rows_in == 1


def test_a_text_that_many_cells_share_counts_as_often_as_it_stands_there(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.inbox.workbooks.MOST_CHARACTERS", 50_000)
    rows = [deal(f"D{number}", channel="x" * 9_000) for number in range(6)]
    content = as_excel_saves_it(saved(workbook(*rows)[0]))
    assert refusal(read, content) == (
        "it holds more than 50,000 characters: save it as CSV, or split it into smaller files"
    )
    assert read("deals", as_excel_saves_it(saved(workbook(*rows[:5])[0])), "a.xlsx").rows_in == 5


def test_a_bomb_is_refused_before_anything_is_unpacked(read: Read) -> None:
    content = repacked(saved(workbook(deal())[0]), {SHEET: lambda part: part + b" " * (32 << 20)})
    assert refusal(read, content).startswith("it unpacks to more than 250 times its size")


def test_a_workbook_without_a_part_is_damaged(read: Read) -> None:
    assert refusal(read, zipped({"xl/workbook.xml": b"<workbook/>"})).startswith("the workbook is damaged")


def test_a_workbook_whose_bytes_were_spoiled_is_damaged(read: Read) -> None:
    content = bytearray(saved(workbook(deal())[0]))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        start = archive.getinfo(SHEET).header_offset + 60
    content[start : start + 40] = bytes(40)
    assert refusal(read, bytes(content)).startswith("the workbook is damaged")


WHOLE = as_excel_saves_it(saved(workbook(deal(channel="Email"), deal("D2", amount=0.5))[0]))
PARTS = [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml"]


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(part=st.sampled_from(PARTS), place=st.floats(0, 1), piece=st.binary(max_size=6), length=st.integers(0, 12))
def test_any_spoiled_workbook_is_read_or_refused_in_one_line(
    part: str, place: float, piece: bytes, length: int
) -> None:
    def spoiled(content: bytes) -> bytes:
        at = int(place * len(content))
        return content[:at] + piece + content[at + length :]

    try:
        table = read_table(repacked(WHOLE, {part: spoiled}), forms_of(KINDS["deals"]), "a.xlsx", "a.xlsx")
    except Unreadable as refused:
        assert str(refused).startswith("a.xlsx: ")
    else:
        assert table.rows_in <= 3
