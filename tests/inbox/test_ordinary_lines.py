"""Lines that are parsed at once say what they say when they are read one by one, and the others are not parsed so."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from line_by_line import Said, said_by

from pipelines.inbox import separated
from pipelines.inbox.forms import Form, Totals
from pipelines.inbox.gathering import LABEL, Gathered
from pipelines.inbox.layouts import Layout
from pipelines.inbox.ordinary_lines import OrdinaryLines
from pipelines.inbox.separated import read_separated
from pipelines.inbox.text_columns import is_shared
from pipelines.inbox.text_tables import TextTable
from pipelines.inbox.unreadable import Unreadable
from pipelines.inbox.whole_lines import Cells

COLUMNS = ("campaign", "cost")
FORM = Form("two columns", "ad_costs", dict(zip(COLUMNS, COLUMNS, strict=True)), frozenset(COLUMNS))
HEADERS = ("campaign,cost", "cost,campaign", "note,campaign,cost", '"campaign", "cost","note"', "cost;campaign")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")

whole_cells = st.sampled_from(
    [
        "",
        " ",
        "a",
        "Total",
        " total b",
        "é",
        "12.50",
        '"a,b"',
        '"a""b"',
        '""',
        '""""',
        '" a "',
        '"a;b"',
        "\u00a0",
        "\u2028",
    ]
)
tidy_lines = st.lists(whole_cells, min_size=2, max_size=3).map(",".join)
pieces = st.sampled_from(
    [",", ";", '"', '""', " ", "a", "\t", "\ufeff", "\x00", "\x85", "\r", "\n", "\r\n", '"a\nb"', "a\r"]
)
untidy_lines = st.lists(pieces, max_size=8).map("".join)
line_ends = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n"])
bodies = st.lists(st.tuples(st.one_of(tidy_lines, tidy_lines, untidy_lines), line_ends).map("".join), max_size=12)
texts = st.builds(
    lambda header, lines, cut: f"{header}\n{''.join(lines)}"[: cut or None],
    st.sampled_from(HEADERS),
    bodies,
    st.sampled_from([0, 0, 0, -1]),
)
totals = st.sampled_from([Totals(), Totals(("total",)), Totals(empty="cost"), Totals(("total",), empty="campaign")])


@settings(max_examples=600, deadline=None)
@given(text=texts, encoding=st.sampled_from(ENCODINGS), block=st.sampled_from([1, 8, 40, 8 << 20]), kept_apart=totals)
@example('campaign,cost\na,1\n"b\n2",3\nc,4\n', "utf-8", 1, Totals())
@example('campaign,cost\na,1\n"b"x,3\nc,4\n', "utf-8", 1, Totals())
@example("campaign,cost\n\ufeffa,1\n", "utf-8", 8 << 20, Totals())
@example("campaign,cost\ra,1\rb,2", "utf-8", 1, Totals())
@example('campaign,cost\n"a\nb",1\nc,2\n', "utf-8", 8 << 20, Totals())
@example('campaign,cost\n"a\rb",1\nc,2\n', "utf-8", 8 << 20, Totals())
@example('note,campaign,cost\nx, "a,b"\n', "utf-8", 8 << 20, Totals())
@example('note,campaign,cost\nx,"a,b" \n', "utf-8", 8 << 20, Totals())
@example("note,campaign,cost\nx,,\n", "utf-8", 8, Totals())
def test_a_file_says_the_same_whether_its_lines_are_parsed_at_once_or_one_by_one(
    text: str, encoding: str, block: int, kept_apart: Totals
) -> None:
    form = Form(FORM.name, FORM.kind, FORM.columns, FORM.required, totals=kept_apart)
    data = text.encode(encoding, errors="replace")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(separated, "LARGEST_BLOCK", 16 * block)
        patched.setattr(separated, "SMALLEST_BLOCK", block)
        try:
            expected: Said | str = said_by(data, form, "the file")
        except Unreadable as problem:
            with pytest.raises(Unreadable) as raised:
                read_separated(data, [form], "the file")
            assert str(raised.value) == str(problem)
            return
        found = read_separated(data, [form], "the file")
    assert isinstance(expected, Said)
    assert as_said(found) == in_columns(expected)


def as_said(table: TextTable) -> dict[str, object]:
    lines = table.lines.to_pylist()
    return {
        "lines": lines,
        "columns": {name: column.to_pylist() for name, column in table.columns.items()},
        "wholes": table.wholes.of(lines),
        "total lines": table.total_lines.to_pylist(),
        "totals": {name: column.to_pylist() for name, column in table.totals.items() if name != LABEL},
        "counts": (table.flags["blank_lines"], table.flags.get("total_lines", 0), table.rows_in),
        "broken": [one.line for one in table.broken],
    }


def in_columns(said: Said) -> dict[str, object]:
    return {
        "lines": [line for line, _ in said.rows],
        "columns": {name: said.column(name, said.rows) for name in COLUMNS},
        "wholes": {line: hash(tuple(cells)) for line, cells in said.rows},
        "total lines": [line for line, _ in said.totals],
        "totals": {name: said.column(name, said.totals) for name in COLUMNS},
        "counts": (said.blank, len(said.totals), len(said.rows) + len(said.broken)),
        "broken": said.broken,
    }


@pytest.mark.parametrize(
    "lines",
    ["a,1\n", "a,1", "a,1\r\nb,2\r\n", '"a,b",1\n', '"a ""quoted"" word","1"\n', "a,\n", " a , 1\n"],
    ids=["plain", "no last end", "carriage returns", "a comma", "quotes", "an empty cell", "spaces"],
)
def test_lines_as_programs_write_them_are_parsed_at_once(lines: str) -> None:
    assert parsed_at_once(lines) is not None


@pytest.mark.parametrize(
    "lines",
    [
        '"a\nb",1\n', 'a"b,1\n', '"a"b,1\n', 'a, "1"\n', '"a" ,1\n', '"a,1\n', "a\n", "a,1,2\n", "\n", ",\n", " , \n",
        "a,1\n\nb,2\n", "a,1\rb,2\n", "a,1\r", "\ufeffa,1\n",
    ],
    ids=[
        "a line end in a cell", "a quote in a cell", "text behind a quote", "a space before a quote",
        "a space behind a quote", "an open quote", "short", "long", "blank", "a comma only", "spaces only",
        "a blank one between", "two kinds of ends", "a lone return at the end", "a mark at the beginning",
    ],
)  # fmt: skip
def test_lines_out_of_the_ordinary_are_left_to_be_read_one_by_one(lines: str) -> None:
    assert parsed_at_once(lines) is None


def test_one_odd_line_does_not_slow_down_the_lines_far_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a thousand lines the ones that are read cell by cell are the few around the ragged one."""
    monkeypatch.setattr(separated, "LARGEST_BLOCK", 10_000)
    monkeypatch.setattr(separated, "SMALLEST_BLOCK", 100)
    lines = [f"campaign {number},1" for number in range(1000)]
    lines[500] = "campaign 500"
    one_by_one: list[int] = []
    take = Gathered.take

    def noted(self: Gathered, rows: Iterable[tuple[int, Cells]]) -> None:
        kept = list(rows)
        one_by_one.extend(line for line, _ in kept)
        take(self, kept)

    monkeypatch.setattr(Gathered, "take", noted)
    table = read_separated("\n".join(["campaign,cost", *lines]).encode(), [FORM], "the file")
    assert ([one.line for one in table.broken], len(table.lines)) == ([502], 999)
    assert 0 < len(one_by_one) < 20
    assert all(abs(line - 502) < 20 for line in one_by_one)


def test_a_column_of_few_texts_is_kept_as_a_dictionary_of_them_and_one_of_many_is_plain() -> None:
    lines = "".join(f"campaign {number % 3},{number}\n" for number in range(100))
    table = read_separated(f"campaign,cost\n{lines}".encode(), [FORM], "the file")
    assert {name: is_shared(column) for name, column in table.columns.items()} == {"campaign": True, "cost": False}


def test_the_dictionary_of_a_column_does_not_hold_what_only_rows_of_totals_say() -> None:
    """What a column could mean is judged by the texts of its rows."""
    form = Form(FORM.name, FORM.kind, FORM.columns, FORM.required, totals=Totals(("total",)))
    lines = "".join(f"campaign {number % 3},1\n" for number in range(100))
    table = read_separated(f"campaign,cost\n{lines}Total,1.234\n".encode(), [form], "the file")
    assert table.columns["cost"].dictionary.to_pylist() == ["1"]


def parsed_at_once(lines: str) -> object:
    text = lines.encode()
    return OrdinaryLines(text, Layout(FORM, ",", 1, COLUMNS), [0, 1]).columns(0, len(text))
