"""Every dialect reads its own files, in each language and encoding, to the last row and cent; and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest
from export_corpus import Case, cases, names_in, read_from, records_of, rules, stored, told

CASES = [*cases()]


def assert_read_right(tmp_path: Path, case: Case) -> None:
    made = case.made
    for folder in ("", made.expected[0].kind):
        read = read_from(tmp_path, folder, case, case.content, rules())
        assert read.dialect == case.dialect
        assert [(one.line, one.column_name, one.reason) for one in read.rejected] == []
        for found, expected in zip([read, *read.also], made.expected, strict=True):
            assert found.file.kind == expected.kind
            names = names_in(expected)
            assert stored(found, names) == told(expected, names)
            assert (found.rows_in, found.rows_repeated) == (expected.rows_in, expected.rows_in - len(expected.rows))
        flags = read.arrivals[0].flags
        assert flags.get("total_lines", 0) == made.count("total")
        if made.is_text and not made.dialect.said.get("spread"):
            assert read.rows_in + records_of(flags) == len(made.lines)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_export_is_read_to_the_last_row_and_cent_wherever_it_lies(tmp_path: Path, case: Case) -> None:
    assert_read_right(tmp_path, case)
