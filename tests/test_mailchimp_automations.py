"""E-mails that are sent for ever: found wherever the API tells of them, and never taken for a send of one day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from mailchimp_truth import event, newsletter, truth

from pipelines.failures import SourceUnavailable
from pipelines.loads import Arrival
from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect
from pipelines.sandbox.mailchimp_faults import Fault
from pipelines.sandbox.mailchimp_habits import Habits
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, serve_mailchimp

TODAY = date(2026, 5, 20)
WELCOME = newsletter(
    "a100000001",
    "2026-05-01T08:00",
    type="automation",
    parent_campaign_id="w000000001",
    report="by_id",
    emails_sent=0,
    syntax_errors=0,
    orders=0,
    events=(
        event("sent", 1, "2026-05-18T08:00"),
        event("open", 1, "2026-05-18T09:00"),
        event("sent", 2, "2026-05-19T08:00"),
        event("soft_bounce", 2, "2026-05-19T08:01"),
        event("click", 1, "2026-05-19T09:00", link=1),
        event("sent", 3, "2026-05-20T08:00"),
    ),
)
SECOND = replace(WELCOME, campaign_id="a100000002", events=())
JOURNEY = replace(WELCOME, campaign_id="a100000003", parent_campaign_id="", report="none", utm_campaign="")
SEND = newsletter("0000000001")
HABITS = [
    Habits(campaigns_list_automations=campaigns, reports_list_automations=reports)
    for campaigns in (True, False)
    for reports in (True, False)
]


def read(*newsletters: Any, habits: Habits | None = None, faults: tuple[Fault, ...] = ()) -> dict[str, Arrival]:
    with serve_mailchimp(truth(newsletters), TODAY, habits=habits, faults=faults) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, base_delay=0, timeout=(5, 5), tries=2)
        return {one.object: one for one in MailchimpSource(client).read(TODAY)}


def rows(arrivals: dict[str, Arrival], name: str) -> list[dict[str, Any]]:
    return arrivals[f"mailchimp.{name}"].rows.to_pylist()


@pytest.mark.parametrize("habits", HABITS, ids=str)
def test_the_running_totals_of_this_morning_are_kept_wherever_the_api_lists_them(habits: Habits) -> None:
    (row,) = rows(read(SEND, WELCOME, habits=habits), "automation_day")
    assert {name: row[name] for name in list(row)[:9]} == {
        "campaign_id": "a100000001",
        "observed_on": TODAY,
        "created_on": date(2026, 4, 24),
        "is_readable": True,
        "emails_sent": 2,
        "hard_bounces": 0,
        "soft_bounces": 1,
        "syntax_errors": 0,
        "unique_opens": 1,
    }
    assert (row["unique_subscriber_clicks"], row["part"]) == (1, "a100000001/2026-05-20")


@pytest.mark.parametrize("habits", HABITS, ids=str)
def test_an_automation_is_no_send_of_one_day(habits: Habits) -> None:
    arrivals = read(SEND, WELCOME, habits=habits)
    assert [row["campaign_id"] for row in rows(arrivals, "report")] == ["0000000001"]
    assert [(row["campaign_id"], row["type"], row["send_time"]) for row in rows(arrivals, "campaign")][1:] == [
        ("a100000001", "automation", None)
    ]
    assert ("campaign", "a100000001") in [(row["kind"], row["id"]) for row in rows(arrivals, "listed")]
    assert arrivals["mailchimp.report"].flags["emails_left_out"] == 0


def test_the_workflow_is_the_parent_of_its_emails() -> None:
    parents = {row["campaign_id"]: row["parent_campaign_id"] for row in rows(read(WELCOME, SECOND), "campaign")}
    assert parents == {"a100000001": "w000000001", "a100000002": "w000000001"}


def test_an_email_that_nobody_was_sent_yet_has_counted_nothing_and_is_not_asked_for() -> None:
    with serve_mailchimp(truth([SECOND]), TODAY) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, base_delay=0)
        (row,) = rows({one.object: one for one in MailchimpSource(client).read(TODAY)}, "automation_day")
        assert "/reports/a100000002" not in [request.path for request in server.requests]
    assert (row["is_readable"], row["emails_sent"], row["unsubscribed"]) == (True, 0, 0)


def test_of_a_journey_only_the_number_sent_is_known() -> None:
    arrivals = read(JOURNEY)
    (row,) = rows(arrivals, "automation_day")
    assert (row["is_readable"], row["emails_sent"], row["hard_bounces"]) == (False, 2, None)
    assert arrivals["mailchimp.automation_day"].flags["automations_without_report"] == 1


def test_a_journey_that_nothing_lists_leaves_no_trace() -> None:
    assert rows(read(JOURNEY, habits=Habits(campaigns_list_automations=False)), "automation_day") == []


def test_an_account_without_classic_automations_is_read_all_the_same() -> None:
    gone = Fault("problem", path="/automations", status=404)
    assert [row["campaign_id"] for row in rows(read(SEND, faults=(gone,)), "report")] == ["0000000001"]


def test_a_workflow_that_is_deleted_meanwhile_has_no_emails() -> None:
    gone = Fault("problem", path="/automations/*", status=404)
    only_workflows = Habits(campaigns_list_automations=False)
    assert rows(read(WELCOME, habits=only_workflows, faults=(gone,)), "automation_day") == []


def test_a_workflow_that_sends_fewer_emails_than_it_counts_is_no_answer() -> None:
    short = Fault("short", path="/automations/*", times=9)
    with pytest.raises(SourceUnavailable, match="automation w000000001: 0 of 1 e-mails arrived"):
        read(WELCOME, faults=(short,))


def test_a_report_that_does_not_answer_is_not_taken_for_an_unreadable_one() -> None:
    down = Fault("empty", path="/reports/*", status=503, times=9)
    with pytest.raises(SourceUnavailable, match="/reports/a100000001: HTTP 503"):
        read(WELCOME, faults=(down,))
