"""The demo company's GA4: what a client without any kindness sees over gRPC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ga4_truth import FIRST, PROPERTY, ZONE, ad, session, sessions_of, truth_of
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.types import RunReportResponse
from google.api_core import exceptions as api

from pipelines.ga4_client import local_client
from pipelines.sandbox.ga4_faults import (
    CollapsedDay,
    Failure,
    Hidden,
    Moved,
    Renamed,
    RolledUp,
    Sampled,
    Truncated,
    Withheld,
)
from pipelines.sandbox.ga4_query import double_text
from pipelines.sandbox.ga4_quota import Quota
from pipelines.sandbox.ga4_server import serve_ga4

LATER = FIRST + timedelta(days=30)
NAME = f"properties/{PROPERTY}"
JUNE = {"start_date": "2026-06-01", "end_date": "2026-06-30"}


class Asked:
    """A client and its server, asked with as few words as possible."""

    def __init__(self, client: BetaAnalyticsDataClient) -> None:
        self.client = client

    def reply(self, dimensions: str = "", metrics: str = "", **more: Any) -> RunReportResponse:
        return self.client.run_report(request(dimensions, metrics, **more), timeout=10)

    def rows(self, dimensions: str = "", metrics: str = "", **more: Any) -> list[tuple[str, ...]]:
        return texts(self.reply(dimensions, metrics, **more).rows)

    def refusal(self, dimensions: str = "", metrics: str = "", **more: Any) -> str:
        with pytest.raises(api.InvalidArgument) as caught:
            self.reply(dimensions, metrics, **more)
        return str(caught.value.message)


def request(dimensions: str, metrics: str, **more: Any) -> dict[str, Any]:
    return {
        "property": NAME,
        "dimensions": [{"name": one} for one in dimensions.split()],
        "metrics": [{"name": one} for one in metrics.split()],
        "date_ranges": [JUNE],
        **more,
    }


def texts(rows: Any) -> list[tuple[str, ...]]:
    return [tuple(one.value for one in (*row.dimension_values, *row.metric_values)) for row in rows]


def is_text(field: str, value: str, **more: Any) -> dict[str, Any]:
    return {"filter": {"field_name": field, "string_filter": {"value": value, **more}}}


def cohorts(*first_visits: dict[str, str], steps: int = 2, **more: Any) -> dict[str, Any]:
    named = [{"dimension": "firstSessionDate", "date_range": dates} for dates in first_visits]
    return {"cohorts": named, "cohorts_range": {"granularity": "MONTHLY", "end_offset": steps}, **more}


@contextmanager
def asking(sessions: Any = (), ads: Any = (), clock: Any = LATER, **more: Any) -> Iterator[Asked]:
    with serve_ga4(truth_of(sessions, ads), clock, **more) as server:
        client = local_client(server.endpoint, "grpc")
        yield Asked(client)
        client.transport.close()


@pytest.fixture(scope="module")
def shop() -> Iterator[Asked]:
    """Visitor 1 comes on two days and buys on both, visitor 2 comes twice on one day, visitor 3 bounces."""
    buying = {"purchases": 1, "revenue_eur": 19.99, "key_events": 1.5, "checkouts": 1}
    visits = [
        session(FIRST, visitor_id=1, is_first_visit=True, channel="Email", **buying),
        session(FIRST + timedelta(days=1), visitor_id=1, channel="Direct", **buying),
        session(FIRST, visitor_id=2, channel="Email", device="mobile"),
        session(FIRST, visitor_id=2, channel="Organic Search", generate_lead_events=1, key_events=1.0),
        session(FIRST, visitor_id=3, channel="Organic Search", engaged=False, page_views=1),
    ]
    with asking(visits, [ad(), ad(FIRST, currency="USD", cost=Decimal("10.00"), campaign="Summer")]) as asked:
        yield asked


def test_users_of_two_channels_are_more_than_the_users_of_both(shop: Asked) -> None:
    by_channel = shop.rows("sessionDefaultChannelGroup", "totalUsers")

    assert dict(by_channel) == {"Direct": "1", "Email": "2", "Organic Search": "2"}
    assert shop.rows("", "totalUsers") == [("3",)]


def test_users_of_two_days_are_more_than_the_users_of_the_month(shop: Asked) -> None:
    assert sorted(shop.rows("date", "totalUsers")) == [("20260601", "3"), ("20260602", "1")]
    assert shop.rows("yearMonth", "totalUsers") == [("202606", "3")]


def test_an_active_user_was_engaged_or_came_for_the_first_time(shop: Asked) -> None:
    assert shop.rows("", "totalUsers activeUsers newUsers") == [("3", "2", "1")]


def test_a_buyer_buys_for_the_first_time_once(shop: Asked) -> None:
    rows = shop.rows("date", "totalPurchasers firstTimePurchasers ecommercePurchases purchaseRevenue")

    assert sorted(rows) == [("20260601", "1", "1", "1", "19.99"), ("20260602", "1", "0", "1", "19.99")]


def test_every_event_is_counted_under_one_name(shop: Asked) -> None:
    events = shop.rows("eventName", "eventCount keyEvents ecommercePurchases")
    total = shop.rows("", "eventCount keyEvents ecommercePurchases")

    assert [str(sum(float(row[place]) for row in events)).removesuffix(".0") for place in (1, 2, 3)] == list(total[0])
    assert {row[0]: row[1:] for row in events}["purchase"] == ("2", "2", "2")


def test_an_event_has_the_sessions_in_which_it_happened(shop: Asked) -> None:
    leads = is_text("eventName", "generate_lead")

    assert shop.rows("", "sessions totalUsers", dimension_filter=leads) == [("1", "1")]


def test_metrics_have_the_types_of_the_service(shop: Asked) -> None:
    reply = shop.reply("", "sessions keyEvents userEngagementDuration purchaseRevenue")

    assert [int(header.type_) for header in reply.metric_headers] == [1, 2, 4, 9]


def test_the_default_order_is_the_first_metric_descending(shop: Asked) -> None:
    assert [row[1] for row in shop.rows("sessionDefaultChannelGroup", "sessions")] == ["2", "2", "1"]


def test_an_order_over_all_dimensions_makes_pages_that_fit_together(shop: Asked) -> None:
    dimensions = "date sessionDefaultChannelGroup"
    order = [{"dimension": {"dimension_name": one}} for one in dimensions.split()]

    pages = [shop.reply(dimensions, "sessions", order_bys=order, limit=2, offset=offset) for offset in (0, 2)]

    assert [page.row_count for page in pages] == [3, 3]
    assert [row[:2] for page in pages for row in texts(page.rows)] == [
        ("20260601", "Email"),
        ("20260601", "Organic Search"),
        ("20260602", "Direct"),
    ]


def test_a_total_has_the_distinct_users_of_the_whole_query(shop: Asked) -> None:
    reply = shop.reply("sessionDefaultChannelGroup", "totalUsers", metric_aggregations=["TOTAL", "MAXIMUM", "MINIMUM"])

    assert texts(reply.totals) == [("RESERVED_TOTAL", "3")]
    assert texts(reply.maximums) == [("RESERVED_MAX", "2")]
    assert texts(reply.minimums) == [("RESERVED_MIN", "1")]


def test_two_ranges_are_told_apart_in_the_last_dimension(shop: Asked) -> None:
    ranges = [{"start_date": f"2026-06-0{day}", "end_date": f"2026-06-0{day}"} for day in (1, 2)]
    ranges[1]["name"] = "second"

    reply = shop.reply("deviceCategory", "sessions", date_ranges=ranges)

    assert [header.name for header in reply.dimension_headers] == ["deviceCategory", "dateRange"]
    assert sorted(texts(reply.rows)) == [
        ("desktop", "date_range_0", "3"),
        ("desktop", "second", "1"),
        ("mobile", "date_range_0", "1"),
    ]


@pytest.mark.parametrize(
    ("chosen", "sessions"),
    [
        (is_text("sessionDefaultChannelGroup", "EMAIL"), "2"),
        (is_text("sessionDefaultChannelGroup", "email", case_sensitive=True), None),
        (is_text("sessionDefaultChannelGroup", "^org.*", match_type="PARTIAL_REGEXP"), "2"),
        (is_text("sessionDefaultChannelGroup", "search", match_type="ENDS_WITH"), "2"),
        ({"not_expression": is_text("sessionDefaultChannelGroup", "Email")}, "3"),
        ({"filter": {"field_name": "deviceCategory", "in_list_filter": {"values": ["Mobile", "tablet"]}}}, "1"),
        ({"filter": {"field_name": "sessionManualAdContent", "empty_filter": {}}}, "5"),
        (
            {
                "and_group": {
                    "expressions": [
                        is_text("deviceCategory", "desktop"),
                        is_text("sessionDefaultChannelGroup", "Email"),
                    ]
                }
            },
            "1",
        ),
        (
            {
                "or_group": {
                    "expressions": [
                        is_text("deviceCategory", "mobile"),
                        is_text("sessionDefaultChannelGroup", "Direct"),
                    ]
                }
            },
            "2",
        ),
    ],
)
def test_a_filter_chooses_rows_before_they_are_counted(shop: Asked, chosen: Any, sessions: str | None) -> None:
    assert shop.rows("", "sessions", dimension_filter=chosen) == ([(sessions,)] if sessions else [])


def test_a_metric_filter_chooses_groups_after_they_are_counted(shop: Asked) -> None:
    two = {
        "filter": {
            "field_name": "sessions",
            "numeric_filter": {"operation": "GREATER_THAN", "value": {"int64_value": 1}},
        }
    }

    assert {row[0] for row in shop.rows("sessionDefaultChannelGroup", "sessions", metric_filter=two)} == {
        "Email",
        "Organic Search",
    }


def test_rows_of_zeros_are_left_out_unless_asked_for(shop: Asked) -> None:
    assert len(shop.rows("deviceCategory", "ecommercePurchases")) == 1
    assert len(shop.rows("deviceCategory", "ecommercePurchases", keep_empty_rows=True)) == 2


def test_ad_cost_comes_by_campaign_in_euros(shop: Asked) -> None:
    rows = shop.rows("date sessionCampaignName sessionSource", "advertiserAdCost advertiserAdClicks")

    assert sorted(rows) == [("20260601", "Brand", "google", "12.34", "20"), ("20260601", "Summer", "google", "8", "20")]


def test_ad_cost_by_day_alone_is_refused_with_advice(shop: Asked) -> None:
    assert shop.refusal("date", "advertiserAdCost").startswith("Please add sessionCampaignName to make")


def test_ad_cost_does_not_go_with_a_device(shop: Asked) -> None:
    refusal = shop.refusal("sessionCampaignName deviceCategory", "advertiserAdCost")

    assert refusal.startswith("Please remove deviceCategory to make the request compatible.")


def test_ad_cost_goes_with_sessions_beside_a_campaign(shop: Asked) -> None:
    rows = shop.rows("sessionCampaignName", "sessions advertiserAdCost")

    assert set(rows) == {("(not set)", "5", "0"), ("Brand", "0", "12.34"), ("Summer", "0", "8")}


@pytest.mark.parametrize(
    ("asked", "wording"),
    [
        ({"dimensions": "colour"}, "Field colour is not a valid dimension. For a list"),
        ({"metrics": "joy"}, "Field joy is not a valid metric.  For a list"),
        ({"limit": -1}, "limit must be positive. The API received limit = -1"),
        ({"date_ranges": []}, "A dateRange is required."),
        ({"date_ranges": [JUNE] * 5}, "Requests are limited to 4 dateRanges.\n  This request contains 5 dateRanges."),
        ({"date_ranges": [{"start_date": "1 June", "end_date": "today"}]}, "Invalid startDate : 1 June."),
        ({"date_ranges": [{"start_date": "today", "end_date": "yesterday"}]}, "start_date must be less than or equal"),
        ({"date_ranges": [{"start_date": "2015-08-13", "end_date": "today"}]}, "start_date must be after 2015-08-13"),
        (
            {"metrics": "sessions " * 11},
            "Requests are limited to 10 metrics within a nested request.\n  This request is",
        ),
        ({"dimensions": "date " * 10}, "Requests are limited to 9 dimensions within a nested request.\n  This request"),
        ({"order_bys": [{"dimension": {"dimension_name": "month"}}]}, "Field month exists in OrderBy but is not"),
        ({"metric_aggregations": ["COUNT"]}, "Metric aggregation Count is not supported"),
        ({"dimensions": "cohort", "metrics": "cohortActiveUsers"}, "A cohortSpec is required"),
        ({"cohort_spec": cohorts(JUNE)}, "A cohort request must not have dateRanges."),
        ({"cohort_spec": cohorts(JUNE), "date_ranges": []}, "A cohort request must have the dimension cohort."),
        (
            {"dimensions": "cohort date", "metrics": "sessions", "cohort_spec": cohorts(JUNE), "date_ranges": []},
            "Please remove date, sessions to make the request compatible.",
        ),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused_in_the_words_of_the_service(
    shop: Asked, asked: dict[str, Any], wording: str
) -> None:
    assert shop.refusal(**{"dimensions": "date", "metrics": "sessions", **asked}).startswith(wording)


def test_the_name_of_a_field_is_checked_before_the_range(shop: Asked) -> None:
    assert shop.refusal("colour", "sessions", date_ranges=[]).startswith("Field colour")


def test_what_the_emulator_leaves_out_does_not_seem_to_work(shop: Asked) -> None:
    with pytest.raises(api.MethodNotImplemented):
        shop.reply("", "sessions", currency_code="USD")
    with pytest.raises(api.MethodNotImplemented):
        followed = cohorts(JUNE, cohort_report_settings={"accumulate": True})
        shop.reply("cohort", "cohortActiveUsers", cohort_spec=followed, date_ranges=[])


def test_a_cohort_is_followed_by_months_of_the_calendar_over_steps_of_thirty_days() -> None:
    def came(visitor: int, day: str, **given: Any) -> dict[str, Any]:
        return session(date.fromisoformat(day), visitor_id=visitor, **given)

    new = {"is_first_visit": True}
    visits = [
        came(1, "2026-06-01", channel="Email", engaged=False, **new),
        came(1, "2026-06-30", channel="Direct"),
        came(2, "2026-06-30", **new),
        came(2, "2026-07-31", channel="Email"),
        came(1, "2026-07-02", engaged=False),
        came(3, "2026-07-01", **new),
        came(3, "2026-07-09"),
        came(4, "2026-06-05"),
    ]
    july = {"start_date": "2026-07-01", "end_date": "2026-07-31"}
    metrics = "cohortActiveUsers cohortTotalUsers"
    with asking(visits, clock=date(2026, 10, 1)) as asked:

        def rows(fields: str, steps: int) -> set[tuple[str, ...]]:
            followed = cohorts(JUNE, july, steps=steps)
            return set(asked.rows(f"cohort {fields}", metrics, cohort_spec=followed, date_ranges=[]))

        # of the day after the 30 days nothing is told, and whoever came by chance was not active
        assert rows("cohortNthMonth", 1) == {
            ("cohort_0", "0000", "2", "2"),
            ("cohort_0", "0001", "0", "2"),
            ("cohort_1", "0000", "1", "1"),
        }
        assert ("cohort_0", "0001", "1", "2") in rows("cohortNthMonth", 2)
        assert rows("firstUserDefaultChannelGroup cohortNthMonth", 2) == {
            ("cohort_0", "Email", "0000", "1", "2"),
            ("cohort_0", "Email", "0001", "0", "2"),
            ("cohort_0", "Direct", "0000", "1", "2"),
            ("cohort_0", "Direct", "0001", "1", "2"),
            ("cohort_1", "Direct", "0000", "1", "1"),
        }


def test_another_property_is_forbidden_and_a_name_is_no_number(shop: Asked) -> None:
    with pytest.raises(api.PermissionDenied, match="sufficient permissions"):
        shop.reply("", "sessions", property="properties/1")
    with pytest.raises(api.InvalidArgument, match="A numeric Property ID is required"):
        shop.reply("", "sessions", property="properties/G-123")


def test_a_batch_answers_up_to_five_requests(shop: Asked) -> None:
    five = [request("", "sessions")] * 5

    replies = shop.client.batch_run_reports({"property": NAME, "requests": five}).reports
    assert [texts(reply.rows) for reply in replies] == [[("5",)]] * 5
    with pytest.raises(api.InvalidArgument, match="limited to 5 requests"):
        shop.client.batch_run_reports({"property": NAME, "requests": [*five, request("", "sessions")]})


def test_the_metadata_lists_every_field_with_its_type(shop: Asked) -> None:
    fields = {one.api_name: int(one.type_) for one in shop.client.get_metadata(name=f"{NAME}/metadata").metrics}

    assert fields["keyEvents"] == 2
    assert fields["advertiserAdCost"] == 9


def test_compatibility_is_told_for_every_field_that_could_be_added(shop: Asked) -> None:
    reply = shop.client.check_compatibility(
        {"property": NAME, "dimensions": [{"name": "sessionCampaignName"}], "metrics": [{"name": "advertiserAdCost"}]}
    )

    verdicts = {one.dimension_metadata.api_name: one.compatibility.name for one in reply.dimension_compatibilities}
    assert (verdicts["date"], verdicts["deviceCategory"]) == ("COMPATIBLE", "INCOMPATIBLE")


def test_a_session_shortly_before_midnight_utc_belongs_to_the_next_local_day() -> None:
    with asking([session(datetime(2026, 6, 2, 0, 30, tzinfo=ZONE))]) as asked:
        assert asked.rows("date", "sessions") == [("20260602", "1")]


def test_a_day_grows_for_three_mornings_and_then_stays() -> None:
    today = [FIRST]
    late = [session(FIRST, visitor_id=days, arrives_after_days=days) for days in range(4)]
    with asking(late, clock=lambda: today[0]) as asked:
        seen = []
        for days in range(7):
            today[0] = FIRST + timedelta(days=days)
            seen.append(len(asked.rows("", "sessions")) and int(asked.rows("", "sessions")[0][0]))
    assert seen == [0, 1, 2, 3, 4, 4, 4]


def test_a_landing_page_comes_with_and_without_its_query() -> None:
    with asking([session(landing_page="/offer?utm_source=x#top")]) as asked:
        assert asked.rows("landingPage landingPagePlusQueryString", "sessions") == [
            ("/offer", "/offer?utm_source=x", "1")
        ]


def test_rare_members_roll_up_and_the_answer_says_so() -> None:
    visits = [*sessions_of(FIRST, 3), session(source="a"), session(source="b", visitor_id=2)]
    with asking(visits, faults=[RolledUp("sessionSource", kept=1)]) as asked:
        reply = asked.reply("sessionSource", "sessions totalUsers")
    assert texts(reply.rows) == [("(direct)", "3", "3"), ("(other)", "2", "2")]
    assert reply.metadata.data_loss_from_other_row


def test_a_collapsed_day_lacks_rows_by_dimension_and_has_a_right_total() -> None:
    with asking(sessions_of(FIRST, 200), faults=[CollapsedDay(FIRST)]) as asked:
        assert asked.rows("date", "sessions") == [("20260601", "200")]
        assert asked.rows("date deviceCategory", "sessions") == [("20260601", "desktop", "4")]


def test_a_hidden_metric_is_zero_and_named() -> None:
    with asking([], [ad()], faults=[Hidden()]) as asked:
        reply = asked.reply("sessionCampaignName", "advertiserAdCost advertiserAdClicks")
    restricted = reply.metadata.schema_restriction_response.active_metric_restrictions
    assert texts(reply.rows) == [("Brand", "0", "20")]
    assert [one.metric_name for one in restricted] == ["advertiserAdCost"]


def test_withheld_rows_and_samples_are_flagged() -> None:
    visits = [*sessions_of(FIRST, 3), session(device="tablet")]
    with asking(visits, faults=[Withheld(2), Sampled(1, 10)]) as asked:
        reply = asked.reply("deviceCategory", "sessions")
    assert texts(reply.rows) == [("desktop", "3")]
    assert reply.metadata.subject_to_thresholding
    assert reply.metadata.sampling_metadatas[0].sampling_space_size == 10


def test_an_answer_can_say_that_it_is_cut_short_and_counts_its_days_elsewhere() -> None:
    with asking([session()], faults=[Truncated(), Moved("America/New_York")]) as asked:
        said = asked.reply("date", "sessions").metadata

    assert said.time_zone == "America/New_York"
    assert [one.data_truncation_type.name for one in said.data_truncation_reasons] == [
        "DATA_TRUNCATION_TYPE_DATE_RANGE"
    ]


def test_a_sample_is_claimed_only_of_a_long_range() -> None:
    with asking([session()], faults=[Sampled(1, 10, longer_than_days=30)]) as asked:
        month = asked.reply("date", "sessions")
        longer = asked.reply("date", "sessions", date_ranges=[{**JUNE, "end_date": "2026-07-01"}])

    assert not month.metadata.sampling_metadatas
    assert len(longer.metadata.sampling_metadatas) == 1


def test_a_renamed_field_is_listed_with_the_name_it_had() -> None:
    with asking(faults=[Renamed("checkouts", "checkoutsStarted"), Renamed("hostName")]) as asked:
        fields = asked.client.get_metadata(name=f"{NAME}/metadata")

    former = {one.api_name: list(one.deprecated_api_names) for one in fields.metrics}
    assert former["checkoutsStarted"] == ["checkouts"]
    assert "checkouts" not in former
    assert "hostName" not in {one.api_name for one in fields.dimensions}


def test_tokens_are_spent_until_the_bucket_is_empty() -> None:
    with asking(quota=Quota(tokens_per_project_per_hour=2)) as asked:
        left = [
            asked.reply("", "sessions", return_property_quota=True).property_quota.tokens_per_project_per_hour.remaining
            for _ in range(2)
        ]
        with pytest.raises(api.ResourceExhausted, match="Exhausted property tokens for a project per hour"):
            asked.reply("", "sessions")
    assert left == [1, 0]


def test_a_scripted_failure_meets_only_the_calls_it_names() -> None:
    with asking(faults=[Failure("INTERNAL", "broken", calls=(2,), asks="totalUsers")]) as asked:
        asked.reply("", "totalUsers")
        asked.reply("", "sessions")
        with pytest.raises(api.InternalServerError, match="broken"):
            asked.reply("", "totalUsers")


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.0, "3"), (0.1 + 0.2, "0.30000000000000004"), (19.99, "19.99"), (0.97348484848484851, "0.97348484848484851")],
)
def test_doubles_have_fifteen_digits_or_seventeen(value: float, text: str) -> None:
    assert double_text(value) == text


# ---- pages and audiences ----


@pytest.fixture(scope="module")
def readers() -> Iterator[Asked]:
    """Sixty visits of as many visitors, all long enough to look at a second page."""
    visits = [
        session(FIRST, visitor_id=number, landing_page="/blog/a?x=1", page_views=5, engagement_seconds=90)
        for number in range(1, 61)
    ]
    with asking(visits) as asked:
        yield asked


def test_pages_share_the_views_and_seconds_of_their_sessions_and_not_the_sessions(readers: Asked) -> None:
    views, seconds, sessions = (
        [int(row[place]) for row in readers.rows("pagePath", "screenPageViews userEngagementDuration sessions")]
        for place in (1, 2, 3)
    )
    assert (sum(views), sum(seconds)) == (60 * 5, 60 * 90)
    assert sum(sessions) > 60 == int(readers.rows("", "sessions")[0][0])


def test_clicks_happen_on_pages_and_are_events_of_the_sessions(readers: Asked) -> None:
    only_clicks = {"dimension_filter": is_text("eventName", "cta_click")}
    by_page = readers.rows("pagePath", "eventCount", **only_clicks)
    assert sum(int(count) for _, count in by_page) == int(readers.rows("", "eventCount", **only_clicks)[0][0]) > 0
    by_event = readers.rows("eventName", "eventCount")
    assert sum(int(count) for _, count in by_event) == 60 * 20


def test_who_scrolled_on_two_pages_is_one_user(readers: Asked) -> None:
    by_page = sum(int(count) for _, count in readers.rows("pagePath", "scrolledUsers"))
    ((scrolled, users),) = readers.rows("", "scrolledUsers totalUsers")
    assert by_page > int(scrolled)
    assert int(scrolled) <= int(users)


def test_small_groups_are_held_back_where_demographics_are_asked_for(readers: Asked) -> None:
    answer = readers.reply("userAgeBracket", "totalUsers")
    assert answer.metadata.subject_to_thresholding
    shown = [int(users) for _, users in texts(answer.rows)]
    assert min(shown) >= 10
    assert sum(shown) < 60
    by_country = readers.reply("country", "totalUsers")
    assert not by_country.metadata.subject_to_thresholding
    assert sum(int(users) for _, users in texts(by_country.rows)) == 60
