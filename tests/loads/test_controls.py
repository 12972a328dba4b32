"""A part that holds too little of what its control holds is refused, also when it comes for the first time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa
import pytest

from pipelines.loads import Arrival, Control, Gate, Occasion, Stored, store

OCCASION = Occasion("ga4", "run-1", date(2026, 9, 8), datetime(2026, 9, 8, 6, 0, tzinfo=UTC).replace(tzinfo=None))
GATE = Gate("sessions", minimum=100, control=Control("day_total", "raw.day_total", "sessions"))


def day(name: str, *sessions: int, gate: Gate | None = None, withheld: bool = False, part: str = "d1") -> Arrival:
    """A day of an object, one row for each number of sessions."""
    table = pa.table(
        {
            "part": pa.array([part] * len(sessions), pa.string()),
            "channel": pa.array([f"c{place}" for place, _ in enumerate(sessions)], pa.string()),
            "sessions": pa.array(sessions, pa.int64()),
        }
    )
    flags = {"subject_to_thresholding": withheld}
    return Arrival(
        name, f"raw.{name}", ("part", "channel"), table, parts_read=frozenset({part}), gate=gate, flags=flags
    )


def load(warehouse: duckdb.DuckDBPyConnection, arrival: Arrival) -> Stored:
    (stored,) = store(warehouse, [arrival], OCCASION)
    return stored


@pytest.mark.parametrize(("sessions", "accepted"), [((200, 91), 1), ((200, 90), 0), ((200, 150), 1), ((12,), 0)])
def test_a_day_may_lie_three_percent_below_its_control_and_as_far_above_as_it_likes(
    warehouse: duckdb.DuckDBPyConnection, sessions: tuple[int, ...], accepted: int
) -> None:
    load(warehouse, day("day_total", 300))
    stored = load(warehouse, day("channel_day", *sessions, gate=GATE))
    assert (stored.parts_accepted, stored.parts_refused) == (accepted, 1 - accepted)


def test_the_reason_says_how_little_came(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, day("day_total", 300))
    stored = load(warehouse, day("channel_day", 12, gate=GATE))
    assert stored.refusals == ("d1: holds 12 of the 300 sessions in day_total",)


def test_both_reasons_are_told(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, day("day_total", 300))
    load(warehouse, day("channel_day", 200, 100, gate=GATE))
    stored = load(warehouse, day("channel_day", 12, gate=GATE))
    fell, gap = "fell from 300.00 to 12.00 (sessions)", "holds 12 of the 300 sessions in day_total"
    assert stored.refusals == (f"d1: {fell}, {gap}",)


def test_a_control_that_was_not_read_refuses_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert load(warehouse, day("channel_day", 12, gate=GATE)).parts_accepted == 1
    load(warehouse, day("day_total", 300, part="another day"))
    assert load(warehouse, day("channel_day", 13, gate=GATE)).parts_accepted == 1


def test_a_small_control_refuses_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, day("day_total", 99))
    assert load(warehouse, day("channel_day", 1, gate=GATE)).parts_accepted == 1


def test_a_day_without_a_row_is_refused_only_if_it_held_some(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, day("day_total", 300))
    assert load(warehouse, day("channel_day", gate=GATE)).parts_refused == 0
    load(warehouse, day("channel_day", 300, gate=GATE))
    assert load(warehouse, day("channel_day", gate=GATE)).parts_refused == 1


@pytest.mark.parametrize(("sessions", "accepted"), [(150, 1), (149, 0)])
def test_what_the_source_withheld_is_no_gap_until_it_is_half(
    warehouse: duckdb.DuckDBPyConnection, sessions: int, accepted: int
) -> None:
    load(warehouse, day("day_total", 300))
    assert load(warehouse, day("channel_day", sessions, gate=GATE, withheld=True)).parts_accepted == accepted


def test_a_refused_control_is_no_control(warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, day("day_total", 300))
    load(warehouse, day("day_total", 120, gate=replace(GATE, control=None)))
    assert load(warehouse, day("channel_day", 120, gate=GATE)).parts_refused == 1


def test_the_keys_that_came_are_counted_beside_the_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    arrival = day("channel_day", 1, 2)
    load(warehouse, replace(arrival, rows=pa.concat_tables([arrival.rows, arrival.rows.slice(0, 1)])))
    assert warehouse.execute("select rows, keys from meta.load_part").fetchall() == [(3, 2)]
