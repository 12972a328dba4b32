"""What is typed at once, and keys that are compared by numbers, give what cell by cell and key by key gives."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from line_by_line import later_rows, one_by_one

from pipelines.inbox import KINDS, ReadingRules
from pipelines.inbox.forms import canonical
from pipelines.inbox.repeated_keys import rows_with_a_later_one
from pipelines.inbox.row_groups import groups_of
from pipelines.inbox.text_tables import TextTable
from pipelines.inbox.typing_columns import typed_rows
from pipelines.inbox.whole_lines import WholeLines

RULES = ReadingRules("Europe/Amsterdam", b"a test pepper")
numbers = st.one_of(
    st.sampled_from(
        [
            "0",
            "-0",
            "+1",
            "1.",
            ".5",
            ".",
            "-",
            "",
            "1.234",
            "1,5",
            "1.234,5",
            "0.000",
            "1234.000",
            "1e5",
            "NaN",
            "#N/A",
        ]
    ),
    st.sampled_from(
        ["1.0000000", "1.0000001", "999999999999.999999", "1000000000000", "12 5", "\u0661", "5\n", "-3.5", "5%"]
    ),
    st.from_regex(r"[+-]?[0-9]{0,20}(\.[0-9]{0,8})?", fullmatch=True),
    st.integers(-(2**64), 2**64).map(str),
)
COLUMNS = {
    "ad_costs": ["cost", "conversions", "impressions", "clicks"],
    "exchange_rates": ["rate"],
    "seo_queries": ["clicks", "impressions", "position"],
}


@pytest.mark.parametrize("kind_name", COLUMNS)
@settings(max_examples=150, deadline=None)
@given(cells=st.lists(numbers, min_size=1, max_size=8), by_dictionary=st.booleans())
@example(["1.234", "1,5"], False)
@example(["1.234", "2.5"], False)
@example(["1.234", "1234.000"], True)
@example(["5\n"], False)
def test_numbers_typed_at_once_are_taken_and_refused_as_each_on_its_own(
    kind_name: str, cells: list[str], by_dictionary: bool
) -> None:
    kind = KINDS[kind_name]
    column = pa.array([cell or None for cell in cells], pa.string())
    text = table_of(
        kind_name, dict.fromkeys(COLUMNS[kind_name], column.dictionary_encode() if by_dictionary else column)
    )
    found, expected = typed_rows(text, kind, RULES), typed_rows(text, one_by_one(kind), RULES)
    assert (found.rows.to_pylist(), list(found.findings.items())) == (
        expected.rows.to_pylist(),
        list(expected.findings.items()),
    )


personal = ["@", "jan@example.com", "+31612345678", "%40", "mc_eid=x"]
plain = ["a", "B7", " ", "é", "\u202e", "\x85", "1E+5", "1.5e+12", "a" * 999]
refused = ["#", "#N/A", "\x07", "\n", "\x7f", "b" * 9_001]
parts_of_texts = st.sampled_from([*personal, *plain, *refused])


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(st.lists(parts_of_texts, min_size=1, max_size=3).map("".join), min_size=1, max_size=6))
def test_texts_and_ids_typed_at_once_are_masked_and_refused_as_each_on_its_own(texts: list[str]) -> None:
    cells = pa.array(texts, pa.string())
    for kind_name, columns in {"ad_costs": ["account", "ad"], "order_lines": ["product_id", "order_id"]}.items():
        kind, text = KINDS[kind_name], table_of(kind_name, dict.fromkeys(columns, cells))
        found, expected = typed_rows(text, kind, RULES), typed_rows(text, one_by_one(kind), RULES)
        assert found.rows.to_pylist() == expected.rows.to_pylist()
        assert list(found.findings.items()) == list(expected.findings.items())


def table_of(kind_name: str, columns: dict[str, pa.Array]) -> TextTable:
    """Rows of the kind with these columns, and what else they have to say: another key in each."""
    (rows,) = {len(column) for column in columns.values()}
    others = {"date": "2026-01-01", "platform": "meta", "currency": "EUR", "cost": "1"}
    all_columns = {name: pa.repeat(pa.scalar(said), rows) for name, said in others.items()}
    names, numbered = (pa.array([f"{before}{row}" for row in range(rows)]) for before in ("name ", ""))
    others_of_orders = {"line_no": numbered, "quantity": numbered, "net_amount": numbered}
    all_columns |= {"campaign": names, "query": names} | others_of_orders | columns
    if kind_name == "exchange_rates":
        all_columns["date"] = pa.array([date(2026, 1, 1 + row).isoformat() for row in range(rows)])
    form = canonical(KINDS[kind_name])
    known = {name: column for name, column in all_columns.items() if name in form.columns}
    return TextTable(form, known, pa.array(range(2, rows + 2)), WholeLines(), [], {})


cells_of_keys = st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([1, 2, None])), max_size=30)


@settings(max_examples=200, deadline=None)
@given(keys=cells_of_keys, left_out=st.frozensets(st.integers(0, 29), max_size=5))
def test_of_rows_with_one_key_the_last_is_found_for_each(
    keys: list[tuple[str | None, int | None]], left_out: frozenset[int]
) -> None:
    table = table_of_keys(keys)
    among_them = frozenset(row for row in left_out if row < len(keys))
    found = rows_with_a_later_one(table, ["name", "number"], among_them)
    assert found == later_rows(table, ["name", "number"], among_them)


@settings(max_examples=200, deadline=None)
@given(keys=cells_of_keys)
def test_rows_are_of_one_group_exactly_when_they_say_the_same(keys: list[tuple[str | None, int | None]]) -> None:
    table = table_of_keys(keys)
    groups = groups_of([table["name"], table["number"]], len(table))
    first_of_row = groups.first_row.take(groups.of_row).to_pylist()
    assert first_of_row == [keys.index(key) for key in keys]


def test_keys_of_more_combinations_than_a_number_can_count_are_told_apart() -> None:
    """Six columns of 3,000 texts each: 3,000 to the power of six lies beyond 64 bits."""
    rows = 3_000
    columns = {f"column {place}": pa.array([str(row) for row in range(rows)] * 2) for place in range(6)}
    columns["column 5"] = pa.array([str(row) for row in range(rows)] + [str(row + 1) for row in range(rows)])
    assert rows_with_a_later_one(pa.table(columns), list(columns), ()) == {}


def table_of_keys(keys: list[tuple[str | None, int | None]]) -> pa.Table:
    names, numbered = [name for name, _ in keys], [number for _, number in keys]
    return pa.table({"name": pa.array(names, pa.string()), "number": pa.array(numbered, pa.int64())})
