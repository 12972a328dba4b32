"""Mailchimp as a source: typed objects from the real client, observed again every night, without personal data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
from mailchimp_truth import AUDIENCE, at, daily_newsletters, event, naive, newsletter, truth

from pipelines.failures import SourceUnavailable
from pipelines.loads import Arrival, Occasion, store
from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect
from pipelines.mailchimp_objects import REPORT
from pipelines.mailchimp_rows import report_row
from pipelines.mailchimp_values import Answer
from pipelines.sandbox.mailchimp_faults import Fault
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, MailchimpServer, serve_mailchimp
from pipelines.sandbox.truth import Truth

TODAY = date(2026, 5, 20)


def source(server: MailchimpServer, page_size: int = 1000, **how: Any) -> MailchimpSource:
    client = connect(DEMO_API_KEY, base_url=server.base_url, **{"base_delay": 0, "timeout": (5, 5), **how})
    return MailchimpSource(client, page_size)


def read(world: Truth, today: date = TODAY, *, clock: date | None = None, **how: Any) -> dict[str, Arrival]:
    with serve_mailchimp(world, clock or today, **how) as server:
        return {arrival.object: arrival for arrival in source(server).read(today)}


def rows(arrivals: dict[str, Arrival], name: str) -> list[dict[str, Any]]:
    return arrivals[f"mailchimp.{name}"].rows.to_pylist()


MATURING = newsletter(
    events=(
        event("open", 1, "2026-05-18T08:10"),
        event("proxy_open", 2, "2026-05-18T08:11"),
        event("open", 1, "2026-05-18T09:00"),
        event("click", 1, "2026-05-18T09:01", link=1),
        event("click", 1, "2026-05-18T09:02", link=2),
        event("hard_bounce", 3, "2026-05-18T08:01"),
        event("soft_bounce", 4, "2026-05-18T08:01"),
        event("soft_bounce", 5, "2026-05-18T08:01"),
        event("unsubscribe", 1, "2026-05-18T12:00"),
        event("soft_bounce_resolved", 4, "2026-05-19T20:00"),
        event("open", 6, "2026-05-20T12:00"),
        event("complaint", 6, "2026-05-20T12:01"),
        event("forward", 6, "2026-05-20T12:02"),
    )
)


PLAIN_COUNTS = ("emails_sent", "unsubscribed", "abuse_reports")
DRAFT = newsletter("0000000009", "2026-05-21T08:00")


def test_a_report_arrives_as_typed_counts() -> None:
    assert rows(read(truth([MATURING]), date(2026, 5, 19)), "report") == [
        {
            "campaign_id": "0000000001",
            "title": "Mailing 0000000001",
            "list_id": AUDIENCE.list_id,
            "send_time": naive("2026-05-18T08:00"),
            "send_day": date(2026, 5, 18),
            "account_time_zone": "Europe/Amsterdam",
            "emails_sent": 200,
            "hard_bounces": 1,
            "soft_bounces": 2,
            "syntax_errors": 1,
            "unique_opens": 2,
            "opens_total": 3,
            "human_unique_opens": 1,
            "clicks_total": 2,
            "unique_subscriber_clicks": 1,
            "unsubscribed": 1,
            "abuse_reports": 0,
            "forwards_count": 0,
            "total_orders": 3,
            "total_revenue": Decimal("149.950000"),
            "currency": "EUR",
            "industry": "Home and Garden",
            "industry_open_rate": Decimal("0.314200"),
            "industry_click_rate": Decimal("0.025700"),
            "industry_bounce_rate": Decimal("0.008700"),
            "industry_unsubscribe_rate": Decimal("0.002400"),
            "industry_complaint_rate": Decimal("0.000200"),
            "part": "0000000001",
        }
    ]


def test_a_campaign_arrives_with_what_joins_it_to_the_website() -> None:
    assert rows(read(truth([newsletter()])), "campaign") == [
        {
            "campaign_id": "0000000001",
            "type": "regular",
            "status": "sent",
            "parent_campaign_id": None,
            "list_id": AUDIENCE.list_id,
            "title": "Mailing 0000000001",
            "create_time": naive("2026-05-11T08:00"),
            "send_time": naive("2026-05-18T08:00"),
            "utm_campaign": "may-news",
            "utm_campaign_decoded": "may-news",
            "part": "0000000001",
        }
    ]


def test_an_audience_arrives_with_its_months() -> None:
    arrivals = read(truth(), date(2026, 6, 1))
    assert rows(arrivals, "list") == [
        {
            "list_id": AUDIENCE.list_id,
            "name": "Newsletter",
            "created_at": naive("2025-01-10T09:00"),
            "member_count": 1012,
            "unsubscribe_count": 41,
            "cleaned_count": 3,
            "part": AUDIENCE.list_id,
        }
    ]
    (stock,) = rows(arrivals, "list_day")
    assert (stock["part"], stock["member_count"]) == ("a1b2c3d4e5/2026-06-01", 1012)
    assert [(row["part"], *list(row.values())[1:6]) for row in rows(arrivals, "growth_month")] == [
        ("a1b2c3d4e5/2026-03", "2026-03", 900, 4, 1, 0),
        ("a1b2c3d4e5/2026-04", "2026-04", 950, 6, 2, 1),
        ("a1b2c3d4e5/2026-05", "2026-05", 1012, 31, 0, 0),
    ]


def test_activity_covers_the_180_days_that_mailchimp_remembers_and_only_days_that_are_over() -> None:
    activity = rows(read(truth([MATURING])), "activity_day")
    assert {row["part"] for row in activity} == {f"{AUDIENCE.list_id}/{row['day']}" for row in activity}
    assert (len(activity), max(row["day"] for row in activity)) == (179, date(2026, 5, 19))
    assert next(row for row in activity if row["day"] == date(2026, 5, 18)) == {
        "list_id": AUDIENCE.list_id,
        "day": date(2026, 5, 18),
        "emails_sent": 200,
        "unique_opens": 2,
        "recipient_clicks": 1,
        "hard_bounce": 1,
        "soft_bounce": 2,
        "subs": 5,
        "unsubs": 1,
        "other_adds": 2,
        "other_removes": 0,
        "part": "a1b2c3d4e5/2026-05-18",
    }


def test_a_later_night_finds_more_opens_and_fewer_bounces() -> None:
    nights = [rows(read(truth([MATURING]), date(2026, 5, day)), "report")[0] for day in (19, 20, 21)]
    assert [row["unique_opens"] for row in nights] == [2, 2, 3]
    assert [row["soft_bounces"] for row in nights] == [2, 1, 1]
    assert [row["abuse_reports"] + row["forwards_count"] for row in nights] == [0, 0, 2]


def test_every_object_has_the_same_columns_when_the_account_is_empty() -> None:
    full, empty = read(truth([MATURING])), read(truth(mail_lists=()))
    assert {name: arrival.rows.schema for name, arrival in empty.items()} == {
        name: arrival.rows.schema for name, arrival in full.items()
    }
    assert sum(arrival.rows.num_rows for arrival in empty.values()) == 0


def test_arrivals_name_their_tables_and_keys_and_only_the_listing_withdraws() -> None:
    assert [(one.object, one.table, one.key, one.full, one.parts_read) for one in read(truth()).values()] == [
        ("mailchimp.campaign", "raw.mailchimp_campaign", ("campaign_id",), False, frozenset()),
        ("mailchimp.report", "raw.mailchimp_report", ("campaign_id",), False, frozenset()),
        (
            "mailchimp.automation_day",
            "raw.mailchimp_automation_day",
            ("campaign_id", "observed_on"),
            False,
            frozenset(),
        ),
        ("mailchimp.list", "raw.mailchimp_list", ("list_id",), False, frozenset()),
        ("mailchimp.list_day", "raw.mailchimp_list_day", ("list_id", "observed_on"), False, frozenset()),
        ("mailchimp.growth_month", "raw.mailchimp_growth_month", ("list_id", "month"), False, frozenset()),
        ("mailchimp.activity_day", "raw.mailchimp_activity_day", ("list_id", "day"), False, frozenset()),
        ("mailchimp.listed", "raw.mailchimp_listed", ("kind", "id"), True, frozenset()),
    ]


def test_flags_tell_the_zone_the_requests_and_what_was_left_out() -> None:
    world = truth([newsletter("0000000001"), newsletter("0000000002", "2026-05-20T03:30")])
    arrivals = read(world)
    assert arrivals["mailchimp.report"].flags == {
        "account_time_zone": "Europe/Amsterdam",
        "requests": 7,
        "reports_left_out": 1,
        "emails_left_out": 100,
    }
    assert arrivals["mailchimp.campaign"].flags["campaigns_left_out"] == 1


def test_an_unsent_campaign_is_left_out() -> None:
    arrivals = read(truth([newsletter(send_time="2026-05-20T09:00")]))
    assert rows(arrivals, "campaign") == rows(arrivals, "report") == []


def test_a_campaign_that_is_still_being_sent_is_left_out() -> None:
    # At 06:00 in Amsterdam it is still the day before in New York, so only the status tells that it is not over.
    arrivals = read(truth([newsletter(send_time="2026-05-20T03:30")]), account_time_zone="America/New_York")
    assert rows(arrivals, "campaign") == rows(arrivals, "report") == []


def test_a_read_in_the_afternoon_brings_what_the_night_would_have_brought() -> None:
    world = truth([MATURING, newsletter("0000000002", "2026-05-19T10:00")])
    assert rows(read(world, date(2026, 5, 19), clock=date(2026, 5, 20)), "campaign") == rows(
        read(world, date(2026, 5, 19)), "campaign"
    )


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Amsterdam", 18), ("UTC", 17), ("America/New_York", 17), ("Pacific/Auckland", 18)],
)
def test_the_account_zone_decides_the_send_day_at_midnight(zone: str, day: int) -> None:
    arrivals = read(truth([newsletter(send_time="2026-05-17T22:00")]), account_time_zone=zone)
    assert [(row["send_day"], row["account_time_zone"]) for row in rows(arrivals, "report")] == [
        (date(2026, 5, day), zone)
    ]


def test_a_second_before_midnight_belongs_to_the_day_before() -> None:
    arrivals = read(truth([newsletter(send_time="2026-05-17T21:59:59")]))
    assert rows(arrivals, "report")[0]["send_day"] == date(2026, 5, 17)


@pytest.mark.parametrize(("send_time", "human"), [("2024-06-21T21:59:59", None), ("2024-06-21T22:00:00", 1)])
def test_human_opens_are_unknown_before_mailchimp_told_proxies_apart(send_time: str, human: int | None) -> None:
    opened = newsletter(send_time=send_time, events=(event("open", 1, "2024-06-22T10:00"),))
    assert rows(read(truth([opened])), "report")[0]["human_unique_opens"] == human


def test_a_deleted_campaign_keeps_its_last_report(warehouse: duckdb.DuckDBPyConnection) -> None:
    kept, deleted = newsletter("0000000001"), newsletter("0000000002")
    for night, known in ((20, [kept, deleted]), (21, [kept])):
        occasion = Occasion("mailchimp", f"run-{night}", date(2026, 5, night), datetime(2026, 5, night, tzinfo=UTC))
        store(warehouse, list(read(truth(known), date(2026, 5, night)).values()), occasion)
    assert warehouse.execute(
        "select part, rows from meta.load_part where object = 'mailchimp.report' order by part"
    ).fetchall() == [("0000000001", 1), ("0000000002", 1)]


def test_an_unchanged_night_stores_nothing_new(warehouse: duckdb.DuckDBPyConnection) -> None:
    occasion = Occasion("mailchimp", "run", TODAY, datetime(2026, 5, 20, tzinfo=UTC))
    for _ in range(2):
        stored = store(warehouse, list(read(truth([MATURING])).values()), occasion)
    assert {one.object: one.parts_accepted for one in stored if one.parts_accepted} == {}


def test_a_list_that_is_deleted_while_it_is_read_is_named() -> None:
    other = replace(AUDIENCE, list_id="b000000000")
    gone = Fault("problem", path=f"/lists/{AUDIENCE.list_id}/activity", status=404)
    arrivals = read(truth(mail_lists=[AUDIENCE, other]), faults=[gone])
    assert arrivals["mailchimp.activity_day"].flags["lists_gone"] == [AUDIENCE.list_id]
    assert {row["list_id"] for row in rows(arrivals, "growth_month")} == {"b000000000"}


def test_a_collection_over_several_pages_is_whole() -> None:
    with serve_mailchimp(truth(daily_newsletters(25)), TODAY) as server:
        arrivals = {one.object: one for one in source(server, page_size=10).read(TODAY)}
    assert arrivals["mailchimp.report"].rows.num_rows == 25


def test_a_thousand_reports_come_with_one_request_and_all_else_with_six() -> None:
    with serve_mailchimp(truth(daily_newsletters(1000)), TODAY) as server:
        arrivals = {one.object: one for one in source(server).read(TODAY)}
        paths = [request.path for request in server.requests]
    assert arrivals["mailchimp.report"].rows.num_rows == 1000
    assert (paths.count("/reports"), len(paths)) == (1, 7)


def test_a_thousand_reports_come_with_three_requests_when_the_largest_page_is_too_slow() -> None:
    slow = Fault("html", path="/reports", status=504, times=1)
    with serve_mailchimp(truth(daily_newsletters(1000)), TODAY, faults=[slow]) as server:
        source(server).read(TODAY)
        assert [request.path for request in server.requests].count("/reports") == 3


def test_a_collection_that_loses_a_row_while_it_is_read_is_read_again() -> None:
    # the oldest of 25 is deleted after the first page of reports: without a second reading one would be missed
    oldest, *others = daily_newsletters(25)
    world = truth([replace(oldest, deleted_on=date(2026, 5, 19)), *others])
    days = iter([date(2026, 5, 18)] * 5)
    with serve_mailchimp(world, lambda: next(days, date(2026, 5, 19))) as server:
        arrivals = {one.object: one for one in source(server, page_size=10).read(date(2026, 5, 18))}
    assert arrivals["mailchimp.report"].rows.num_rows == 23


def test_a_collection_that_moves_while_it_is_read_is_read_again() -> None:
    days = iter([date(2026, 5, 18)] * 5)

    def clock() -> date:
        # Root, three pages of campaigns, the first page of reports; then a new report pushes the others down.
        return next(days, date(2026, 5, 19))

    world = truth(daily_newsletters(25))
    with serve_mailchimp(world, clock) as server:
        arrivals = {one.object: one for one in source(server, page_size=10).read(date(2026, 5, 18))}
        assert [request.path for request in server.requests].count("/reports") == 6
    assert arrivals["mailchimp.report"].rows.num_rows == 24


@pytest.mark.parametrize(
    "said", [{}, dict.fromkeys(PLAIN_COUNTS, ""), dict.fromkeys(PLAIN_COUNTS)], ids=["absent", "empty", "null"]
)
def test_absent_empty_and_null_are_all_unknown(said: dict[str, Any]) -> None:
    row = report_row(Answer({"id": "1", **said}, "report"), at("2026-05-18T08:00"), ZoneInfo("UTC"))
    assert [row[name] for name in PLAIN_COUNTS] == [None, None, None]


def test_a_listing_names_what_is_there_also_what_is_not_counted() -> None:
    world = truth([newsletter("0000000001"), newsletter("0000000002", "2026-05-20T03:30"), DRAFT])
    assert [(row["kind"], row["id"], row["part"]) for row in rows(read(world), "listed")] == [
        ("campaign", "0000000001", "campaign/0000000001"),
        ("list", AUDIENCE.list_id, f"list/{AUDIENCE.list_id}"),
    ]


def test_no_field_that_tells_of_a_person_is_asked_for() -> None:
    with serve_mailchimp(truth([MATURING]), TODAY) as server:
        source(server).read(TODAY)
    asked = {request.path: request.query["fields"].split(",") for request in server.requests}
    assert "/automations" in asked
    personal = ("share", "contact", "from_", "reply_to", "subject", "email_address", "members", "campaign_defaults")
    assert [name for names in asked.values() for name in names if any(word in name for word in personal)] == []
    assert asked["/"] == ["account_timezone"]
    # A whole object would bring what is in it.
    assert not {"campaigns.settings", "campaigns.recipients", "lists.stats", "reports", "lists"} & {
        name for names in asked.values() for name in names
    }


def test_addresses_in_titles_and_names_are_masked() -> None:
    world = truth(
        [newsletter(title="For jo@example.com", utm_campaign="jo@example.com")],
        [replace(AUDIENCE, name="jo@example.com and others")],
    )
    arrivals = read(world)
    assert rows(arrivals, "report")[0]["title"] == rows(arrivals, "campaign")[0]["title"] == "For (address)"
    assert rows(arrivals, "campaign")[0]["utm_campaign"] == "(address)"
    assert rows(arrivals, "list")[0]["name"] == "(address) and others"


def test_a_campaign_name_is_kept_as_sent_and_decoded() -> None:
    (row,) = rows(read(truth([newsletter(utm_campaign="Fr%C3%BChling+%26%20Ostern")])), "campaign")
    assert (row["utm_campaign"], row["utm_campaign_decoded"]) == ("Fr%C3%BChling+%26%20Ostern", "Frühling & Ostern")


def test_an_address_that_a_campaign_name_encodes_is_masked_decoded_too() -> None:
    (row,) = rows(read(truth([newsletter(utm_campaign="For+jo%40example.com")])), "campaign")
    assert (row["utm_campaign"], row["utm_campaign_decoded"]) == ("(address)", "For (address)")


def test_a_dead_server_is_an_unavailable_source() -> None:
    faults = [Fault("reset", times=99)]
    with serve_mailchimp(truth(), TODAY, faults=faults) as server, pytest.raises(SourceUnavailable):
        source(server, tries=2).read(TODAY)


def test_ping_says_how_mailchimp_is() -> None:
    with serve_mailchimp(truth(), TODAY) as server:
        assert source(server).ping() == "Everything's Chimpy!"


def test_the_number_of_reports_is_asked_for_without_reading_them() -> None:
    with serve_mailchimp(truth(daily_newsletters(25)), TODAY) as server:
        assert source(server).number_of_reports() == 25
        assert server.requests[0].query == {"count": "1", "fields": "total_items"}


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../etc"])
def test_an_account_without_a_real_time_zone_is_named(zone: str | None) -> None:
    client = connect(DEMO_API_KEY, base_url="http://127.0.0.1:9/3.0")
    client.root.get_root = lambda **_: {} if zone is None else {"account_timezone": zone}
    with pytest.raises(SourceUnavailable, match="Mailchimp account: its time zone"):
        MailchimpSource(client).account_time_zone()


def test_what_a_report_lacks_is_unknown_not_zero() -> None:
    bare = Answer({"id": "1", "opens": None, "ecommerce": {"total_revenue": ""}, "unsubscribed": "7"}, "report")
    row = report_row(bare, at("2026-05-18T08:00"), ZoneInfo("UTC"))
    assert (row["unique_opens"], row["total_revenue"], row["title"], row["unsubscribed"]) == (None, None, None, 7)
    assert REPORT.arrival([row], {}).rows.schema.field("total_revenue").type == pa.decimal128(18, 6)


@pytest.mark.parametrize(
    ("read_field", "value"),
    [
        (Answer.count, "many"),
        (Answer.count, Decimal("1.5")),
        (Answer.count, True),
        (Answer.count, [1]),
        (Answer.money, "NaN"),
        (Answer.money, 10**13),
        (Answer.moment, "yesterday"),
        (Answer.moment, 5),
        (Answer.text, {"a": 1}),
    ],
)
def test_a_value_that_does_not_fit_names_its_field(read_field: Any, value: Any) -> None:
    with pytest.raises(SourceUnavailable, match=r"^Mailchimp report 1: a\.b is "):
        read_field(Answer({"a": {"b": value}}, "Mailchimp report 1"), "a.b")


@pytest.mark.parametrize("text", ["2026-05-18T08:00:00+00:00", "2026-05-18T10:00:00+02:00", "2026-05-18T08:00:00"])
def test_moments_are_utc(text: str) -> None:
    assert Answer({"at": text}, "").moment("at") == at("2026-05-18T08:00")
