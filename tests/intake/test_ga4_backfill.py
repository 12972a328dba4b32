"""A long backfill of GA4 that everything happens to: it ends with the rows of one that nothing happened to."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pytest
from ga4_reading import REPORT, reading
from ga4_truth import ad, session
from google.api_core.retry import retry_unary
from nightly import new_warehouse

from pipelines.configuration.sources import Ga4
from pipelines.failures import NotThereYet
from pipelines.ga4 import Ga4Source
from pipelines.ga4_reports import Report
from pipelines.intake import Night, Outcome, due_windows, take_in_report
from pipelines.intake.ga4 import ANSWERS_PER_LOAD
from pipelines.loads import store
from pipelines.sandbox.ga4_faults import Failure
from pipelines.sandbox.ga4_quota import Quota
from pipelines.sandbox.ga4_server import Ga4Server

DAYS = 400
# a Thursday evening; the backfill goes on past midnight
BEGAN = datetime(2027, 7, 8, 22, 10)  # noqa: DTZ001 - wall time of the property
START = BEGAN.date() - timedelta(days=DAYS)
CONFIG = Ga4(start_date=START)
REPORTS = [REPORT[name] for name in ("channel_day", "cost_day")]
# The whole backfill costs 41 tokens and more.
TOKENS_PER_HOUR = 17
TRANSIENT = ("UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "UNKNOWN")
MOST_RUNS = 12


class KilledError(BaseException):
    """The process ends here."""


def traffic(dice: random.Random) -> tuple[list[dict[str, Any]], list[Any]]:
    """A few visits a day, some of which arrive late, and an ad on most days."""
    days = [START + timedelta(days=number) for number in range(DAYS + 2)]
    visits = [
        session(
            day,
            visitor_id=dice.randrange(200),
            arrives_after_days=dice.choice((0, 0, 1, 3)),
            channel=dice.choice(("Direct", "Email", "AI Assistant")),
            device=dice.choice(("desktop", "mobile")),
            revenue_eur=dice.randrange(10_000) / 100,
            key_events=dice.random(),
        )
        for day in days
        for _ in range(dice.randrange(4))
    ]
    return visits, [ad(day, clicks=dice.randrange(90)) for day in days if dice.random() < 0.9]


def scripted_outages(dice: random.Random) -> list[Failure]:
    """One in every five calls; a call that is tried again meets the next one at the earliest two calls later."""
    calls = [first + dice.randrange(4) for first in range(2, 42, 5)]
    return [Failure(dice.choice(TRANSIENT), "no luck", calls=(call,)) for call in calls]


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, stores: int) -> Iterator[None]:
    """The process ends when it stores for the n-th time: rows are written, the transaction is not ended."""
    count = [0]

    def broken(*given: Any) -> Any:
        stored = store(*given)
        count[0] += 1
        if count[0] == stores:
            raise KilledError
        return stored

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.intake.outcomes.store", broken)
        yield


def run(connection: duckdb.DuckDBPyConnection, source: Ga4Source, name: str, today: date) -> list[Outcome]:
    night = Night(name, today, hold_on_failure=False)
    return [
        take_in_report(connection, lambda: source, report, due_windows(connection, report, CONFIG, today), night)
        for report in REPORTS
    ]


def run_until_done(path: Path, source: Ga4Source, clock: list[datetime], killing: Callable[[], Any]) -> list[str]:
    """Runs every hour, each with the warehouse opened anew, until GA4 has answered everything; how each one ended."""
    ends: list[str] = []
    while len(ends) < MOST_RUNS and "done" not in ends:
        connection = new_warehouse(path, threads=1)
        try:
            with killing() if len(ends) == 1 else contextmanager(lambda: iter([None]))():
                outcomes = run(connection, source, f"run {len(ends)}", clock[0].date())
            spent = [one for one in outcomes if isinstance(one.failure, NotThereYet)]
            ends.append("quota" if spent else "failed" if any(one.failure for one in outcomes) else "done")
        except KilledError:
            ends.append("killed")
        finally:
            connection.close()
            clock[0] += timedelta(hours=1)
    return ends


def rows_of(connection: duckdb.DuckDBPyConnection, report: Report) -> list[tuple[Any, ...]]:
    """What counts of a report now, without the numbers of loads."""
    return connection.execute(
        f"""select r.* exclude (load_id, is_new_key) from {report.table} as r
        inner join (
            select part, max(load_id) as load_id from meta.load_part
            where object = '{report.object}' and state = 'accepted' group by part
        ) as p on p.part = r.part and p.load_id = r.load_id order by all"""
    ).fetchall()


def windows_asked(server: Ga4Server) -> Counter[tuple[str, str, str]]:
    """How often each window of each report was asked for."""
    names = {report.dimensions: report.object for report in REPORTS}
    requests = [call.request for call in server.calls if call.method == "RunReport"]
    return Counter(
        (
            names[tuple(field.name for field in one.dimensions)],
            one.date_ranges[0].start_date,
            one.date_ranges[0].end_date,
        )
        for one in requests
    )


def windows_stored(connection: duckdb.DuckDBPyConnection) -> Counter[tuple[str, str, str]]:
    """How often each of these answers was stored."""
    rows = connection.execute("select object, flags from meta.load where window_from is not null").fetchall()
    return Counter(
        (name, request["from"], request["to"]) for name, flags in rows for request in json.loads(flags)["requests"]
    )


def test_a_backfill_with_faults_and_restarts_ends_with_the_rows_of_one_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(20_270_708)
    visits, ads = traffic(dice)
    outages, clock, pauses = scripted_outages(dice), [BEGAN], []
    monkeypatch.setattr(retry_unary.time, "sleep", pauses.append)

    quota = Quota(tokens_per_project_per_hour=TOKENS_PER_HOUR)
    with reading(visits, ads, lambda: clock[0], faults=outages, quota=quota) as (source, server):
        ends = run_until_done(tmp_path / "warehouse.duckdb", source, clock, lambda: killed_at(monkeypatch, 2))
        last_day = (clock[0] - timedelta(hours=1)).date()
        asked, calls, spent = windows_asked(server), len(server.calls), server.quota.spent

    assert ends == ["quota", "killed", "done"], "the story has two restarts"
    assert last_day == BEGAN.date() + timedelta(days=1)
    # a pause after each outage that was met, none for a spent quota
    assert len(pauses) == sum(outage.calls[0] <= asked.total() for outage in outages) >= 5

    found = duckdb.connect(str(tmp_path / "warehouse.duckdb"))
    stored = windows_stored(found)
    assert not stored - asked
    # every other call checked a report's fields, met an outage or a spent quota, or was not stored before the kill
    others = len(REPORTS) + len(pauses) + ends.count("quota")
    assert 1 <= calls - stored.total() - others <= ANSWERS_PER_LOAD

    smooth = new_warehouse(threads=1)
    with reading(visits, ads, last_day) as (source, server):
        assert not any(outcome.failure for outcome in run(smooth, source, "smooth", last_day))
        print(
            f"\na backfill of {DAYS} days of {len(REPORTS)} reports: {server.quota.spent} tokens, {spent} with restarts"
        )
    for report in REPORTS:
        assert rows_of(found, report) == rows_of(smooth, report) != []
        readings = found.execute(
            """select cast(p.part as date), l.business_date from meta.load_part as p
            inner join meta.load as l on l.load_id = p.load_id where p.object = ? order by all""",
            [report.object],
        ).fetchall()
        # only what could still change was read again
        for _, same_day in groupby(readings, lambda reading_of: reading_of[0]):
            for (day, read_on), (_, again_on) in zip(earlier := list(same_day), earlier[1:], strict=False):
                assert (min(again_on, read_on + timedelta(days=1)) - day).days <= CONFIG.lookback_days
