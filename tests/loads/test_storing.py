from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.loads import ROWS, Arrival, Gate, Occasion, Stored, create_meta_tables, current_cut, fix_cut, store

TODAY = date(2026, 9, 8)
OCCASION = Occasion("file", "run-1", TODAY, datetime(2026, 9, 8, 6, 0, tzinfo=UTC).replace(tzinfo=None))


def spend(rows: list[tuple[str, str, str]], **kwargs: object) -> Arrival:
    """Rows (part, campaign, cost) of a day's ad cost."""
    table = pa.table(
        {
            "part": pa.array([row[0] for row in rows], pa.string()),
            "campaign": pa.array([row[1] for row in rows], pa.string()),
            "cost": pa.array([Decimal(row[2]) for row in rows], pa.decimal128(18, 6)),
        }
    )
    return Arrival("ad_cost", "raw.ad_cost", ("part", "campaign"), table, **kwargs)  # type: ignore[arg-type]


def load(warehouse: duckdb.DuckDBPyConnection, arrival: Arrival) -> Stored:
    (stored,) = store(warehouse, [arrival], OCCASION)
    return stored


def current(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[str, str, Decimal]]:
    fix_cut(warehouse, current_cut(warehouse), TODAY)
    return warehouse.execute(
        """select r.part, r.campaign, r.cost from raw.ad_cost as r
        inner join meta.current_part as p on p.object = 'ad_cost' and p.part = r.part and p.load_id = r.load_id
        order by r.part, r.campaign"""
    ).fetchall()


def test_a_first_load_is_all_new(warehouse: duckdb.DuckDBPyConnection) -> None:
    stored = load(warehouse, spend([("d1", "a", "1.50"), ("d1", "b", "2"), ("d2", "a", "3")]))
    assert (stored.rows_new, stored.rows_changed, stored.rows_unchanged, stored.rows_withdrawn) == (3, 0, 0, 0)
    assert stored.parts_accepted == 2
    assert len(current(warehouse)) == 3


def test_the_same_content_again_stores_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, spend([("d1", "a", "1"), ("d1", "b", "2")]))
    stored = load(warehouse, spend([("d1", "b", "2"), ("d1", "a", "1")]))
    assert (stored.rows_unchanged, stored.parts_unchanged) == (2, 1)
    assert warehouse.execute("select count(*) from raw.ad_cost").fetchall() == [(2,)]


def test_a_renamed_campaign_never_stays_twice(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, spend([("d1", "old name", "5"), ("d1", "b", "2")]))
    stored = load(warehouse, spend([("d1", "new name", "5"), ("d1", "b", "2")]))
    assert (stored.rows_new, stored.rows_unchanged, stored.rows_withdrawn) == (1, 1, 1)
    assert [row[1] for row in current(warehouse)] == ["b", "new name"]


def test_a_part_that_was_read_and_is_empty_now_withdraws_its_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, spend([("d1", "a", "1"), ("d2", "a", "2")]))
    stored = load(warehouse, spend([("d2", "a", "2")], parts_read=frozenset({"d1", "d2"})))
    assert stored.rows_withdrawn == 1
    assert [row[0] for row in current(warehouse)] == ["d2"]


def test_a_partial_file_leaves_the_parts_it_does_not_mention(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, spend([("d1", "a", "1"), ("d2", "a", "2")]))
    load(warehouse, spend([("d2", "a", "9")]))
    assert current(warehouse) == [("d1", "a", Decimal(1)), ("d2", "a", Decimal(9))]


def test_a_full_export_withdraws_what_it_lacks(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, spend([("d1", "a", "1"), ("d2", "a", "2")]))
    stored = load(warehouse, spend([("d2", "a", "2")], full=True))
    assert (stored.rows_unchanged, stored.rows_withdrawn) == (1, 1)
    assert [row[0] for row in current(warehouse)] == ["d2"]


def test_a_part_that_collapsed_is_refused_and_the_old_one_counts(warehouse: duckdb.DuckDBPyConnection) -> None:
    gate = Gate("cost", floor_share=0.5, minimum=100)
    load(warehouse, spend([("d1", "a", "400"), ("d2", "a", "50")], gate=gate))
    stored = load(warehouse, spend([("d1", "a", "199"), ("d2", "a", "1")], gate=gate))
    assert stored.parts_refused == 1
    assert stored.refusals[0].startswith("d1: fell from 400")
    assert current(warehouse) == [("d1", "a", Decimal(400)), ("d2", "a", Decimal(1))]


def test_a_full_export_that_collapsed_is_refused_as_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    gate = Gate("", minimum=20)
    load(warehouse, spend([(f"d{n}", "a", "1") for n in range(40)], full=True, gate=gate))
    stored = load(warehouse, spend([("d1", "a", "7")], full=True, gate=gate))
    assert (stored.parts_accepted, stored.parts_refused) == (0, 40)
    assert len(current(warehouse)) == 40


MONEY_OR_ROWS = Gate("cost", minimum_rows=20, also=(ROWS,))


def many(rows: int, cost: str, part: str = "d1", **kwargs: object) -> Arrival:
    """So many campaigns of one part, or of parts of their own, at the same cost each, guarded by rows and money."""
    parted = [(part or f"d{n}", f"c{n}", cost) for n in range(rows)]
    return spend(parted, gate=MONEY_OR_ROWS, **kwargs)


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (many(40, "4"), "d1: fell from 400.00 to 160.00 (cost)"),
        (many(19, "20"), "d1: fell from 40 to 19 (rows)"),
        (many(1, "0.50"), "d1: fell from 400.00 to 0.50 (cost), from 40 to 1 (rows)"),
        (many(0, "0", parts_read=frozenset({"d1"})), "d1: fell from 400.00 to 0.00 (cost), from 40 to 0 (rows)"),
    ],
)
def test_a_part_whose_money_or_rows_collapsed_is_refused_and_says_which(
    warehouse: duckdb.DuckDBPyConnection, later: Arrival, told: str
) -> None:
    load(warehouse, many(40, "10"))
    assert load(warehouse, later).refusals == (told,)
    assert len(current(warehouse)) == 40


@pytest.mark.parametrize("later", [many(20, "10"), many(40, "5"), many(30, "7")])
def test_a_part_that_fell_by_half_or_less_is_taken(warehouse: duckdb.DuckDBPyConnection, later: Arrival) -> None:
    load(warehouse, many(40, "10"))
    assert load(warehouse, later).parts_accepted == 1


@pytest.mark.parametrize("later", [many(1, "10"), many(19, "1")])
def test_a_part_of_few_rows_may_fall_as_far_as_it_likes(warehouse: duckdb.DuckDBPyConnection, later: Arrival) -> None:
    load(warehouse, many(19, "10"))
    assert load(warehouse, later).parts_accepted == 1


@pytest.mark.parametrize("before", ["0", "-10"])
def test_money_that_was_nothing_or_less_cannot_collapse(warehouse: duckdb.DuckDBPyConnection, before: str) -> None:
    load(warehouse, many(40, before))
    assert load(warehouse, many(40, "-20")).parts_accepted == 1


def test_a_full_export_is_one_scope_for_its_money_too(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, many(30, "10", part="", full=True))
    stored = load(warehouse, many(30, "1", part="", full=True))
    assert (stored.parts_accepted, stored.parts_refused) == (0, 30)
    assert stored.refusals[0] == "d0: full export fell from 300.00 to 30.00 (cost)"
    assert load(warehouse, many(30, "5", part="", full=True)).parts_accepted == 30


def test_a_gate_that_came_later_guards_what_was_stored_before_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, spend([("d1", f"c{n}", "10") for n in range(40)]))
    assert load(warehouse, many(40, "1")).parts_refused == 1


def test_the_figure_that_is_noted_with_a_part_is_its_money(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, many(40, "10"))
    assert warehouse.execute("select rows, control_total from meta.load_part").fetchall() == [(40, Decimal(400))]


class Counting:
    """A connection that counts the statements it is given."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection, self.statements = connection, 0

    def __getattr__(self, name: str) -> object:
        self.statements += name == "execute"
        return getattr(self.connection, name)


def statements_for(warehouse: duckdb.DuckDBPyConnection, parts: int) -> int:
    connection = Counting(warehouse)
    read = frozenset(f"d{n}" for n in range(parts))
    store(connection, [spend([("d1", "a", "1")], parts_read=read)], OCCASION)  # type: ignore[arg-type]
    return connection.statements


def test_storing_takes_as_many_statements_for_many_parts_as_for_few(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert statements_for(warehouse, 2) == statements_for(warehouse, 20_000)


def test_parts_that_a_full_export_could_not_take_are_kept(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, spend([("d1", "a", "1"), ("d2", "a", "2"), ("d3", "a", "3")]))
    load(warehouse, spend([("d1", "a", "1")], full=True, parts_kept=frozenset({"d2"})))
    assert [row[0] for row in current(warehouse)] == ["d1", "d2"]


def test_a_key_seen_before_is_told_from_a_new_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, spend([("d1", "a", "1")]))
    load(warehouse, spend([("d1", "a", "2"), ("d1", "b", "2")]))
    rows = warehouse.execute(
        "select campaign, is_new_key from raw.ad_cost where load_id = 2 order by campaign"
    ).fetchall()
    assert rows == [("a", False), ("b", True)]


def test_an_old_cut_selects_the_old_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, spend([("d1", "a", "1")]))
    old = current_cut(warehouse)
    load(warehouse, spend([("d1", "a", "2")]))
    fix_cut(warehouse, old, TODAY)
    parts = warehouse.execute("select object, part, load_id from meta.current_part").fetchall()
    assert parts == [("ad_cost", "d1", 1)]


def test_rows_whose_load_was_never_recorded_are_invisible(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, spend([("d1", "a", "1")]))
    warehouse.execute("insert into raw.ad_cost (load_id, part, campaign, cost) values (2, 'd1', 'half written', 9)")
    warehouse.execute(
        "insert into meta.load_part (load_id, object, part, rows, state) values (2, 'ad_cost', 'd1', 1, 'accepted')"
    )
    assert [row[1] for row in current(warehouse)] == ["a"]


def test_null_and_empty_text_are_different_content(warehouse: duckdb.DuckDBPyConnection) -> None:
    def named(name: str | None) -> Arrival:
        rows = pa.table({"part": ["p"], "name": pa.array([name], pa.string())})
        return Arrival("o", "raw.o", ("part",), rows)

    load(warehouse, named(""))
    assert load(warehouse, named(None)).rows_changed == 1


def test_a_column_that_appears_later_is_added(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, Arrival("o", "raw.o", ("part",), pa.table({"part": ["p"]})))
    load(warehouse, Arrival("o", "raw.o", ("part",), pa.table({"part": ["p"], "fresh": [1]})))
    assert warehouse.execute("select fresh from raw.o order by load_id").fetchall() == [(None,), (1,)]


rows = st.lists(
    st.tuples(st.sampled_from(["d1", "d2", "d3"]), st.sampled_from("abc"), st.sampled_from(["1", "2", "50"])),
    max_size=8,
    unique_by=lambda row: (row[0], row[1]),
)


@settings(max_examples=25, deadline=None)
@given(loads=st.lists(st.tuples(rows, st.booleans()), min_size=1, max_size=4))
def test_what_is_current_is_what_replacing_parts_by_hand_gives(
    loads: list[tuple[list[tuple[str, str, str]], bool]],
) -> None:
    connection = duckdb.connect()
    create_meta_tables(connection)
    expected: dict[str, dict[str, Decimal]] = {}
    for content, is_full in loads:
        stored = load(connection, spend(content, full=is_full))
        assert stored.rows_new + stored.rows_changed + stored.rows_unchanged == len(content)
        expected = {} if is_full else expected
        for part in {row[0] for row in content}:
            expected[part] = {row[1]: Decimal(row[2]) for row in content if row[0] == part}
    found = current(connection)
    assert found == sorted((p, c, cost) for p, campaigns in expected.items() for c, cost in campaigns.items())
    connection.close()


@pytest.mark.parametrize("threads", [1, 4])
def test_the_hash_of_a_part_does_not_depend_on_threads(threads: int) -> None:
    connection = duckdb.connect(config={"threads": str(threads)})
    create_meta_tables(connection)
    load(connection, spend([(f"d{n % 7}", f"c{n}", str(n)) for n in range(5000)]))
    hashes = connection.execute("select content_hash from meta.load_part order by part").fetchall()
    connection.close()
    other = duckdb.connect(config={"threads": "1"})
    create_meta_tables(other)
    load(other, spend([(f"d{n % 7}", f"c{n}", str(n)) for n in reversed(range(5000))]))
    assert other.execute("select content_hash from meta.load_part order by part").fetchall() == hashes
    other.close()


def flags_of(warehouse: duckdb.DuckDBPyConnection, load_id: int) -> str:
    ((flags,),) = warehouse.execute("select flags from meta.load where load_id = ?", [load_id]).fetchall()
    return str(flags)


@pytest.mark.parametrize(("changed", "told"), [(5, False), (15, True)])
def test_many_small_corrections_that_take_away_most_of_the_money_are_taken_and_told(
    warehouse: duckdb.DuckDBPyConnection, changed: int, told: bool
) -> None:
    gate = Gate("cost", minimum_rows=10)
    load(warehouse, spend([(f"d{number}", "a", "50") for number in range(20)], gate=gate))
    stored = load(warehouse, spend([(f"d{number}", "a", "0") for number in range(changed)], gate=gate))
    assert (stored.parts_accepted, stored.parts_refused) == (changed, 0)
    assert ('"fell": "from 750.00 to 0.00 (cost)"' in flags_of(warehouse, stored.load_id)) is told
