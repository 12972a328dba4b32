"""What `kpi loads` lists, and what `kpi accept` and `kpi retract` say and refuse."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from pydantic import SecretStr

from pipelines.cli import loads, main
from pipelines.loads import Arrival, Gate, Occasion, create_meta_tables, store
from pipelines.runtime import Runtime, prepare_warehouse

Output = pytest.CaptureFixture[str]
NOW = datetime(2026, 9, 8, 6, 0, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture
def nowhere(without_warehouse: Runtime, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    monkeypatch.setattr(loads, "runtime_from_environment", lambda: without_warehouse)
    return without_warehouse


@pytest.fixture
def here(nowhere: Runtime) -> Runtime:
    """A warehouse with a day of cost, a second file in which half of it collapsed, and GA4 in between."""
    with nowhere.warehouse.opened(purpose="test") as connection:
        create_meta_tables(connection)
        for source, arrival in (
            ("file", spend("first.csv", "400", "300")),
            ("ga4", visits()),
            ("file", spend("second.csv", "1", "299")),
        ):
            store(connection, [arrival], Occasion(source, "run", date(2026, 9, 8), NOW))
    return nowhere


def spend(name: str, *costs: str) -> Arrival:
    rows = pa.table(
        {
            "part": [f"d{place}" for place, _ in enumerate(costs)],
            "cost": pa.array([Decimal(cost) for cost in costs], pa.decimal128(18, 6)),
        }
    )
    return Arrival("ad_cost", "raw.ad_cost", ("part",), rows, gate=Gate("cost"), flags={"path": f"ad_costs/{name}"})


def visits() -> Arrival:
    rows = pa.table({"part": ["2026-09-07"], "sessions": [12]})
    window = (date(2026, 9, 7), date(2026, 9, 7))
    return Arrival("ga4.day_total", "raw.ga4_day_total", ("part",), rows, window=window)


def listed(capsys: Output, *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["loads", *arguments, "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_every_load_is_listed_with_what_it_was_and_what_became_of_it(here: Runtime, capsys: Output) -> None:
    second, visited, first = listed(capsys)
    assert first == {
        "load_id": 1,
        "fetched_at": "2026-09-08T06:00:00",
        "source": "file",
        "object": "ad_cost",
        "what": "ad_costs/first.csv",
        "rows_read": 2,
        "accepted": 2,
        "unchanged": 0,
        "refused": 0,
        "retracted": 0,
        "reason": None,
        "note": None,
    }
    assert (visited["object"], visited["what"]) == ("ga4.day_total", "2026-09-07 to 2026-09-07")
    assert (second["accepted"], second["refused"]) == (1, 1)
    assert second["reason"] == "d0: fell from 400.00 to 1.00 (cost)"


def test_the_list_can_be_narrowed(here: Runtime, capsys: Output) -> None:
    assert [row["load_id"] for row in listed(capsys, "--refused")] == [3]
    assert [row["load_id"] for row in listed(capsys, "--object", "ga4.day_total")] == [2]
    assert [row["load_id"] for row in listed(capsys, "--limit", "2")] == [3, 2]
    assert main(["loads", "--refused", "--object", "lead"]) == 0
    assert capsys.readouterr().out == "no refused part waits\n"


def test_accepting_says_what_changed_and_what_comes_next(here: Runtime, capsys: Output) -> None:
    assert main(["accept", "3", "--note", "the budget ended"]) == 0
    assert capsys.readouterr().out == (
        "accepted load 3: ad_cost: 1 parts held 1 rows and hold 1. "
        "`kpi nightly` builds and publishes it, or the next night does\n"
    )
    ruling, accepted, *_ = listed(capsys)
    assert (ruling["source"], ruling["what"], ruling["note"]) == ("ruling", "accept 3", "the budget ended")
    assert (accepted["accepted"], accepted["refused"], accepted["reason"]) == (2, 0, None)
    assert listed(capsys, "--refused") == []


def test_one_part_can_be_accepted_by_its_name(here: Runtime, capsys: Output) -> None:
    assert main(["accept", "3", "--note", "it is right", "--part", "d1"]) == 2
    assert capsys.readouterr().err == (
        "load 3: no part of it by the name of d1 is refused: see `kpi loads --refused`\n"
    )
    assert main(["accept", "3", "--note", "it is right", "--part", "d0"]) == 0


def test_retracting_shows_why_beside_the_load(here: Runtime, capsys: Output) -> None:
    assert main(["retract", "1", "--note", "another client's account"]) == 0
    assert capsys.readouterr().out.startswith("retracted load 1: ad_cost: 1 parts held 1 rows and hold 1. ")
    _, second, _, first = listed(capsys)
    assert (first["retracted"], first["note"]) == (2, "another client's account")
    # without the first file nothing collapsed
    assert (second["accepted"], second["refused"]) == (2, 0)


def test_what_came_again_still_counts_and_that_is_said(here: Runtime, capsys: Output) -> None:
    with here.warehouse.opened(purpose="test") as connection:
        store(connection, [spend("third.csv", "400")], Occasion("file", "run", date(2026, 9, 9), NOW))
    assert main(["retract", "1", "--note", "wrong"]) == 0
    assert "what came again with load 4 still counts: retract that too if it is wrong" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["retract", "9", "--note", "wrong"], "load 9: there is no such load: see `kpi loads`"),
        (["accept", "1", "--note", "right"], "load 1: no part of it is refused: see `kpi loads --refused`"),
        (["retract", "1", "--note", " "], "load 1: the note is empty: say why with --note"),
        (["retract", "1"], "kpi: Missing option '--note': see kpi --help"),
        (
            ["retract", "first.csv", "--note", "wrong"],
            "kpi: Invalid value for 'load_id': Input should be a valid integer",
        ),
    ],
)
def test_wrong_use_is_one_line_and_changes_nothing(
    here: Runtime, capsys: Output, arguments: list[str], line: str
) -> None:
    before = listed(capsys)
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and told.err.startswith(line)
    assert listed(capsys) == before


def test_what_came_whole_again_is_no_longer_listed_as_refused(here: Runtime, capsys: Output) -> None:
    with here.warehouse.opened(purpose="test") as connection:
        store(connection, [spend("third.csv", "400", "299")], Occasion("file", "run", date(2026, 9, 9), NOW))
    assert listed(capsys, "--refused") == []
    assert [row["refused"] for row in listed(capsys)] == [0, 1, 0, 0]


@pytest.mark.parametrize("command", ["accept", "retract"])
@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"pepper": SecretStr("another pepper")}, "KPI_PEPPER: the warehouse was made with another one"),
        (
            {"ga4_property_id": "123456", "ga4_endpoint": "127.0.0.1:1", "mailchimp_api_key": SecretStr("key-us6")},
            "warehouse: it holds demo data and this run would add real data",
        ),
    ],
)
def test_a_warehouse_of_somebody_else_is_not_ruled_on(
    here: Runtime,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    settings: dict[str, Any],
    line: str,
) -> None:
    with here.warehouse.opened(purpose="test") as connection:
        prepare_warehouse(connection, here)
    other = Runtime(here.settings.model_copy(update=settings), here.config, here.project)
    before = listed(capsys)
    with monkeypatch.context() as patched:
        patched.setattr(loads, "runtime_from_environment", lambda: other)
        assert main([command, "3", "--note", "it is right"]) == 2
    assert capsys.readouterr().err.startswith(line)
    assert listed(capsys) == before


def test_without_a_warehouse_there_is_nothing_to_rule_on(nowhere: Runtime, capsys: Output) -> None:
    assert main(["retract", "1", "--note", "wrong"]) == 2
    assert capsys.readouterr().err.startswith("warehouse: there is none at ")
    assert not nowhere.warehouse.path.exists()
