"""What is never summed is asked of GA4 for every grain and slice that a KPI names, in as few requests as it takes."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from ga4_reading import reading
from ga4_truth import FIRST, session
from hypothesis import given
from hypothesis import strategies as st
from nightly import shipped_project

from pipelines.configuration.sources import Ga4
from pipelines.failures import SourceUnavailable
from pipelines.ga4_forms import DIMENSION_OF_SLICE, PeriodReport
from pipelines.ga4_period_reading import read_periods
from pipelines.ga4_periods import (
    DAYS_PER_REQUEST,
    GRAINS,
    RANGES_PER_REQUEST,
    derived_reports,
    period_start,
    periods_between,
    questions,
)
from pipelines.kpi_parts import Measure
from pipelines.sandbox.ga4_faults import RolledUp, Shortened

FETCHED = {
    "users": "all",
    "returning_users": "newVsReturning",
    "lead_users": "eventName",
    "event_users": "eventName",
    "content_new_users": "content",
    "retained_visitors": "cohort",
}
MEASURES = {
    name: Measure(name, "measures.any", ((("ga4",),),), False, {}, False, False, form) for name, form in FETCHED.items()
} | {"sessions": Measure("sessions", "measures.traffic", ((("ga4",),),), True, {}, False, True)}
ADDED_UP = {"blog_views": "blog", "cta_clicks": "calls", "conversions": "eventName"}
MEASURES |= {
    name: Measure(name, "measures.any", ((("ga4",),),), True, {}, False, True, form) for name, form in ADDED_UP.items()
}
GA4 = Ga4()
DAYS = st.dates(min_value=date(2023, 1, 1), max_value=date(2027, 12, 31))


def kpi(numerator: str, denominator: str | None = None, **slices_by_grain: tuple[str, ...]) -> Any:
    definition = SimpleNamespace(measures=(numerator, denominator) if denominator else (numerator,))
    return SimpleNamespace(definitions=(definition,), slices_by_grain=slices_by_grain)


def names(*kpis: Any) -> set[str]:
    return {report.name for report in derived_reports(kpis, MEASURES, GA4)}


# ---- which requests follow from the catalogue ----


def test_an_entry_asks_for_exactly_the_grains_and_slices_that_it_names() -> None:
    assert names(kpi("users", day=("total",), month=("total", "channel"))) == {
        "day/total/all",
        "month/total/all",
        "month/channel/all",
    }


def test_a_measure_that_can_be_summed_asks_for_nothing() -> None:
    assert names(kpi("sessions", month=("total", "channel"))) == set()


def test_what_only_an_earlier_definition_counts_is_still_asked_for() -> None:
    redefined = kpi("sessions", month=("total",))
    redefined.definitions = (*kpi("users").definitions, *redefined.definitions)
    assert names(redefined) == {"month/total/all"}


def test_entries_that_need_the_same_answer_share_one_request() -> None:
    rate = kpi("returning_users", "users", month=("total",))
    assert names(kpi("users", month=("total",)), rate) == {"month/total/all", "month/total/newVsReturning"}


def test_conversions_are_asked_for_by_name_and_beside_all_visits() -> None:
    reports = derived_reports([kpi("lead_users", month=("landing_page",))], MEASURES, GA4)
    assert [(report.name, report.events) for report in reports] == [
        ("month/landing_page/all", ()),
        ("month/landing_page/eventName", tuple(sorted(GA4.event_names))),
    ]


def test_where_every_event_is_shown_no_name_is_left_out() -> None:
    asked = derived_reports(
        [kpi("event_users", day=("event_name",)), kpi("lead_users", day=("channel",))], MEASURES, GA4
    )
    assert {report.name: report.events for report in asked if report.form == "eventName"} == {
        "day/total/eventName": (),
        "day/channel/eventName": tuple(sorted(GA4.event_names)),
    }


def test_the_shipped_catalogue_stays_within_the_limits_of_a_request() -> None:
    reports = shipped_project().period_reports
    assert {report.grain for report in reports} == set(GRAINS)
    assert {report.slice for report in reports} == set(DIMENSION_OF_SLICE)
    assert all(len(report.dimensions) <= 9 and len(report.metrics) <= 10 for report in reports)
    assert len({report.name for report in reports}) == len(reports)


def test_what_can_be_summed_is_asked_for_by_day_and_channel_or_by_month_for_a_long_tail() -> None:
    assert names(kpi("blog_views", year=("total", "channel"))) == {"day/channel/blog"}
    assert names(kpi("conversions", month=("device", "campaign", "landing_page"))) == {
        "day/device/eventName",
        "day/campaign/eventName",
        "month/landing_page/eventName",
    }


def test_visits_of_a_set_of_pages_are_asked_for_without_all_visits_beside_them() -> None:
    (report,) = derived_reports([kpi("content_new_users", month=("total",))], MEASURES, GA4)
    assert (report.name, report.pages, report.page_field) == ("month/total/content", GA4.pages.content, "landingPage")


def test_visitors_are_followed_without_all_visits_beside_them() -> None:
    assert names(kpi("retained_visitors", month=("total", "channel"))) == {"month/total/cohort", "month/channel/cohort"}


def test_clicks_come_with_the_views_of_the_pages_that_show_what_is_clicked() -> None:
    (report,) = derived_reports([kpi("cta_clicks", day=("total",))], MEASURES, GA4)
    assert (report.events, report.pages) == (("page_view", "screen_view", "cta_click"), ("*",))


# ---- periods ----


@given(DAYS, st.sampled_from(GRAINS), st.integers(min_value=0, max_value=800))
def test_periods_cover_a_span_without_gap_or_overlap(first: date, grain: str, days: int) -> None:
    last = first + timedelta(days=days)
    periods = list(periods_between(grain, first, last))
    assert periods[0].first_day == period_start(grain, first) <= first
    assert periods[-1].last_day == last
    for before, after in pairwise(periods):
        assert before.last_day + timedelta(days=1) == after.first_day == period_start(grain, after.first_day)


def test_quarters_and_years_that_are_not_over_end_yesterday() -> None:
    (quarter,) = periods_between("quarter", date(2026, 11, 3), date(2026, 11, 5))
    assert (quarter.first_day, quarter.last_day) == (date(2026, 10, 1), date(2026, 11, 5))


# ---- requests ----


def due(*grains: str, first: date = FIRST, last: date = FIRST + timedelta(days=99)) -> list[Any]:
    reports = [PeriodReport(grain, "channel", "all") for grain in grains]
    return [(report, period) for report in reports for period in periods_between(report.grain, first, last)]


def test_running_week_month_quarter_and_year_are_one_request() -> None:
    asked = list(questions(due("week", "month", "quarter", "year", last=FIRST)))
    assert len(asked) == 1
    assert len(asked[0].ranges) == RANGES_PER_REQUEST


def test_days_in_a_row_are_asked_for_together_and_a_gap_parts_them() -> None:
    days = due("day", last=FIRST + timedelta(days=40))
    assert [len(question.asked) for question in questions(days)] == [DAYS_PER_REQUEST, 10]
    assert [len(question.asked) for question in questions([*days[:3], *days[5:7]])] == [3, 2]


@given(st.lists(st.sampled_from(GRAINS), unique=True, min_size=1), st.integers(min_value=0, max_value=120))
def test_every_due_period_is_asked_for_exactly_once(grains: list[str], days: int) -> None:
    wanted = due(*grains, last=FIRST + timedelta(days=days))
    asked = [pair for question in questions(wanted) for pair in question.asked]
    assert sorted(asked, key=repr) == sorted(wanted, key=repr)


# ---- answers ----

VISITS = [
    session(FIRST, visitor_id=1, channel="Direct"),
    session(FIRST, visitor_id=1, channel="Email", generate_lead_events=1),
    session(FIRST + timedelta(days=1), visitor_id=1, channel="Direct"),
    session(FIRST + timedelta(days=1), visitor_id=2, channel="AI Assistant", is_first_visit=True),
]


def rows_of(*reports: PeriodReport, last: date = FIRST + timedelta(days=1), **given: Any) -> list[dict[str, Any]]:
    wanted = [(report, period) for report in reports for period in periods_between(report.grain, FIRST, last)]
    with reading(VISITS, **given) as (source, _):
        return read_periods(source, list(questions(wanted))).rows.to_pylist()


def users(rows: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    return {(row["part"].rpartition("/")[2], row["member"] or row["split_member"]): row["total_users"] for row in rows}


def test_a_visitor_of_two_days_and_two_channels_is_one_of_the_month() -> None:
    day, month = PeriodReport("day", "total", "all"), PeriodReport("month", "total", "all")
    by_channel = PeriodReport("month", "channel", "all")
    assert users(rows_of(day)) == {("2026-06-01", ""): 1, ("2026-06-02", ""): 2}
    assert users(rows_of(month)) == {("2026-06-01", ""): 2}
    assert users(rows_of(by_channel)) == {
        ("2026-06-01", "AI Assistant"): 1,
        ("2026-06-01", "Direct"): 1,
        ("2026-06-01", "Email"): 1,
    }


def test_grains_that_share_a_request_get_rows_of_their_own() -> None:
    rows = rows_of(PeriodReport("week", "total", "all"), PeriodReport("year", "total", "all"))
    assert {(row["grain"], str(row["period_start"]), row["total_users"], row["part"]) for row in rows} == {
        ("week", "2026-06-01", 2, "week/total/all/2026-06-01"),
        ("year", "2026-01-01", 2, "year/total/all/2026-01-01"),
    }


def test_sessions_with_an_event_come_by_its_name_and_others_are_not_asked_for() -> None:
    rows = rows_of(PeriodReport("month", "channel", "eventName", ("generate_lead",)))
    assert [(row["member"], row["split_member"], row["sessions"], row["new_users"]) for row in rows] == [
        ("Email", "generate_lead", 1, None)
    ]


def test_days_that_ga4_merged_into_one_row_are_asked_for_one_by_one() -> None:
    rows = rows_of(PeriodReport("day", "total", "all"), faults=[RolledUp("date", 1)])
    assert {(row["part"], row["period_start"], row["sessions"]) for row in rows} == {
        ("day/total/all/2026-06-01", FIRST, 2),
        ("day/total/all/2026-06-02", FIRST + timedelta(days=1), 2),
    }


def test_what_is_of_no_date_in_the_answer_for_one_day_is_of_that_day() -> None:
    rows = rows_of(PeriodReport("day", "total", "all"), last=FIRST, faults=[RolledUp("date", 0)])
    assert [(row["part"], row["sessions"]) for row in rows] == [("day/total/all/2026-06-01", 2)]


def test_only_the_pages_of_a_set_count_whatever_their_capitals() -> None:
    visits = [
        session(FIRST, visitor_id=1, landing_page="/Blog/a?x=1", is_first_visit=True),
        session(FIRST, visitor_id=2, landing_page="/blogger", is_first_visit=True),
    ]
    report = PeriodReport("month", "landing_page", "content", pages=("/blog/*",))
    asked = [(report, period) for period in periods_between("month", FIRST, FIRST)]
    with reading(visits) as (source, _):
        rows = read_periods(source, list(questions(asked))).rows.to_pylist()
    assert [(row["member"], row["new_users"], row["total_users"]) for row in rows] == [("/Blog/a", 1, None)]


def test_referrers_are_those_of_the_channel_referral() -> None:
    visits = [
        session(FIRST, channel="Referral", source="guild.example", landing_page="/a"),
        session(FIRST, channel="Organic Social", source="facebook.com", landing_page="/a"),
    ]
    asked = [
        (PeriodReport("month", "landing_page", form), period)
        for form in ("all", "referral")
        for period in periods_between("month", FIRST, FIRST)
    ]
    with reading(visits) as (source, _):
        rows = read_periods(source, list(questions(asked))).rows.to_pylist()
    assert [(row["form"], row["member"], row["split_member"], row["sessions"]) for row in rows] == [
        ("all", "/a", "", 2),
        ("referral", "/a", "guild.example", 1),
    ]


def test_cohorts_are_asked_for_without_a_range_and_each_gets_its_own_month() -> None:
    visits = [
        session(FIRST, visitor_id=1, is_first_visit=True, channel="Email"),
        session(date(2026, 7, 31), visitor_id=1, is_first_visit=False),
        session(date(2026, 7, 1), visitor_id=2, is_first_visit=True),
    ]
    report = PeriodReport("month", "channel", "cohort")
    asked = [(report, period) for period in periods_between("month", FIRST, date(2026, 7, 31))]
    with reading(visits, clock=date(2026, 10, 1)) as (source, server):
        arrival = read_periods(source, list(questions(asked)))
        (sent,) = server.calls[-1].request.requests
    assert [one.name for one in sent.dimensions] == ["cohort", "firstUserDefaultChannelGroup", "cohortNthMonth"]
    assert not sent.date_ranges
    assert sent.cohort_spec.cohorts_range.end_offset == 2
    assert {
        (row["part"], row["member"], row["split_member"], row["cohort_active_users"], row["total_users"])
        for row in arrival.rows.to_pylist()
    } == {
        ("month/channel/cohort/2026-06-01", "Email", "0000", 1, None),
        ("month/channel/cohort/2026-06-01", "Email", "0001", 1, None),
        ("month/channel/cohort/2026-07-01", "Direct", "0000", 1, None),
    }


def test_one_cohort_alone_is_of_the_month_that_was_asked_for() -> None:
    report = PeriodReport("month", "total", "cohort")
    asked = [(report, period) for period in periods_between("month", FIRST, date(2026, 6, 30))]
    with reading([session(FIRST, is_first_visit=True)], clock=date(2026, 10, 1)) as (source, _):
        rows = read_periods(source, list(questions(asked))).rows.to_pylist()
    assert [(row["part"], row["split_member"], row["cohort_total_users"]) for row in rows] == [
        ("month/total/cohort/2026-06-01", "0000", 1)
    ]


def test_other_pages_are_another_question() -> None:
    first, second = (PeriodReport("day", "channel", "blog", pages=(glob,)) for glob in ("/blog/*", "/news/*"))
    assert first.asked != second.asked


def test_other_events_are_another_question() -> None:
    first, second = (PeriodReport("month", "channel", "eventName", (name,)) for name in ("generate_lead", "form_sent"))
    assert first.asked != second.asked
    assert first.asked == PeriodReport("month", "channel", "eventName", ("generate_lead",)).asked


def test_an_address_in_a_campaign_name_and_a_query_behind_a_page_go_no_further() -> None:
    visit = session(FIRST, campaign="Invite jan.jansen@example.com", landing_page="/webinar?mc_eid=0123456789")
    reports = [PeriodReport("month", slice_, "all") for slice_ in ("campaign", "landing_page")]
    asked = [(report, period) for report in reports for period in periods_between("month", FIRST, FIRST)]
    with reading([visit]) as (source, _):
        rows = read_periods(source, list(questions(asked))).rows.to_pylist()
    assert [row["member"] for row in rows] == ["Invite (address)", "/webinar"]


def test_an_answer_that_lacks_rows_stores_nothing() -> None:
    with pytest.raises(SourceUnavailable, match=r"ga4.period: 2 of 3 rows of month/channel/all came"):
        rows_of(PeriodReport("month", "channel", "all"), faults=[Shortened(1)])
