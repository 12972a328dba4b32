"""CSV as spreadsheets of any country save it, with the line of every row."""

from __future__ import annotations

import pytest

from pipelines.configuration.located_csv import read_csv
from pipelines.failures import WrongUse


def test_rows_keep_their_line_over_comments_and_empty_lines() -> None:
    rows = read_csv("# remark\na,b\n\n1,2\n,,\n# another\n3,4\n", "x.csv", ("a", "b"))
    assert [(row.line, row.cells) for row in rows] == [(4, {"a": "1", "b": "2"}), (7, {"a": "3", "b": "4"})]


def test_a_spreadsheet_that_saves_semicolons_is_read_too() -> None:
    assert read_csv('b;a\n"x; y";1\n', "x.csv", ("a", "b"))[0].cells == {"a": "1", "b": "x; y"}


def test_a_quoted_cell_may_hold_a_comma() -> None:
    assert read_csv('a,b\n"x, y", 1 \n', "x.csv", ("a", "b"))[0].cells == {"a": "x, y", "b": "1"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the header line is missing: write a,b as the first line"),
        ("a,bb\n", "unknown column 'bb' (did you mean 'b'?)"),
        ("a\n", "line 1: the column 'b' is missing"),
        ("a,a,b\n", "line 1: the column 'a' stands twice"),
        ("a,b\n1,2\n1,2,3\n", "line 3: 3 cells under 2 columns"),
    ],
)
def test_a_table_of_another_shape_is_refused(text: str, why: str) -> None:
    with pytest.raises(WrongUse) as caught:
        read_csv(text, "x.csv", ("a", "b"))
    assert why in str(caught.value)
