"""What is noted of the content of a part can be worked out from its rows, so it must never change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256

import duckdb
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.loads import Arrival, Occasion, Stored, store

OCCASION = Occasion("file", "run-1", date(2026, 9, 8), datetime(2026, 9, 8, 6, 0, tzinfo=UTC).replace(tzinfo=None))
# part, name, visits
Row = tuple[str, str | None, int | None]

rows = st.lists(
    st.tuples(
        st.sampled_from(["d1", "d2"]),
        st.one_of(st.none(), st.sampled_from(["", "a", "b", "x\x1fy", "é😀", "l" * 300])),
        st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
    ),
    max_size=12,
)


def arrival(rows: Sequence[Row]) -> Arrival:
    """Rows of which the name is the key within its part; nothing keeps it from coming twice."""
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    types = {"part": pa.string(), "name": pa.string(), "visits": pa.int64()}
    table = {name: pa.array(cells, types[name]) for name, cells in zip(types, columns, strict=True)}
    return Arrival("o", "raw.o", ("part", "name"), pa.table(table), frozenset({"d1", "d2"}), keep_unchanged=True)


def load(warehouse: duckdb.DuckDBPyConnection, arrived: Arrival) -> Stored:
    (stored,) = store(warehouse, [arrived], OCCASION)
    return stored


def hash_by_hand(rows: Sequence[Row]) -> str:
    """Cells in the order of their columns' names, ended by chr(31), NULL as chr(0); the hashes of the rows, sorted."""
    if not rows:
        return "empty"
    texts = ["\x1f".join("\0" if cell is None else str(cell) for cell in row[1:]) for row in rows]
    return sha256("".join(sorted(sha256(text.encode()).hexdigest() for text in texts)).encode()).hexdigest()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_the_hash_of_a_part_is_the_one_worked_out_from_its_rows(
    warehouse: duckdb.DuckDBPyConnection, rows: list[Row]
) -> None:
    stored = load(warehouse, arrival(rows))

    found = warehouse.execute(
        "select part, rows, keys, content_hash from meta.load_part where load_id = ? order by part", [stored.load_id]
    ).fetchall()
    of_part = {part: [row for row in rows if row[0] == part] for part in ("d1", "d2")}
    assert found == [
        (part, len(held), len({row[1] for row in held}), hash_by_hand(held)) for part, held in of_part.items()
    ]


def test_the_order_of_the_columns_makes_no_difference(warehouse: duckdb.DuckDBPyConnection) -> None:
    arrived = arrival([("d1", "a", 1), ("d2", None, 2)])
    load(warehouse, arrived)
    turned = Arrival("o", "raw.o", ("part", "name"), arrived.rows.select(["visits", "part", "name"]))

    assert load(warehouse, turned).parts_unchanged == 2


def test_a_row_that_came_twice_is_stored_twice_and_each_is_told_from_a_new_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    load(warehouse, arrival([("d1", "a", 1), ("d1", None, 1)]))
    load(warehouse, arrival([("d1", "a", 2), ("d1", "a", 2), ("d1", None, 1), ("d1", "b", 1), ("d1", "b", 1)]))

    found = warehouse.execute(
        "select name, is_new_key from raw.o where load_id = 2 order by name nulls last"
    ).fetchall()
    assert found == [("a", False), ("a", False), ("b", True), ("b", True), (None, False)]


def test_rows_of_a_part_move_to_another_without_a_part_in_their_key(warehouse: duckdb.DuckDBPyConnection) -> None:
    def named(rows: list[Row]) -> Arrival:
        return Arrival("o", "raw.o", ("name",), arrival(rows).rows, frozenset({"d1", "d2"}))

    load(warehouse, named([("d1", "a", 1), ("d1", "b", 1)]))
    stored = load(warehouse, named([("d2", "a", 1), ("d1", "b", 2)]))

    assert (stored.rows_new, stored.rows_changed, stored.rows_unchanged, stored.rows_withdrawn) == (0, 1, 1, 0)


def test_columns_that_appear_later_are_added_in_the_order_they_came_in(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, Arrival("o", "raw.o", ("part",), pa.table({"part": ["p"]})))
    load(warehouse, Arrival("o", "raw.o", ("part",), pa.table({"zeta": [1], "part": ["p"], "alpha": [1], "mid": [1]})))

    columns = [row[0] for row in warehouse.execute("describe raw.o").fetchall()]
    assert columns == ["load_id", "is_new_key", "part", "zeta", "alpha", "mid"]
