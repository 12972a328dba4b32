"""Derived requests night by night: history once, young periods again, and on where a spent quota cut a night off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import duckdb
import pytest
from ga4_reading import reading
from ga4_truth import FIRST, session
from nightly import new_warehouse

from pipelines.configuration.sources import Ga4
from pipelines.failures import NotThereYet
from pipelines.ga4 import Ga4Source
from pipelines.ga4_forms import PeriodReport
from pipelines.ga4_periods import Question
from pipelines.intake import Night, asked_questions, due_questions, take_in_periods
from pipelines.sandbox.ga4_faults import CollapsedDay, Failure
from pipelines.sandbox.ga4_wordings import PROJECT_HOUR

REPORTS = (
    PeriodReport("day", "total", "all"),
    PeriodReport("week", "channel", "all"),
    PeriodReport("month", "channel", "all"),
)
TODAY = date(2026, 6, 24)
CONFIG = Ga4(start_date=FIRST)
VISITS = [
    session(FIRST + timedelta(days=day), visitor_id=visitor, channel="Direct" if visitor % 2 else "Email")
    for day in range(23)
    for visitor in range(1 + day % 3)
]


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(new_warehouse()) as connection:
        yield connection


def night(warehouse: duckdb.DuckDBPyConnection, source: Ga4Source, today: date = TODAY, run_id: str = "a run") -> str:
    asked = due_questions(warehouse, REPORTS, CONFIG, today)
    outcomes = take_in_periods(warehouse, lambda: source, asked, Night(run_id, today, False))
    return outcomes[-1].state if outcomes else "nothing was due"


def asked_parts(asked: list[Question]) -> set[str]:
    return {report.part(period) for question in asked for report, period in question.asked}


def stored(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return warehouse.execute(
        """select r.* exclude (load_id, is_new_key) from raw.ga4_period as r
        inner join (
            select part, max(load_id) as load_id from meta.load_part
            where object = 'ga4.period' and state = 'accepted' group by part
        ) as p on p.part = r.part and p.load_id = r.load_id order by all"""
    ).fetchall()


def test_the_first_night_asks_for_all_periods_since_the_start_and_the_next_for_young_ones_only(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    with reading(VISITS) as (source, _):
        assert len(asked_parts(due_questions(warehouse, REPORTS, CONFIG, TODAY))) == 23 + 4 + 1
        assert night(warehouse, source) == "read"
    assert asked_parts(due_questions(warehouse, REPORTS, CONFIG, TODAY + timedelta(days=1))) == {
        *(f"day/total/all/2026-06-{day}" for day in (21, 22, 23, 24)),
        "week/channel/all/2026-06-15",
        "week/channel/all/2026-06-22",
        "month/channel/all/2026-06-01",
    }


def test_nights_that_were_missed_are_made_up(warehouse: duckdb.DuckDBPyConnection) -> None:
    with reading(VISITS) as (source, _):
        night(warehouse, source)
    parts = asked_parts(due_questions(warehouse, REPORTS, CONFIG, TODAY + timedelta(days=10)))
    assert {part for part in parts if part.startswith("day")} == {
        f"day/total/all/{date(2026, 6, 21) + timedelta(days=number)}" for number in range(13)
    }


def test_a_slice_that_a_kpi_begins_to_name_is_read_for_the_whole_past(warehouse: duckdb.DuckDBPyConnection) -> None:
    with reading(VISITS) as (source, _):
        night(warehouse, source)
    later = TODAY + timedelta(days=40)
    parts = asked_parts(due_questions(warehouse, [PeriodReport("week", "device", "all")], CONFIG, later))
    assert min(parts) == "week/device/all/2026-06-01"
    assert len(parts) == 9


def test_a_cohort_is_asked_for_once_all_of_it_was_followed_and_until_nothing_changes(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    cohort = [PeriodReport("month", "total", "cohort")]
    config = Ga4(start_date=date(2026, 5, 10))
    followed = date(2026, 6, 30) + timedelta(days=60)

    def asked(today: date) -> set[str]:
        questions = due_questions(warehouse, cohort, config, today)
        with reading(VISITS, clock=today) as (source, _):
            take_in_periods(warehouse, lambda: source, questions, Night(str(today), today, False))
        return asked_parts(questions)

    may, june = "month/total/cohort/2026-05-01", "month/total/cohort/2026-06-01"
    assert asked(followed) == {may}
    assert asked(followed + timedelta(days=1)) == {june}
    assert asked(followed + timedelta(days=3)) == {june}
    assert asked(followed + timedelta(days=6)) == {june}
    assert asked(followed + timedelta(days=7)) == set()
    named = asked_questions(cohort, (date(2026, 6, 5), date(2026, 7, 5)), followed + timedelta(days=7))
    assert asked_parts(named) == {june}


def test_an_event_that_gets_another_name_is_asked_for_in_the_whole_past(warehouse: duckdb.DuckDBPyConnection) -> None:
    def asked(event: str, today: date) -> set[str]:
        reports = [PeriodReport("month", "channel", "eventName", (event,))]
        questions = due_questions(warehouse, reports, Ga4(start_date=date(2026, 3, 1)), today)
        with reading(VISITS) as (source, _):
            take_in_periods(warehouse, lambda: source, questions, Night(event, today, False))
        return asked_parts(questions)

    assert len(asked("generate_lead", TODAY)) == 4
    assert len(asked("generate_lead", TODAY + timedelta(days=1))) == 1
    assert len(asked("form_sent", TODAY + timedelta(days=1))) == 4


def test_until_a_night_has_answered_everything_its_periods_are_as_old_as_the_night_before(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.intake.ga4_periods.QUESTIONS_AT_A_TIME", 1)
    whole = "select max(business_date) from meta.load where object = 'ga4.period_night'"
    with reading(VISITS) as (source, server):
        night(warehouse, source)
        server.plan(Failure("RESOURCE_EXHAUSTED", PROJECT_HOUR, calls=(2,), method="BatchRunReports"))
        assert night(warehouse, source, TODAY + timedelta(days=1), "a cut night") == "unavailable"
    assert warehouse.execute(whole).fetchall() == [(TODAY,)]


def test_a_night_that_a_spent_quota_cut_off_goes_on_where_it_ended(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.intake.ga4_periods.QUESTIONS_AT_A_TIME", 1)
    spent = Failure("RESOURCE_EXHAUSTED", PROJECT_HOUR, calls=(2,), method="BatchRunReports")
    with reading(VISITS, faults=[spent]) as (source, server):
        assert night(warehouse, source) == "unavailable"
        before = len(server.calls)
        assert night(warehouse, source, run_id="an hour later") == "read"
        again = server.calls[before:]
    with closing(new_warehouse()) as undisturbed, reading(VISITS) as (source, server):
        night(undisturbed, source)
        assert stored(warehouse) == stored(undisturbed) != []
        whole = [call for call in server.calls if call.method == "BatchRunReports"]
    # only the days that are still young were asked for a second time
    batches = [call for call in again if call.method == "BatchRunReports"]
    assert len(batches) == len(whole)
    assert batches[0].request.requests[0].date_ranges[0].start_date == "2026-06-20"


def test_fields_are_checked_as_a_whole_before_their_first_reading_only(warehouse: duckdb.DuckDBPyConnection) -> None:
    with reading(VISITS) as (source, server):
        night(warehouse, source)
        night(warehouse, source, run_id="again")
        checked = [call for call in server.calls if call.method == "CheckCompatibility"]
    assert len(checked) == 2


def test_what_it_used_of_the_quota_is_kept_with_the_run(warehouse: duckdb.DuckDBPyConnection) -> None:
    with reading(VISITS) as (source, _):
        night(warehouse, source)
    kept = warehouse.execute("select bucket, consumed > 0, remaining < 200000 from meta.quota where run_id = 'a run'")
    assert ("tokens_per_day", True, True) in kept.fetchall()


def test_after_a_refusal_for_want_of_quota_nothing_else_is_asked(warehouse: duckdb.DuckDBPyConnection) -> None:
    spent = Failure("RESOURCE_EXHAUSTED", PROJECT_HOUR, calls=(), method="BatchRunReports")
    with reading(VISITS, faults=[spent]) as (source, server):
        asked = due_questions(warehouse, REPORTS, CONFIG, TODAY)
        first = take_in_periods(warehouse, lambda: source, asked, Night("a run", TODAY, False))
        calls = len(server.calls)
        second = take_in_periods(warehouse, lambda: source, asked, Night("a run", TODAY, False))
        assert len(server.calls) == calls
    assert isinstance(first[0].failure, NotThereYet)
    assert "was not asked for" in second[0].message


def test_a_person_who_names_a_day_gets_every_period_that_holds_it_whole() -> None:
    asked = asked_questions(REPORTS, (date(2026, 6, 10), date(2026, 6, 10)), TODAY)
    spans = {
        report.name: (str(period.first_day), str(period.last_day)) for one in asked for report, period in one.asked
    }
    assert spans == {
        "day/total/all": ("2026-06-10", "2026-06-10"),
        "week/channel/all": ("2026-06-08", "2026-06-14"),
        "month/channel/all": ("2026-06-01", "2026-06-23"),
    }


def test_a_month_whose_users_fell_below_half_is_refused_and_the_stored_one_stays(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    crowd = [session(FIRST, visitor_id=number) for number in range(300)]
    with reading(crowd) as (source, server):
        night(warehouse, source)
        before = stored(warehouse)
        server.plan(CollapsedDay(FIRST))
        night(warehouse, source, run_id="the night of the collapse")
    refused = "select part from meta.load_part where object = 'ga4.period' and state = 'refused'"
    assert warehouse.execute(refused).fetchall() == [("month/channel/all/2026-06-01",)]
    assert stored(warehouse) == before
