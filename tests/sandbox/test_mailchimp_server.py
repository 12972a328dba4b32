"""The demo company's Mailchimp: what a client without any kindness sees over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from time import monotonic
from typing import Any

import pytest
import requests
from mailchimp_truth import AUDIENCE, daily_newsletters, event, newsletter, truth

from pipelines.sandbox.mailchimp_faults import Fault
from pipelines.sandbox.mailchimp_habits import Habits
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, MailchimpServer, serve_mailchimp

TODAY = date(2026, 5, 20)
SCHEDULED = newsletter("00000000ff", "2026-05-20T08:00", list_id="b000000000")
HISTORY = f"/lists/{AUDIENCE.list_id}/growth-history"
ACTIVITY = f"/lists/{AUDIENCE.list_id}/activity"


@pytest.fixture
def server() -> Iterator[MailchimpServer]:
    with serve_mailchimp(truth([*daily_newsletters(25), SCHEDULED]), TODAY) as one:
        yield one


def ask(server: MailchimpServer, path: str, method: str = "GET", **query: Any) -> requests.Response:
    return requests.request(method, server.base_url + path, params=query, auth=("anyone", DEMO_API_KEY), timeout=5)


def ids(server: MailchimpServer, path: str, **query: Any) -> list[str]:
    answer = ask(server, path, **{"count": 1000, **query}).json()
    return [row["id"] for row in answer[path.strip("/")]]


def report(at_clock: date, *events: Any, **facts: Any) -> dict[str, Any]:
    with serve_mailchimp(truth([newsletter(events=events, **facts)]), at_clock) as one:
        answer: dict[str, Any] = ask(one, "/reports/0000000001").json()
        return answer


def test_the_root_tells_the_account_zone(server: MailchimpServer) -> None:
    assert ask(server, "/").json()["account_timezone"] == "Europe/Amsterdam"


def test_ping_is_well(server: MailchimpServer) -> None:
    assert ask(server, "/ping").json() == {"health_status": "Everything's Chimpy!"}


def test_a_page_holds_ten_rows_unless_asked_otherwise(server: MailchimpServer) -> None:
    answer = ask(server, "/reports").json()
    assert (len(answer["reports"]), answer["total_items"]) == (10, 25)


def test_pages_continue_where_the_last_one_ended(server: MailchimpServer) -> None:
    whole = ids(server, "/reports")
    assert ids(server, "/reports", count=10, offset=20) == whole[20:]
    assert ids(server, "/reports", count=0) == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/reports", {"count": 1001}),
        ("/reports", {"count": "all"}),
        ("/reports", {"offset": -1}),
        ("/campaigns", {"status": "archived"}),
        ("/campaigns", {"sort_field": "title"}),
        ("/campaigns", {"since_send_time": "yesterday"}),
    ],
)
def test_a_query_the_api_does_not_know_is_a_problem(server: MailchimpServer, path: str, query: dict[str, Any]) -> None:
    answer = ask(server, path, **query)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (400, "application/problem+json")


def test_fields_leave_only_what_is_named_also_of_the_total(server: MailchimpServer) -> None:
    answer = ask(server, "/reports", count=1, fields="reports.id,reports.bounces.hard_bounces").json()
    assert answer == {"reports": [{"id": "0000000018", "bounces": {"hard_bounces": 0}}]}


def test_exclude_fields_leave_out_what_is_named(server: MailchimpServer) -> None:
    (row,) = ask(server, "/reports", count=1, exclude_fields="reports.share_report,reports.opens.last_open").json()[
        "reports"
    ]
    assert "share_report" not in row
    assert set(row["opens"]) & {"last_open", "unique_opens"} == {"unique_opens"}


def test_whoever_does_not_choose_gets_links_and_the_share_secret(server: MailchimpServer) -> None:
    row = ask(server, "/reports/0000000018").json()
    assert row["_links"]
    assert row["share_report"]["share_password"]


def test_campaigns_can_be_filtered_by_status_list_and_time(server: MailchimpServer) -> None:
    assert (
        ids(server, "/campaigns", status="schedule")
        == ids(server, "/campaigns", list_id="b000000000")
        == [SCHEDULED.campaign_id]
    )
    assert ids(server, "/campaigns", status="sending") == []
    assert len(ids(server, "/campaigns", status="sent")) == 25
    assert ids(
        server, "/campaigns", since_send_time="2026-05-17T08:00:00+00:00", before_send_time="2026-05-18T08:00:00+00:00"
    ) == ["0000000017"]


def test_campaigns_can_be_sorted(server: MailchimpServer) -> None:
    up = ids(server, "/campaigns", sort_field="create_time", sort_dir="ASC")
    assert up == sorted(up)
    assert ids(server, "/campaigns", sort_field="create_time", sort_dir="DESC") == up[::-1]


def test_an_unsent_campaign_has_no_send_time_and_no_report(server: MailchimpServer) -> None:
    (row,) = ask(server, "/campaigns", status="schedule").json()["campaigns"]
    assert (row["send_time"], row["emails_sent"]) == ("", 0)
    assert ask(server, f"/reports/{SCHEDULED.campaign_id}").status_code == 404
    assert SCHEDULED.campaign_id not in ids(server, "/reports")


def test_a_campaign_is_not_seen_before_it_is_made() -> None:
    with serve_mailchimp(truth([newsletter(send_time="2026-06-20T08:00")]), TODAY) as one:
        assert ids(one, "/campaigns") == []


def test_a_campaign_sent_within_the_hour_is_still_sending_and_counts_in_part() -> None:
    with serve_mailchimp(truth([newsletter(send_time="2026-05-20T03:30")]), TODAY) as one:
        assert [row["status"] for row in ask(one, "/campaigns").json()["campaigns"]] == ["sending"]
        assert ask(one, "/reports/0000000001").json()["emails_sent"] == 100


def test_a_callable_clock_moves_the_world() -> None:
    day = [date(2026, 5, 18)]
    with serve_mailchimp(truth([newsletter()]), lambda: day[0]) as one:
        assert ids(one, "/reports") == []
        day[0] = date(2026, 5, 19)
        assert ids(one, "/reports") == ["0000000001"]


def test_opens_count_persons_with_and_without_privacy_proxies() -> None:
    opens = report(
        TODAY,
        event("open", 1, "2026-05-18T09:00"),
        event("proxy_open", 1, "2026-05-18T09:01"),
        event("proxy_open", 2, "2026-05-18T09:02"),
    )["opens"]
    assert (opens["opens_total"], opens["unique_opens"], opens["proxy_excluded_unique_opens"]) == (3, 2, 1)
    assert opens["last_open"] == "2026-05-18T09:02:00+00:00"


def test_unique_clicks_are_pairs_and_subscriber_clicks_are_persons() -> None:
    clicks = report(
        TODAY,
        event("click", 1, "2026-05-18T09:00", link=1),
        event("click", 1, "2026-05-18T09:00", link=1),
        event("click", 1, "2026-05-18T09:00", link=2),
        event("click", 2, "2026-05-18T09:00", link=2),
    )["clicks"]
    assert (clicks["clicks_total"], clicks["unique_clicks"], clicks["unique_subscriber_clicks"]) == (4, 3, 2)


def test_rates_divide_by_successful_deliveries() -> None:
    clicked = [event("click", person, "2026-05-18T09:00", link) for person in range(30) for link in range(2)]
    answer = report(TODAY, *clicked, emails_sent=203, syntax_errors=1)
    assert answer["clicks"]["click_rate"] == 30 / 202


def test_a_bounce_that_is_resolved_is_taken_back() -> None:
    events = (event("soft_bounce", 1, "2026-05-18T08:01"), event("soft_bounce_resolved", 1, "2026-05-19T08:00"))
    assert [report(date(2026, 5, day), *events)["bounces"]["soft_bounces"] for day in (19, 20)] == [1, 0]


def test_an_event_at_six_is_seen_the_next_morning_only() -> None:
    events = (event("forward", 1, "2026-05-19T03:59:59"), event("forward", 1, "2026-05-19T04:00"))
    assert [report(date(2026, 5, day), *events)["forwards"]["forwards_count"] for day in (19, 20)] == [1, 2]


def test_missing_times_are_empty_texts() -> None:
    answer = report(TODAY)
    assert (answer["opens"]["last_open"], answer["clicks"]["last_click"], answer["rss_last_send"]) == ("", "", "")


WELCOME = newsletter(
    "a100000001",
    "2026-05-01T08:00",
    type="automation",
    parent_campaign_id="w000000001",
    report="by_id",
    syntax_errors=0,
    events=(event("sent", 1, "2026-05-18T08:00"), event("sent", 2, "2026-05-20T08:00")),
)
JOURNEY = replace(WELCOME, campaign_id="a100000002", parent_campaign_id="", report="none")


def test_an_automation_goes_on_sending_and_has_no_send_time() -> None:
    with serve_mailchimp(truth([WELCOME]), TODAY) as one:
        (row,) = ask(one, "/campaigns").json()["campaigns"]
        assert (row["type"], row["status"], row["send_time"], row["emails_sent"]) == ("automation", "sending", "", 1)
        assert ids(one, "/automations") == ["w000000001"]
        emails = ask(one, "/automations/w000000001/emails", count=0).json()
    assert [(row["id"], row["workflow_id"], row["emails_sent"]) for row in emails["emails"]] == [
        ("a100000001", "w000000001", 1)
    ]
    assert emails["total_items"] == 1


def test_the_report_on_an_automation_is_had_by_its_email_only() -> None:
    with serve_mailchimp(truth([WELCOME]), TODAY) as one:
        assert ids(one, "/reports") == []
        assert ask(one, "/reports/a100000001").json()["emails_sent"] == 1
        assert ask(one, "/reports/w000000001").status_code == 404


def test_an_account_may_list_automations_otherwise() -> None:
    habits = Habits(campaigns_list_automations=False, reports_list_automations=True)
    with serve_mailchimp(truth([WELCOME]), TODAY, habits=habits) as one:
        assert (ids(one, "/campaigns"), ids(one, "/reports")) == ([], ["a100000001"])


def test_a_journey_is_listed_among_the_campaigns_and_nowhere_else() -> None:
    with serve_mailchimp(truth([JOURNEY]), TODAY) as one:
        assert (ids(one, "/campaigns"), ids(one, "/automations"), ids(one, "/reports")) == (["a100000002"], [], [])
        assert ask(one, "/reports/a100000002").status_code == 404


def test_children_name_their_parent_and_have_reports_of_their_own() -> None:
    parent = newsletter("0000000001", type="variate")
    child = newsletter("0000000002", type="variate", parent_campaign_id="0000000001", emails_sent=80)
    with serve_mailchimp(truth([parent, child]), TODAY) as one:
        rows = {row["id"]: row for row in ask(one, "/campaigns").json()["campaigns"]}
        assert (rows["0000000001"]["type"], rows["0000000002"]["parent_campaign_id"]) == ("variate", "0000000001")
        assert set(ids(one, "/reports")) == {"0000000001", "0000000002"}
        sent = {row["day"]: row["emails_sent"] for row in ask(one, ACTIVITY).json()["activity"]}
    # the parent's activity holds the child's
    assert sent["2026-05-18"] == 200


def test_what_is_deleted_is_gone_from_its_morning_on() -> None:
    gone = date(2026, 5, 20)
    world = truth([replace(newsletter(), deleted_on=gone)], [replace(AUDIENCE, deleted_on=gone)])
    with serve_mailchimp(world, date(2026, 5, 19)) as one:
        assert (ids(one, "/campaigns"), ids(one, "/lists")) == (["0000000001"], [AUDIENCE.list_id])
    with serve_mailchimp(world, gone) as one:
        assert ids(one, "/campaigns") == ids(one, "/reports") == ids(one, "/lists") == []
        assert {ask(one, path).status_code for path in ("/reports/0000000001", HISTORY, ACTIVITY)} == {404}


def test_times_that_are_missing_may_be_left_out() -> None:
    with serve_mailchimp(truth([newsletter()]), TODAY, habits=Habits(has_empty_times=False)) as one:
        answer = ask(one, "/reports/0000000001").json()
    assert {"rss_last_send", "last_open", "last_click"} & {*answer, *answer["opens"], *answer["clicks"]} == set()


def test_a_short_page_keeps_its_total(server: MailchimpServer) -> None:
    server.plan(Fault("short"))
    answer = ask(server, "/reports").json()
    assert (answer["reports"], answer["total_items"]) == ([], 25)


def test_a_problem_may_have_words_of_its_own(server: MailchimpServer) -> None:
    server.plan(Fault("problem", status=403, title="User Disabled"))
    assert ask(server, "/ping").json()["title"] == "User Disabled"


def test_lists_carry_the_sender_and_their_stock(server: MailchimpServer) -> None:
    (row,) = ask(server, "/lists").json()["lists"]
    assert row["campaign_defaults"]["from_email"]
    assert row["stats"]["unsubscribe_count"] == 4 + 6 + 31 * 19 // 31


def test_a_list_is_not_seen_before_it_is_made() -> None:
    with serve_mailchimp(truth(), date(2025, 1, 9)) as one:
        assert ids(one, "/lists") == []


def test_the_running_month_moves_from_the_last_stock_to_its_own() -> None:
    def subscribed(today: date) -> list[int]:
        with serve_mailchimp(truth(), today) as one:
            history = ask(one, HISTORY, fields="history.month,history.subscribed").json()["history"]
        return [row["subscribed"] for row in history]

    assert subscribed(date(2026, 5, 1)) == [950, 950, 900]
    assert subscribed(date(2026, 5, 17)) == [950 + 62 * 16 // 31, 950, 900]
    assert subscribed(date(2026, 6, 1)) == [1012, 950, 900]


def test_activity_holds_the_last_180_days_with_the_running_one_first(server: MailchimpServer) -> None:
    days = [row["day"] for row in ask(server, ACTIVITY, count=1000).json()["activity"]]
    assert (len(days), days[0], days[-1]) == (180, "2026-05-20", "2025-11-22")


def test_activity_of_a_young_list_begins_with_it() -> None:
    young = replace(AUDIENCE, created_at=newsletter(send_time="2026-05-18T08:00").send_time)
    with serve_mailchimp(truth(mail_lists=[young]), TODAY) as one:
        assert ask(one, ACTIVITY).json()["total_items"] == 3


@pytest.mark.parametrize("path", ["/lists/none/activity", "/lists/none/growth-history", "/members", "/reports/a/b/c"])
def test_what_does_not_exist_is_a_problem(server: MailchimpServer, path: str) -> None:
    answer = ask(server, path)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_outside_of_the_api_there_is_nothing(server: MailchimpServer) -> None:
    address = server.base_url.removesuffix("/3.0") + "/2.0/reports"
    assert requests.get(address, auth=("x", DEMO_API_KEY), timeout=5).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_writing_is_not_allowed(server: MailchimpServer, method: str) -> None:
    assert ask(server, "/campaigns", method).status_code == 405


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic wrong"}, {"Authorization": f"Bearer {DEMO_API_KEY}"}])
def test_without_the_key_there_is_no_answer(server: MailchimpServer, headers: dict[str, str]) -> None:
    answer = requests.get(server.base_url + "/ping", headers=headers, timeout=5)
    assert (answer.status_code, answer.json()["title"]) == (401, "API Key Invalid")


def test_the_eleventh_request_at_a_time_is_refused(server: MailchimpServer) -> None:
    for _ in range(9):
        server.enter()
    assert ask(server, "/ping").status_code == 200
    server.enter()
    assert ask(server, "/ping").status_code == 429


def test_faults_meet_their_path_after_and_as_often_as_scripted() -> None:
    fault = Fault("empty", path="/lists*", after=1, times=2, status=500)
    with serve_mailchimp(truth(), TODAY, faults=[fault]) as one:
        assert [ask(one, "/lists").status_code for _ in range(5)] == [200, 500, 500, 200, 200]
        assert ask(one, "/ping").status_code == 200


@pytest.mark.parametrize(
    ("kind", "error"), [("reset", requests.ConnectionError), ("truncate", requests.RequestException)]
)
def test_a_broken_connection_looks_broken(kind: Any, error: type[Exception]) -> None:
    with serve_mailchimp(truth(), TODAY, faults=[Fault(kind)]) as one, pytest.raises(error):
        ask(one, "/ping")


def test_every_request_is_logged_with_what_was_asked(server: MailchimpServer) -> None:
    ask(server, "/lists", fields="lists.id")
    (request,) = server.requests
    assert (request.method, request.path, request.query, request.status) == (
        "GET",
        "/lists",
        {"fields": "lists.id"},
        200,
    )


def test_stopping_does_not_wait_for_hanging_requests() -> None:
    with serve_mailchimp(truth(), TODAY, faults=[Fault("hang", seconds=60)]) as one:
        with pytest.raises(requests.Timeout):
            requests.get(one.base_url + "/ping", timeout=(5, 0.1))
        begun = monotonic()
    assert monotonic() - begun < 3
