"""A refused part waits until a newer load brings, confirms or withdraws it, or somebody rules on it; at every cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.loads import (
    ROWS,
    Arrival,
    Gate,
    NeverFree,
    Occasion,
    Ruling,
    current_cut,
    fix_cut,
    refused_loads,
    refused_parts,
    rule,
    store,
)

TODAY = date(2026, 9, 8)
NOW = datetime(2026, 9, 8, 6, 0, tzinfo=UTC).replace(tzinfo=None)
Warehouse = duckdb.DuckDBPyConnection
HALF_OF_THE_ROWS = Gate(ROWS, minimum_rows=10)
HALF_OF_THE_COST = Gate("cost", minimum=10)
TEN = {f"k{number}": 10 for number in range(10)}


def export(costs: dict[str, int], gate: Gate = HALF_OF_THE_COST, **told: Any) -> Arrival:
    """An export with one part for each key."""
    rows = pa.table(
        {
            "part": pa.array([*costs], pa.string()),
            "cost": pa.array([Decimal(cost) for cost in costs.values()], pa.decimal128(18, 6)),
        }
    )
    return Arrival("spend", "raw.spend", ("part",), rows, frozenset(costs), gate=gate, **told)


def full(*keys: str, **told: Any) -> Arrival:
    return export(dict.fromkeys(keys, 10), HALF_OF_THE_ROWS, full=True, **told)


def load(warehouse: Warehouse, arrival: Arrival) -> int:
    return store(warehouse, [arrival], Occasion("file", "run", TODAY, NOW))[0].load_id


def waiting(warehouse: Warehouse) -> list[tuple[str, int]]:
    """The parts that wait now, which are those of a build that is made now."""
    found = [(part, load_id) for _, part, load_id, _ in warehouse.execute(refused_parts()).fetchall()]
    fix_cut(warehouse, current_cut(warehouse), TODAY)
    assert found == warehouse.execute("select part, load_id from meta.refused_part order by part").fetchall()
    return found


@pytest.mark.parametrize("keeps_unchanged", [True, False])
def test_a_part_that_comes_again_as_it_was_stored_is_decided(warehouse: Warehouse, keeps_unchanged: bool) -> None:
    load(warehouse, export({"d1": 100, "d2": 100}))
    refused = load(warehouse, export({"d1": 1}))
    assert waiting(warehouse) == [("d1", refused)]
    load(warehouse, export({"d2": 100}, keep_unchanged=keeps_unchanged))
    assert waiting(warehouse) == [("d1", refused)]
    load(warehouse, export({"d1": 100}, keep_unchanged=keeps_unchanged))
    assert waiting(warehouse) == []


def test_a_part_that_comes_again_with_other_rows_is_decided(warehouse: Warehouse) -> None:
    load(warehouse, export({"d1": 100}))
    load(warehouse, export({"d1": 1}))
    load(warehouse, export({"d1": 99}))
    assert waiting(warehouse) == []


def test_a_part_that_is_refused_again_waits_as_what_came_last(warehouse: Warehouse) -> None:
    load(warehouse, export({"d1": 100}))
    load(warehouse, export({"d1": 1}))
    again = load(warehouse, export({"d1": 2}))
    assert waiting(warehouse) == [("d1", again)]


def test_a_good_full_export_decides_all_of_a_refused_one_even_what_only_that_had(warehouse: Warehouse) -> None:
    load(warehouse, full(*TEN))
    refused = load(warehouse, full("k0", "x1", "x2"))
    assert len(waiting(warehouse)) == 11
    assert {load_id for _, load_id in waiting(warehouse)} == {refused}
    load(warehouse, full(*TEN, "k10"))
    assert waiting(warehouse) == []


def test_a_full_export_that_is_refused_too_decides_only_what_it_confirms(warehouse: Warehouse) -> None:
    load(warehouse, full(*TEN))
    load(warehouse, full("k0", "x1", "x2"))
    again = load(warehouse, full("k0", "k1"))
    assert waiting(warehouse) == [*((f"k{number}", again) for number in range(2, 10)), ("x1", 2), ("x2", 2)]


def test_a_full_export_does_not_speak_of_parts_whose_rows_it_could_not_take(warehouse: Warehouse) -> None:
    load(warehouse, full(*TEN))
    load(warehouse, full("x1", "x2"))
    load(warehouse, full(*TEN, parts_kept=frozenset({"x2"})))
    assert waiting(warehouse) == [("x2", 2)]


def test_without_the_load_that_decided_it_a_part_waits_again_and_earlier_cuts_stay(warehouse: Warehouse) -> None:
    load(warehouse, export({"d1": 100}))
    refused = load(warehouse, export({"d1": 1}))
    confirming = load(warehouse, export({"d1": 100}))
    before = current_cut(warehouse)
    rule(warehouse, Ruling("retract", confirming, "wrong", NOW))
    assert waiting(warehouse) == [("d1", refused)]
    fix_cut(warehouse, before, TODAY)
    assert warehouse.execute("select * from meta.refused_part").fetchall() == []


def test_a_part_that_counts_from_another_load_is_not_decided_by_what_confirms_the_rest(warehouse: Warehouse) -> None:
    load(warehouse, export({"d1": 100, "d2": 100}))
    load(warehouse, export({"d1": 90}))
    refused = load(warehouse, export({"d1": 1}))
    # all that counts of the first load
    load(warehouse, export({"d2": 100}))
    assert warehouse.execute("select parts from meta.load_confirmation").fetchall() == [(None,)]
    assert waiting(warehouse) == [("d1", refused)]


def test_people_are_told_of_loads_and_of_each_file_once(warehouse: Warehouse) -> None:
    load(warehouse, full(*TEN))
    refused = load(warehouse, full("k0", "k1"))
    for path in ("spend/b.csv", "spend/a.csv"):
        warehouse.execute("insert into meta.file by name select ? as path, ? as load_id", [path, refused])
    told = warehouse.execute(refused_loads(refused_parts())).fetchall()
    assert told == [(refused, "spend", 8, "k2", "full export fell from 10 to 2 (rows)", "spend/a.csv")]


# ---- units that are never free ----

PAID = replace(HALF_OF_THE_COST, never_free=NeverFree("clicks", minimum=50))


def day(cost: int, clicks: int, part: str = "d1") -> Arrival:
    arrival = export({part: cost}, PAID)
    return replace(arrival, rows=arrival.rows.append_column("clicks", pa.array([clicks], pa.int64())))


@pytest.mark.parametrize(("cost", "clicks", "reason"), [(0, 50, "50 clicks cost nothing"), (0, 49, ""), (1, 500, "")])
def test_a_new_day_with_clicks_and_without_cost_is_refused(
    warehouse: Warehouse, cost: int, clicks: int, reason: str
) -> None:
    load(warehouse, day(cost, clicks))
    found = [told for *_, told in warehouse.execute(refused_parts()).fetchall()]
    assert found == ([reason] if reason else [])


def test_a_ruling_judges_days_without_cost_by_the_same_rule(warehouse: Warehouse) -> None:
    wrong = load(warehouse, day(100, 400))
    zeroed = load(warehouse, day(0, 412))
    reason = "fell from 100.00 to 0.00 (cost), 412 clicks cost nothing"
    assert warehouse.execute(refused_parts()).fetchall() == [("spend", "d1", zeroed, reason)]
    # without it nothing fell, and the clicks cost nothing all the same
    rule(warehouse, Ruling("retract", wrong, "wrong", NOW))
    assert waiting(warehouse) == [("d1", zeroed)]
    rule(warehouse, Ruling("accept", zeroed, "a gift", NOW))
    assert waiting(warehouse) == []
