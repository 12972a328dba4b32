"""A GA4 report into the warehouse: what is checked before, what is kept of answers, what a failure leaves behind."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from ga4_reading import NEXT, REPORT, ranges, reading
from ga4_truth import FIRST, session, sessions_of

from pipelines.cli.reading import STATUS_QUERIES
from pipelines.failures import DataFailed, NotThereYet, WrongUse
from pipelines.ga4 import Ga4Source
from pipelines.ga4_reports import Report
from pipelines.intake import Night, Outcome, create_raw_tables, failures_of, quota_left, take_in_report
from pipelines.sandbox.ga4_faults import Failure, Moved
from pipelines.sandbox.ga4_quota import Quota

SHOP, CHANNELS = REPORT["shop_day"], REPORT["channel_day"]
NIGHT = Night("run", FIRST + timedelta(days=30), hold_on_failure=False)
QUARTER = (FIRST, FIRST + timedelta(days=92))


@pytest.fixture
def raw(warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    create_raw_tables(warehouse)
    return warehouse


def taken_in(
    connection: duckdb.DuckDBPyConnection,
    source: Ga4Source,
    window: tuple[date, date] = (FIRST, NEXT),
    report: Report = SHOP,
    **more: Any,
) -> Outcome:
    return take_in_report(connection, lambda: source, report, [window], NIGHT, **more)


def methods(server: Any) -> list[str]:
    return [call.method for call in server.calls]


def days_stored(connection: duckdb.DuckDBPyConnection, report: Report = SHOP) -> int:
    query = "select count(distinct part) from meta.load_part where object = ?"
    ((count,),) = connection.execute(query, [report.object]).fetchall()
    return int(count)


def test_a_sign_in_that_fails_is_the_sources_failure_and_not_the_end_of_the_night(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    def refused() -> Ga4Source:
        raise WrongUse("GOOGLE_APPLICATION_CREDENTIALS", "there is no key file", "set it")

    outcome = take_in_report(warehouse, refused, SHOP, [(FIRST, FIRST)], NIGHT)
    assert outcome.state == "failed"
    assert failures_of(warehouse, "run") == [("ga4", "GOOGLE_APPLICATION_CREDENTIALS: there is no key file: set it")]


def test_a_company_that_holds_on_failure_hears_of_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    night = Night("run", NIGHT.business_date, hold_on_failure=True)
    with reading(faults=[Failure("PERMISSION_DENIED", "no", calls=())]) as (source, _), pytest.raises(WrongUse):
        take_in_report(warehouse, lambda: source, SHOP, [(FIRST, NEXT)], night)


def test_a_report_is_not_asked_for_when_ga4_did_not_answer_before_in_the_run(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("insert into meta.source_outcome (run_id, source, state) values ('run', 'ga4', 'unavailable')")
    with reading() as (source, server):
        outcome = taken_in(warehouse, source)
    assert "was not asked for" in outcome.message
    assert server.calls == []


def test_fields_are_checked_as_a_whole_before_the_first_read_and_when_they_change(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    with reading(sessions_of(FIRST, 2)) as (source, server):
        taken_in(raw, source)
        taken_in(raw, source)
        assert methods(server) == ["CheckCompatibility", "RunReport", "RunReport"]
        taken_in(raw, source, report=Report("shop_day", SHOP.dimensions, SHOP.metrics[:2]))
        assert methods(server)[3:] == ["CheckCompatibility", "RunReport"]


def test_fields_that_do_not_go_together_are_refused_with_ga4s_advice_and_nothing_is_read(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    with reading() as (source, server):
        outcome = taken_in(raw, source, report=Report("cost_day", ("date",), ("advertiserAdCost",)))
    assert isinstance(outcome.failure, WrongUse)
    assert "ga4.cost_day: 400 Please add sessionCampaignName" in outcome.message
    assert methods(server) == ["CheckCompatibility"]


def test_a_few_answers_are_a_load_of_their_own_and_what_was_said_of_them_lies_beside(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    with reading(sessions_of(FIRST, 2, checkouts=1)) as (source, _):
        outcome = taken_in(raw, source, (FIRST, FIRST + timedelta(days=31 * 4)))
    loads = raw.execute(
        """select cast(window_from as varchar), cast(window_to as varchar), json_array_length(flags, '$.requests')
        from meta.load where object = 'ga4.shop_day' order by load_id"""
    ).fetchall()
    assert loads == [("2026-06-01", "2026-10-02", 4), ("2026-10-03", "2026-10-03", 1)]
    assert outcome.message == "ga4.shop_day: 1 new or changed rows"
    assert raw.execute("select count(*), bool_or(is_sampled) from raw.ga4_answer").fetchall() == [(125, False)]


def test_stretches_of_days_that_do_not_touch_are_loads_of_their_own(raw: duckdb.DuckDBPyConnection) -> None:
    with reading(sessions_of(FIRST, 2)) as (source, _):
        days = [(FIRST, FIRST), (FIRST + timedelta(days=5), FIRST + timedelta(days=6))]
        take_in_report(raw, lambda: source, SHOP, days, NIGHT)
    loads = raw.execute("select window_from, window_to from meta.load where object = 'ga4.shop_day' order by load_id")
    assert loads.fetchall() == days


def test_what_was_stored_before_a_quota_is_spent_stays_and_the_rest_is_read_next_time(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    quota = Quota(tokens_per_project_per_hour=3)
    with reading(sessions_of(FIRST, 2), quota=quota) as (source, server):
        outcome = taken_in(raw, source, QUARTER)
        assert isinstance(outcome.failure, NotThereYet)
        assert days_stored(raw) == 62
        assert "tokens for a project per hour" in outcome.message
        assert len(ranges(server)) == 3


def test_an_answer_that_cannot_be_stored_leaves_the_answers_before_it(raw: duckdb.DuckDBPyConnection) -> None:
    with reading(sessions_of(FIRST, 2), faults=[Failure("INVALID_ARGUMENT", "no", calls=(2,))]) as (source, _):
        outcome = taken_in(raw, source, QUARTER)
    assert outcome.state == "failed"
    assert days_stored(raw) == 31
    assert raw.execute("select count(*) from raw.ga4_answer").fetchall() == [(31,)]


def test_a_column_that_changed_its_type_is_a_failure_of_the_source_and_nothing_of_it_is_stored(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    raw.execute("alter table raw.ga4_channel_day alter sessions type varchar")
    with reading(sessions_of(FIRST, 2)) as (source, _):
        outcome = taken_in(raw, source, report=CHANNELS)
    assert isinstance(outcome.failure, DataFailed) and "sessions was VARCHAR and is now BIGINT" in outcome.message
    assert raw.execute("select count(*) from meta.load").fetchall() == [(0,)]


def test_a_property_that_moves_to_another_zone_is_refused_until_the_configuration_says_so(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    with reading([session()]) as (source, server):
        taken_in(raw, source)
        server.plan(Moved("America/New_York"))
        refused = taken_in(raw, source, (NEXT, NEXT))
        accepted = taken_in(raw, source, (NEXT, NEXT), time_zone="America/New_York")
        after = taken_in(raw, source, (NEXT, NEXT))
    assert isinstance(refused.failure, DataFailed)
    assert "counts its days in America/New_York, expected was Europe/Amsterdam" in refused.message
    assert "`time_zone: America/New_York` under ga4 in sources.yaml" in refused.message
    assert (accepted.failure, after.failure) == (None, None)


def test_a_zone_that_the_configuration_does_not_name_is_refused_from_the_first_read_on(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    with reading([session()]) as (source, _):
        outcome = taken_in(raw, source, time_zone="America/New_York")
    assert "counts its days in Europe/Amsterdam, expected was America/New_York" in outcome.message


def test_what_an_answer_says_of_its_zone_and_fields_is_kept_with_the_load(raw: duckdb.DuckDBPyConnection) -> None:
    with reading([session()]) as (source, _):
        taken_in(raw, source)
    ((flags,),) = raw.execute("select flags from meta.load where object = 'ga4.shop_day'").fetchall()
    kept = json.loads(flags)
    assert (kept["currency_code"], kept["time_zone"]) == ("EUR", "Europe/Amsterdam")
    assert len(kept["fields_hash"]) == 16


def test_what_a_report_used_of_the_quotas_is_kept_by_bucket_even_when_it_failed(raw: duckdb.DuckDBPyConnection) -> None:
    with reading(quota=Quota(tokens_per_project_per_hour=3)) as (source, server):
        taken_in(raw, source, QUARTER)
    rows = raw.execute("select bucket, consumed, remaining from meta.quota where object = 'ga4.shop_day'").fetchall()
    assert len(rows) == 6
    assert ("tokens_per_project_per_hour", 2, 0) in rows
    # the check of the fields cost a token too, of which no answer tells
    assert server.quota.spent == 3
    assert "tokens_per_day: 2 used, 199997 left" in quota_left(raw, "run", "ga4.shop_day")


def test_status_shows_what_the_last_run_used_and_what_is_left(raw: duckdb.DuckDBPyConnection) -> None:
    with reading() as (source, _):
        for report in (SHOP, CHANNELS):
            taken_in(raw, source, report=report)
    shown = raw.execute(STATUS_QUERIES["ga4 quota"]).fetchall()
    # two reports of 1 and 2 tokens, and one token for the check of each
    assert ("tokens_per_hour", 3, 39_995) in [row[:3] for row in shown]
    assert len(shown) == 6
