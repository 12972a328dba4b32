"""GA4 as a source: the official client against the demo company's server, as a nightly run uses both."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from ga4_reading import LATER, NEXT, REPORT, ranges, read_one, reading
from ga4_truth import FIRST, ad, session, sessions_of
from google.analytics.data_v1beta.types import RunReportResponse

from pipelines.failures import DataFailed, WrongUse
from pipelines.ga4 import Ga4Source
from pipelines.ga4_replies import columns_of, with_parts
from pipelines.ga4_reports import REPORTS, Report
from pipelines.ga4_requests import report_request
from pipelines.loads import Occasion, store
from pipelines.sandbox.ga4_faults import (
    CollapsedDay,
    RolledUp,
    Sampled,
    Truncated,
    Withheld,
)
from pipelines.sandbox.ga4_server import Ga4Server


def offsets(server: Ga4Server) -> list[int]:
    return [call.request.offset for call in server.calls]


def test_an_arrival_has_the_columns_and_types_of_its_report() -> None:
    with reading(sessions_of(FIRST, 2), [ad()]) as (source, _):
        schemas = {report.name: read_one(source, report, FIRST, NEXT).rows.schema for report in REPORTS}

    assert schemas["cost_day"] == pa.schema(
        [
            ("property_id", pa.string()),
            ("date", pa.string()),
            ("session_default_channel_group", pa.string()),
            ("session_source", pa.string()),
            ("session_medium", pa.string()),
            ("session_campaign_id", pa.string()),
            ("session_campaign_name", pa.string()),
            ("advertiser_ad_cost", pa.float64()),
            ("advertiser_ad_clicks", pa.int64()),
            ("advertiser_ad_impressions", pa.int64()),
            ("part", pa.string()),
        ]
    )
    assert schemas["channel_day"].field("key_events").type == pa.float64()


def test_a_report_without_rows_has_the_same_columns_and_names_its_empty_days() -> None:
    with reading(sessions_of(FIRST, 1)) as (source, _):
        full = read_one(source, REPORT["channel_day"], FIRST, FIRST)
        empty = read_one(source, REPORT["channel_day"], NEXT, NEXT)

    assert empty.rows.num_rows == 0
    assert empty.rows.schema == full.rows.schema
    assert empty.parts_read == {"2026-06-02"}


def test_a_window_names_every_day_it_read() -> None:
    with reading(sessions_of(NEXT, 2)) as (source, _):
        arrival = read_one(source, REPORT["day_total"], FIRST, FIRST + timedelta(days=2))

    assert arrival.rows["part"].to_pylist() == ["2026-06-02"]
    assert arrival.parts_read == {"2026-06-01", "2026-06-02", "2026-06-03"}
    assert (arrival.object, arrival.table) == ("ga4.day_total", "raw.ga4_day_total")
    assert arrival.window == (FIRST, FIRST + timedelta(days=2))
    assert arrival.keep_unchanged


def test_a_long_window_is_asked_for_in_pieces_of_31_days() -> None:
    with reading(sessions_of(FIRST, 1)) as (source, server):
        arrivals = list(source.read(REPORT["day_total"], FIRST, FIRST + timedelta(days=69)))

    assert ranges(server) == [("2026-06-01", "2026-07-01"), ("2026-07-02", "2026-08-01"), ("2026-08-02", "2026-08-09")]
    assert [tuple(map(str, arrival.window or ())) for arrival in arrivals] == ranges(server)


def test_a_sampled_answer_is_asked_for_again_in_halves_down_to_one_day() -> None:
    visits = [one for number in range(5) for one in sessions_of(FIRST + timedelta(days=number), 1)]
    with reading(visits, faults=[Sampled(10, 100, longer_than_days=1)]) as (source, server):
        arrivals = list(source.read(REPORT["day_total"], FIRST, FIRST + timedelta(days=4)))

    lengths = [(date.fromisoformat(last) - date.fromisoformat(first)).days + 1 for first, last in ranges(server)]
    assert lengths == [5, 2, 1, 1, 1, 1, 1]
    assert [arrival.rows.num_rows for arrival in arrivals] == [1, 1, 1, 1, 1]
    assert not any(arrival.flags["is_sampled"] for arrival in arrivals)


def test_what_stays_sampled_on_a_single_day_is_kept_and_flagged() -> None:
    with reading(sessions_of(FIRST, 1), faults=[Sampled(10, 100)]) as (source, _):
        arrivals = list(source.read(REPORT["day_total"], FIRST, NEXT))

    assert [arrival.flags["is_sampled"] for arrival in arrivals] == [True, True]


def test_days_of_more_rows_than_a_page_are_asked_for_one_by_one() -> None:
    visits = [session(day, source=f"site-{number}") for day in (FIRST, NEXT) for number in range(3)]
    with reading(visits, rows_per_page=4) as (source, server):
        arrivals = list(source.read(REPORT["campaign_day"], FIRST, NEXT))

    assert [arrival.rows_read for arrival in arrivals] == [3, 3]
    assert ranges(server)[1:] == [("2026-06-01", "2026-06-01"), ("2026-06-02", "2026-06-02")]


def test_pages_are_put_together_in_one_order() -> None:
    visits = [session(source=f"site-{number}", visitor_id=number % 3) for number in range(11)]
    with reading(visits, rows_per_page=3) as (source, server):
        arrival = read_one(source, REPORT["campaign_day"], FIRST, FIRST)

    assert offsets(server) == [0, 3, 6, 9]
    assert sorted(arrival.rows["session_source"].to_pylist()) == sorted(f"site-{number}" for number in range(11))
    assert arrival.rows_read == 11


def test_every_request_names_the_currency_and_orders_by_all_dimensions() -> None:
    with reading() as (source, server):
        read_one(source, REPORT["landing_day"], FIRST, FIRST)

    asked = server.calls[0].request
    assert asked.currency_code == "EUR"
    assert [one.dimension.dimension_name for one in asked.order_bys] == list(REPORT["landing_day"].dimensions)


def test_what_an_answer_says_about_itself_is_kept() -> None:
    faults = [Sampled(10, 100), Withheld(1), RolledUp("deviceCategory", 1), Truncated()]
    with reading([session(), session(device="tablet"), session()], faults=faults) as (source, _):
        flags = read_one(source, REPORT["channel_day"], FIRST, FIRST).flags

    assert (flags["currency_code"], flags["time_zone"]) == ("EUR", "Europe/Amsterdam")
    doubts = ("data_loss_from_other_row", "subject_to_thresholding", "is_sampled", "is_truncated")
    assert all(flags[doubt] for doubt in doubts)
    (request,) = flags["requests"]
    assert (request["from"], request["to"], request["rows"]) == ("2026-06-01", "2026-06-01", 2)
    assert request["quota_remaining"]["tokens_per_project_per_hour"] == 13_998
    assert request["sampling"] == [[10, 100]]
    assert request["truncation"] == ["date_range: Data is not available before the retention date."]


def test_an_address_in_a_campaign_is_masked() -> None:
    with reading([session(campaign="mail to jan.jansen@example.org today")]) as (source, _):
        rows = read_one(source, REPORT["campaign_day"], FIRST, FIRST).rows

    assert rows["session_campaign_name"].to_pylist() == ["mail to (address) today"]


def test_a_page_keeps_its_campaign_and_loses_the_link_of_one_person() -> None:
    page = "/offer?mc_eid=a1b2c3&utm_source=news&mc_cid=77&email=jan%40example.org"
    report = Report("page", ("date", "landingPagePlusQueryString"), ("sessions",))
    with reading([session(landing_page=page)]) as (source, _):
        rows = read_one(source, report, FIRST, FIRST).rows

    assert rows["landing_page_plus_query_string"].to_pylist() == ["/offer?utm_source=news&mc_cid=77"]


def test_rows_without_a_date_belong_to_the_only_day_that_was_asked_for() -> None:
    visits = [*sessions_of(FIRST, 3), session(NEXT)]
    with reading(visits, faults=[RolledUp("date", 0)]) as (source, _):
        arrivals = list(source.read(REPORT["day_total"], FIRST, NEXT))

    rows = [arrival.rows.select(["date", "part", "sessions"]).to_pylist() for arrival in arrivals]
    assert [tuple(row.values()) for (row,) in rows] == [("(other)", "2026-06-01", 3), ("(other)", "2026-06-02", 1)]


def test_a_channel_that_nobody_knows_yet_comes_through_as_it_is() -> None:
    with reading([session(channel="AI Assistant"), session(channel="Onze partners")]) as (source, _):
        rows = read_one(source, REPORT["channel_day"], FIRST, FIRST).rows

    assert rows["session_default_channel_group"].to_pylist() == ["AI Assistant", "Onze partners"]


def test_a_row_of_a_day_that_was_not_asked_for_is_an_error() -> None:
    rows = pa.table({"date": ["20260603"]})

    with pytest.raises(DataFailed, match="20260603 came, although 2026-06-01 to 2026-06-02"):
        with_parts(rows, REPORT["day_total"], (FIRST, NEXT))


def test_an_unknown_kind_of_metric_is_read_as_a_number() -> None:
    reply = RunReportResponse.pb()()
    reply.dimension_headers.add(name="date")
    reply.metric_headers.add(name="sessions", type_=12)
    row = reply.rows.add()
    row.dimension_values.add(value="20260601")
    row.metric_values.add(value="1.5")

    assert columns_of(reply, Report("any", ("date",), ("sessions",)))["sessions"].to_pylist() == [1.5]


@pytest.mark.parametrize("value", ["", "(other)", "1.5"])
def test_an_integer_that_is_none_is_an_error(value: str) -> None:
    reply = RunReportResponse.pb()()
    reply.dimension_headers.add(name="date")
    reply.metric_headers.add(name="sessions", type_=1)
    row = reply.rows.add()
    row.dimension_values.add(value="20260601")
    row.metric_values.add(value=value)

    with pytest.raises(DataFailed, match="a value is no number"):
        columns_of(reply, Report("any", ("date",), ("sessions",)))


def stored(warehouse: duckdb.DuckDBPyConnection, source: Ga4Source, clock: date) -> Any:
    arrival = read_one(source, REPORT["channel_day"], FIRST, NEXT)
    (outcome,) = store(warehouse, [arrival], Occasion("ga4", f"run-{clock}", clock, None))  # type: ignore[arg-type]
    return outcome


def test_late_visits_replace_a_day_until_it_stays(warehouse: duckdb.DuckDBPyConnection) -> None:
    clock = [NEXT]
    late = [session(FIRST, visitor_id=days, arrives_after_days=days) for days in range(4)]
    outcomes = []
    with reading(late, clock=lambda: clock[0]) as (source, _):
        for night in range(6):
            clock[0] = NEXT + timedelta(days=night)
            outcomes.append(stored(warehouse, source, clock[0]))

    assert [outcome.rows_new + outcome.rows_changed for outcome in outcomes] == [1, 1, 1, 1, 0, 0]
    assert warehouse.execute("select sessions from raw.ga4_channel_day order by load_id").fetchall() == [
        (1,),
        (2,),
        (3,),
        (4,),
    ]


def test_a_collapsed_day_is_refused_and_a_small_one_is_not(warehouse: duckdb.DuckDBPyConnection) -> None:
    visits = [*sessions_of(FIRST, 120), *sessions_of(NEXT, 60)]
    with reading(visits) as (source, server):
        stored(warehouse, source, LATER)
        server.plan(CollapsedDay(FIRST), CollapsedDay(NEXT))
        outcome = stored(warehouse, source, LATER)

    assert outcome.parts_refused == 1
    assert outcome.refusals[0].startswith("2026-06-01: fell from 120")


def test_the_property_tells_its_fields_and_its_zone() -> None:
    with reading() as (source, _):
        assert "sessions" in [one.api_name for one in source.metadata().metrics]
        assert source.time_zone() == "Europe/Amsterdam"


def test_every_answer_adds_to_what_was_used_of_the_quotas() -> None:
    with reading() as (source, server):
        read_one(source, REPORT["shop_day"], FIRST, FIRST)
        source.batch(
            [report_request(source.property_name, ("date",), ("sessions",), [(FIRST, NEXT)])] * 2, "ga4.period"
        )
        noted = source.quota.taken()

    tokens = {(one.object, one.consumed, one.remaining) for one in noted if one.name == "tokens_per_day"}
    assert tokens == {("ga4.shop_day", 1, 199_999), ("ga4.period", 2, 199_997)}
    assert len({one.name for one in noted}) == 6
    assert server.quota.spent == 3
    assert source.quota.taken() == []


def test_every_report_is_compatible_as_a_whole() -> None:
    with reading() as (source, _):
        for report in REPORTS:
            source.check(report)


def test_a_report_that_does_not_go_together_is_told_by_the_server() -> None:
    with reading() as (source, _), pytest.raises(WrongUse, match="Please add sessionCampaignName"):
        source.check(Report("cost", ("date",), ("advertiserAdCost",)))
