"""Every dialect reads its own files, in each language and encoding, to the last row and cent; and nobody else's."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from export_bytes import DELIVERIES
from export_corpus import TEXTS, Case, cases, names_in, read_from, records_of, rules, stored, told
from export_writer import spoiled
from vendor_dialect import Head
from vendor_facts import DAYS, NUMBERS, TIMES

from pipelines.inbox import Unreadable

CASES = [*cases()]
IN_UTF8 = [case for case in CASES if case.delivery == "utf-8"]
# their headers are those of a canonical file of the kind, which is what they are in its folder
CANONICAL = {("search_console_dates", "en"), ("search_console_dates", "fr")}


def assert_read_right(inbox: Path, case: Case, *folders: str) -> None:
    made = case.made
    for folder in folders:
        read = read_from(inbox, folder, case, case.content, rules())
        assert read.dialect == case.dialect
        assert [(one.line, one.column_name, one.reason) for one in read.rejected] == []
        for found, expected in zip([read, *read.also], made.expected, strict=True):
            assert found.file.kind == expected.kind
            names = names_in(expected)
            assert stored(found, names) == told(expected, names)
            assert (found.rows_in, found.rows_repeated) == (expected.rows_in, expected.rows_in - len(expected.rows))
        flags = read.arrivals[0].flags
        assert flags.get("total_lines", 0) == made.count("total")
        assert [(one.column_name, one.told) for one in read.totals if one.told != one.taken] == []
        if made.is_text and not made.dialect.said.get("spread"):
            assert read.rows_in + records_of(flags) == len(made.lines)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_export_is_read_to_the_last_row_and_cent_wherever_it_lies(tmp_path: Path, case: Case) -> None:
    assert_read_right(tmp_path, case, "", case.made.expected[0].kind)


@pytest.mark.parametrize("case", IN_UTF8, ids=lambda case: case.name)
def test_an_export_is_nobody_elses(tmp_path: Path, case: Case) -> None:
    with pytest.raises(Unreadable):
        read_from(tmp_path, "", case, case.content, rules(case.dialect))
    folder = case.made.expected[0].kind
    if (case.dialect, case.language) in CANONICAL:
        assert read_from(tmp_path, folder, case, case.content, rules(case.dialect)).dialect == "canonical"
        return
    with pytest.raises(Unreadable):
        read_from(tmp_path, folder, case, case.content, rules(case.dialect))


def spoilable(case: Case, names: frozenset[str]) -> Head | None:
    """The first header of these names whose cells somebody reads."""
    made, known = case.made, case.made.dialect
    needed = {*known.said["columns"], *known.made_of(0), *(head.name for head in made.heads if head.row)}
    read = (head for head in made.heads if head.block == 0 and head.name in needed)
    return next((head for head in read if head.name.split(" ")[0] in names), None)


SPOILT = [
    pytest.param(case, names, id=f"{case.name}-{said}")
    for case in IN_UTF8
    for names, said in ((NUMBERS, "no_number"), (DAYS | TIMES, "no_day"))
    if not case.bare and spoilable(case, names)
]


@pytest.mark.parametrize(("case", "names"), SPOILT)
def test_a_row_with_a_spoiled_cell_is_rejected_with_all_its_lines_and_no_other(
    tmp_path: Path, case: Case, names: frozenset[str]
) -> None:
    made, head = case.made, spoilable(case, names)
    assert head is not None
    # of a row of several lines: one whose day is spoiled may be any row's
    rows = range(8, 30) if names is NUMBERS else range(9, 30, 3)
    row = next(row for row in rows if made.cell(row, head.text))
    file = spoiled(made, row, head.text, "much")
    read = read_from(tmp_path, "", case, DELIVERIES[case.delivery].pack(file), rules())
    of_row = {number for number, line in zip(made.numbers, made.lines, strict=True) if line.row == row}
    expected, names_of = made.expected[0], names_in(made.expected[0])
    if head.row:
        # its other cells are rows of their own
        assert (len(read.rejected), {one.line for one in read.rejected}) == (1, of_row)
        assert sum(stored(read, names_of).values()) == len(expected.rows) - 1
        return
    assert {one.line for one in read.rejected} == of_row
    assert stored(read, names_of) == told(expected, names_of, but=[row])
    assert read.rows_in == read.arrivals[0].rows.num_rows + read.rows_repeated + read.rows_rejected
    assert Decimal(read.rows_in) == expected.rows_in


@pytest.mark.torture
@pytest.mark.parametrize("dialect", TEXTS)
def test_an_export_is_read_right_with_every_notation_wording_and_quirk(tmp_path: Path, dialect: str) -> None:
    for case in cases(turns=12, of=dialect):
        assert_read_right(tmp_path, case, "")
