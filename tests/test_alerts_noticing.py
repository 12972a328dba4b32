"""What the warehouse knows and nobody sees by themselves is noticed after a run, and no more than that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pytest
from addressees import Webhook, listening_webhook
from nightly import shipped_project

from pipelines.alerts import Alert, after_runs, look_at_run, notice, tell_after_run
from pipelines.configuration.sources import Alerts, Ga4, Mailchimp, Sources
from pipelines.engines.duckdb import locked
from pipelines.loads import Arrival, Gate, Occasion, Ruling, ensure_raw_table, rule, store
from pipelines.runtime import Runtime, prepare_warehouse
from pipelines.settings import load_settings

TODAY = date(2026, 9, 8)
Warehouse = duckdb.DuckDBPyConnection


def noticed(warehouse: Warehouse, sources: Sources | None = None, today: date = TODAY) -> tuple[Alert, ...]:
    return notice(warehouse, sources or Sources(), today).alerts


def part(warehouse: Warehouse, load_id: int, name: str, part: str, state: str, reason: str | None = None) -> None:
    """A part of a load; a read of GA4, which is missed by nobody here."""
    warehouse.execute(
        """insert into meta.load by name select ? as load_id, 'ga4' as source, ? as object
        where not exists (select 1 from meta.load where load_id = ?)""",
        [load_id, name, load_id],
    )
    warehouse.execute(
        """insert into meta.load_part by name
        select ? as load_id, ? as object, ? as part, ? as state, ? as reason""",
        [load_id, name, part, state, reason],
    )


def outcome(warehouse: Warehouse, source: str, ago: int, state: str) -> None:
    """What a source did in the run of so many days ago."""
    day = TODAY - timedelta(days=ago)
    warehouse.execute(
        """insert into meta.source_outcome by name
        select ? as run_id, ? as source, cast(? as date) as business_date, ? as state""",
        [f"run of {day}", source, day, state],
    )


def arrival(warehouse: Warehouse, name: str, *ago: int) -> None:
    """A file that was loaded so many days ago, each time."""
    for days in ago:
        warehouse.execute(
            """insert into meta.load by name
            select 'file' as source, ? as object, cast(? as date) as business_date""",
            [name, TODAY - timedelta(days=days)],
        )


def quota(warehouse: Warehouse, run_id: str, bucket: str, remaining: int, hour: int) -> None:
    warehouse.execute(
        """insert into meta.quota by name select ? as run_id, ? as bucket, 10 as consumed, ? as remaining,
        timestamp '2026-09-08 00:00:00' + to_hours(?) as seen_at""",
        [run_id, bucket, remaining, hour],
    )


def test_a_refused_part_is_told_with_its_reason_and_the_commands_that_settle_it(warehouse: Warehouse) -> None:
    part(warehouse, 1, "ga4.channel_day", "2026-09-07", "accepted")
    part(warehouse, 2, "ga4.channel_day", "2026-09-07", "refused", "fell from 100 to 3 (sessions)")
    (alert,) = noticed(warehouse)
    assert alert.text == (
        "[refused part] ga4.channel_day 2026-09-07 of load 2: fell from 100 to 3 (sessions): "
        "see `kpi loads --refused`, then `kpi accept 2 --note ...` or `kpi retract 2 --note ...`"
    )


def test_a_part_that_is_refused_again_with_other_figures_is_the_same_alert(warehouse: Warehouse) -> None:
    part(warehouse, 2, "ga4.channel_day", "2026-09-07", "refused", "fell from 100 to 3 (sessions)")
    (first,) = noticed(warehouse)
    part(warehouse, 3, "ga4.channel_day", "2026-09-07", "refused", "fell from 100 to 4 (sessions)")
    (second,) = noticed(warehouse)
    assert (first.key, "load 3" in second.message) == (second.key, True)


def spend(warehouse: Warehouse, day: int, cost: int) -> int:
    """The load of a day's cost that came on another day of the month, over a gate that refuses a collapse."""
    rows = [{"part": "2026-09-01", "campaign": name, "cost": Decimal(cost)} for name in ("a", "b", "c")]
    schema = pa.schema([("part", pa.string()), ("campaign", pa.string()), ("cost", pa.decimal128(18, 6))])
    table = pa.Table.from_pylist(rows, schema)
    gate = Gate("cost", minimum=10, minimum_rows=2)
    arrival = Arrival(
        "spend", "raw.spend", ("part", "campaign"), table, parts_read=frozenset({"2026-09-01"}), gate=gate
    )
    ensure_raw_table(warehouse, arrival)
    at = datetime(2026, 9, day)  # noqa: DTZ001 - as the warehouse keeps it
    return store(warehouse, [arrival], Occasion("file", f"run of {day}", at.date(), at))[0].load_id


@pytest.mark.parametrize("action", ["accept", "retract"])
def test_a_part_that_was_ruled_on_is_over(warehouse: Warehouse, action: Literal["accept", "retract"]) -> None:
    spend(warehouse, 2, cost=100)
    refused = spend(warehouse, 3, cost=1)
    assert [alert.kind for alert in noticed(warehouse, today=date(2026, 9, 3))] == ["refused part"]
    rule(warehouse, Ruling(action, refused, "seen", datetime(2026, 9, 3)))  # noqa: DTZ001 - as the warehouse keeps it
    assert noticed(warehouse, today=date(2026, 9, 3)) == ()


@pytest.mark.parametrize("state", ["accepted", "unchanged"])
def test_a_part_that_came_whole_again_is_over(warehouse: Warehouse, state: str) -> None:
    part(warehouse, 2, "ga4.channel_day", "2026-09-07", "refused", "fell")
    part(warehouse, 3, "ga4.channel_day", "2026-09-07", state)
    assert noticed(warehouse) == ()


def test_a_refused_export_is_one_alert_with_its_file_however_many_parts_it_has(warehouse: Warehouse) -> None:
    for name in ("a", "b", "c"):
        part(warehouse, 7, "deal", name, "refused", "full export fell from 40 to 12 (rows)")
    warehouse.execute("insert into meta.file by name select 'deals/crm.csv' as path, 7 as load_id")
    (alert,) = noticed(warehouse)
    assert alert.message.startswith("deals/crm.csv, deal a and 2 more parts of load 7: full export fell from 40")


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ({0: "read"}, []),
        ({3: "read", 2: "unavailable", 1: "failed", 0: "unavailable"}, ["last read whole on 2026-09-05, 3 days"]),
        ({2: "read", 1: "failed", 0: "failed"}, []),
        ({3: "failed", 0: "failed"}, ["never read whole since 2026-09-05, 3 days"]),
    ],
)
def test_a_source_is_silent_after_so_many_business_dates(
    warehouse: Warehouse, states: dict[int, str], told: list[str]
) -> None:
    for ago, state in states.items():
        outcome(warehouse, "ga4", ago, "read")
        outcome(warehouse, "mailchimp", 0, "read")
        outcome(warehouse, "ga4", ago, state)
    found = noticed(warehouse)
    assert len(found) == len(told)
    assert all(words in alert.message for alert, words in zip(found, told, strict=True))


def test_a_source_that_is_left_out_is_not_missed_and_the_days_are_the_companys_own(warehouse: Warehouse) -> None:
    outcome(warehouse, "ga4", 10, "read")
    outcome(warehouse, "mailchimp", 10, "read")
    two_left = Sources(ga4=Ga4(enabled=False), mailchimp=Mailchimp(enabled=False))
    assert noticed(warehouse, two_left) == ()
    assert noticed(warehouse, Sources(alerts=Alerts(silent_days=11))) == ()
    assert len(noticed(warehouse, Sources(alerts=Alerts(silent_days=10)))) == 2


def test_when_somebody_is_told_is_no_part_of_how_the_company_counts() -> None:
    config = shipped_project().config
    other = replace(config, sources=config.sources.model_copy(update={"alerts": Alerts(silent_days=9)}))
    assert other.config_hash == config.config_hash


@pytest.mark.parametrize(
    ("ago", "is_missed"),
    [
        ((), False),
        ((30,), False),
        ((30, 30), False),
        ((5, 4, 3), True),
        ((4, 3, 2), False),
        ((62, 31), False),
        ((63, 32), True),
        ((90, 10, 9, 8, 7, 6, 5, 4), True),
    ],
    ids=str,
)
def test_a_kind_of_file_is_missed_only_when_it_stays_away_longer_than_it_used_to(
    warehouse: Warehouse, ago: tuple[int, ...], is_missed: bool
) -> None:
    arrival(warehouse, "lead", *ago)
    arrival(warehouse, "lead_merge", *ago)
    assert [alert.subject for alert in noticed(warehouse)] == (["inbox leads"] if is_missed else [])


@pytest.mark.parametrize(
    ("remaining", "told"),
    [
        (2_801, []),
        (2_800, ["ga4 tokens per project per hour: 2,800 of 14,000 were left in the last run"]),
        # more than a standard property ever has: a 360 property, whose tenth is not much
        (20_000, ["20,000 of 140,000 were left"]),
    ],
)
def test_a_quota_is_nearly_used_when_a_fifth_of_it_is_left(
    warehouse: Warehouse, remaining: int, told: list[str]
) -> None:
    quota(warehouse, "the night before", "tokens_per_project_per_hour", max(14_000, remaining), hour=1)
    quota(warehouse, "last night", "tokens_per_project_per_hour", remaining, hour=2)
    quota(warehouse, "last night", "tokens_per_project_per_hour", remaining + 1, hour=3)
    quota(warehouse, "last night", "concurrent_requests", 0, hour=3)
    found = noticed(warehouse)
    assert len(found) == len(told)
    assert all(words in alert.message for alert, words in zip(found, told, strict=True))


def test_only_the_last_run_says_what_is_left(warehouse: Warehouse) -> None:
    quota(warehouse, "the night before", "tokens_per_day", 5, hour=1)
    quota(warehouse, "last night", "tokens_per_day", 199_000, hour=2)
    assert noticed(warehouse) == ()


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listening_webhook() as server:
        yield server


@pytest.fixture
def company(tmp_path: Path, hook: Webhook) -> Runtime:
    """A company with a warehouse in which its last run left a refused part."""
    settings = load_settings({"KPI_DATA": str(tmp_path), "KPI_ALERT_WEBHOOK": hook.address})
    runtime = Runtime(settings, shipped_project().config, shipped_project())
    with runtime.warehouse.opened(purpose="test") as connection:
        prepare_warehouse(connection, runtime)
        part(connection, 2, "lead", "all", "refused", "fell from 100 to 3 (rows)")
        connection.execute(
            """insert into meta.source_outcome by name
            select 'run 1' as run_id, 'inbox' as source, 'read' as state, date '2026-09-08' as business_date"""
        )
    return runtime


def test_a_run_that_failed_and_what_it_left_behind_are_one_message(company: Runtime, hook: Webhook) -> None:
    for _ in range(2):
        tell_after_run([look_at_run("files", "run 1", ["published: no space: free some"])], "run 1", company)
    (text,) = hook.texts
    assert [line.partition("]")[0] for line in text.splitlines()] == ["[run failed", "[refused part"]


def test_a_run_that_read_nothing_does_not_look_into_the_warehouse(company: Runtime, hook: Webhook) -> None:
    tell_after_run([look_at_run("month_close", "run 2", [])], "run 2", company)
    assert hook.texts == []


def test_a_warehouse_that_the_next_run_holds_keeps_no_other_alert_back(
    company: Runtime, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after_runs, "LOOK_SECONDS", 0)
    with locked(company.warehouse.path.with_suffix(".lock"), "run 3"):
        tell_after_run([look_at_run("files", "run 1", ["published: no space: free some"])], "run 1", company)
    assert [text.partition("]")[0] for text in hook.texts] == ["[run failed"]
