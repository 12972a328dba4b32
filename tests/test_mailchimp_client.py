"""The seam to the official client: every answer is the expected JSON or a typed error."""

from __future__ import annotations

import json
import pickle
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
from mailchimp_truth import AUDIENCE, daily_newsletters, newsletter, truth

from pipelines.failures import SourceUnavailable, WrongUse
from pipelines.mailchimp_client import connect, disconnect, pages, requests_made
from pipelines.mailchimp_errors import (
    MailchimpBlockedError,
    MailchimpIncompleteError,
    MailchimpRefusedError,
    MailchimpTooSlowError,
    MailchimpUnavailableError,
)
from pipelines.sandbox.mailchimp_faults import Fault
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, LoggedRequest, serve_mailchimp

TODAY = date(2026, 5, 20)
QUICK: dict[str, Any] = {"base_delay": 0, "timeout": (5, 5)}


def serve(newsletters: int = 1, *faults: Fault) -> Any:
    return serve_mailchimp(truth(daily_newsletters(newsletters)), TODAY, faults=faults)


def read_reports(base_url: str, **how: Any) -> list[dict[str, Any]]:
    client = connect(DEMO_API_KEY, base_url=base_url, **{**QUICK, **how})
    try:
        return list(pages(client.reports.get_all_campaign_reports, "reports", count=10, fields=["reports.id"]))
    finally:
        disconnect(client)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("empty", status=429, times=2),
        Fault("problem", status=429, times=2),
        Fault("problem", status=408, times=2),
        Fault("html", status=403, times=2),
        Fault("empty", status=403, times=2),
        Fault("empty", status=503, times=2),
        Fault("empty", status=200, times=2),
        Fault("empty", status=204, times=2),
        Fault("html", status=200, times=2),
        Fault("html", status=504, after=1, times=2),
        Fault("problem", status=500, after=2, times=2),
        Fault("badjson", times=2),
        Fault("truncate", times=2),
        Fault("reset", times=2),
        Fault("reset", after=1, times=2),
    ],
    ids=lambda fault: f"{fault.kind} {fault.status or ''} after {fault.after}",
)
def test_two_faults_in_a_row_end_with_the_complete_collection(fault: Fault) -> None:
    with serve(25, fault) as server:
        assert len({row["id"] for row in read_reports(server.base_url)}) == 25
        assert len(server.requests) == 3 + 2


def test_two_hanging_answers_end_with_the_complete_collection() -> None:
    with serve(25, Fault("hang", after=1, times=2)) as server:
        assert len(read_reports(server.base_url, timeout=(5, 0.2))) == 25


def test_a_fault_without_end_is_an_unavailable_source_after_all_tries() -> None:
    with serve(1, Fault("empty", status=503, times=99)) as server:
        with pytest.raises(SourceUnavailable, match=r"^Mailchimp GET /reports: HTTP 503 \(tried 6 times\): ") as raised:
            read_reports(server.base_url)
        assert len(server.requests) == 6
    assert raised.value.exit_code == 3


def test_the_delay_between_tries_doubles_with_jitter_up_to_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    delays: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", delays.append)
    with serve(1, Fault("empty", times=99)) as server, pytest.raises(SourceUnavailable):
        connect(DEMO_API_KEY, base_url=server.base_url, tries=8).ping.get()
    doubled = [2, 4, 8, 16, 32, 60, 60]
    assert all(least <= delay <= min(least + 2, 60) for least, delay in zip(doubled, delays, strict=True))


def test_no_server_at_all_is_an_unavailable_source() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{unused.getsockname()[1]}/3.0"
        with pytest.raises(MailchimpUnavailableError, match="the connection failed") as raised:
            read_reports(base_url, tries=2)
    assert raised.value.status is None


def test_a_block_at_the_edge_without_end_is_an_unavailable_source_that_names_its_reference() -> None:
    names_reference = pytest.raises(MailchimpUnavailableError, match=r"Access Denied Reference #18\.6f")
    with serve(1, Fault("html", status=403, times=99)) as server, names_reference:
        read_reports(server.base_url, tries=2)


def test_what_is_not_there_is_asked_for_once() -> None:
    with serve(1) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, **QUICK)
        with pytest.raises(MailchimpRefusedError) as raised:
            client.reports.get_campaign_report("ffffffffff")
        assert (raised.value.status, len(server.requests)) == (404, 1)


def test_a_user_without_rights_is_asked_for_once_and_is_wrong_use() -> None:
    with serve(1, Fault("problem", status=403, times=99)) as server:
        with pytest.raises(WrongUse, match="give the user of the API key access") as raised:
            read_reports(server.base_url)
        assert len(server.requests) == 1
    assert raised.value.exit_code == 2


def test_a_wrong_key_is_wrong_use_and_is_not_repeated_in_the_message() -> None:
    with serve(1) as server, pytest.raises(MailchimpRefusedError, match="set MAILCHIMP_API_KEY") as raised:
        connect("not-the-key-us6", base_url=server.base_url, **QUICK).ping.get()
    assert "not-the-key" not in str(raised.value)


def test_a_redirect_is_not_followed() -> None:
    is_refused = pytest.raises(MailchimpRefusedError, match="check MAILCHIMP_BASE_URL")
    with serve(1, Fault("html", status=302)) as server, is_refused:
        read_reports(server.base_url)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD"])
def test_anything_but_get_is_refused_before_it_is_sent(method: str) -> None:
    with serve(1) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, **QUICK)
        with pytest.raises(WrongUse, match="this program only reads"):
            client.api_client.call_api("/campaigns/{id}", method, {"id": "0"}, [], {})
        assert server.requests == []


def test_deleting_through_the_generated_method_is_refused() -> None:
    client = connect(DEMO_API_KEY, base_url="http://127.0.0.1:9/3.0", **QUICK)
    with pytest.raises(WrongUse, match="Mailchimp DELETE"):
        client.campaigns.remove("0000000001")


@pytest.mark.parametrize("name", ["fields", "exclude_fields"])
def test_fields_as_plain_text_are_refused(name: str) -> None:
    client = connect(DEMO_API_KEY, base_url="http://127.0.0.1:9/3.0", **QUICK)
    with pytest.raises(WrongUse, match="is not a list of field names"):
        client.reports.get_all_campaign_reports(**{name: "reports.id,total_items"})


def test_a_time_without_zone_is_refused() -> None:
    client = connect(DEMO_API_KEY, base_url="http://127.0.0.1:9/3.0", **QUICK)
    with pytest.raises(WrongUse, match="has no time zone"):
        client.campaigns.list(since_send_time=datetime(2026, 5, 1))  # noqa: DTZ001


@pytest.mark.parametrize("path_id", ["", ".", ".."])
def test_an_id_that_walks_up_the_path_is_refused(path_id: str) -> None:
    client = connect(DEMO_API_KEY, base_url="http://127.0.0.1:9/3.0", **QUICK)
    with pytest.raises(WrongUse, match="pass the id of an object"):
        client.lists.get_list_recent_activity(path_id)


def test_ids_are_quoted_and_an_id_holding_the_word_server_arrives_whole() -> None:
    with serve(1) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, **QUICK)
        with pytest.raises(MailchimpRefusedError):
            client.reports.get_campaign_report("my-server/1")
        assert server.requests[0].path == "/reports/my-server%2F1"


@pytest.mark.parametrize("status", [404, 503])
def test_errors_survive_pickling(status: int) -> None:
    with serve(1, Fault("problem", status=status, times=9)) as server, pytest.raises(Exception) as raised:
        read_reports(server.base_url, tries=2)
    error = raised.value
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again), again.status, again.detail, again.retryable) == (
        type(error),
        str(error),
        status,
        error.detail,
        status == 503,
    )


def test_a_collection_shorter_than_its_total_raises() -> None:
    def half_empty(**query: Any) -> dict[str, Any]:
        return {"reports": [{"id": "1"}] if query["offset"] == 0 else [], "total_items": 2}

    with pytest.raises(MailchimpUnavailableError, match="1 of 2 rows arrived"):
        list(pages(half_empty, "reports"))


@pytest.mark.parametrize(
    "answer", [{}, {"reports": []}, {"reports": {}, "total_items": 0}, {"reports": ["x"], "total_items": 1}]
)
def test_an_answer_that_is_no_collection_raises(answer: dict[str, Any]) -> None:
    with pytest.raises(MailchimpUnavailableError, match="no total_items or holds no rows"):
        list(pages(lambda **_: answer, "reports"))


def test_pages_follow_a_total_that_grows_meanwhile() -> None:
    def growing(offset: int, **_: Any) -> dict[str, Any]:
        return {"reports": [{"id": offset}], "total_items": min(offset + 2, 4)}

    assert [row["id"] for row in pages(growing, "reports")] == [0, 1, 2, 3]


def test_a_total_that_falls_between_two_pages_raises() -> None:
    def shrinking(offset: int, **_: Any) -> dict[str, Any]:
        return {"reports": [{"id": offset}], "total_items": 3 - offset}

    with pytest.raises(MailchimpIncompleteError, match="it fell from 3 to 2 rows while it was read"):
        list(pages(shrinking, "reports"))


def sizes_asked(requests: list[LoggedRequest]) -> list[tuple[int, int]]:
    """(count, offset) of every page that was asked for."""
    return [(int(one.query["count"]), int(one.query["offset"])) for one in requests]


def test_a_page_is_halved_after_each_504_and_the_reading_goes_on_where_it_was() -> None:
    with serve(900, Fault("html", status=504, after=1, times=2)) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, **QUICK)
        seen = [row["id"] for row in pages(client.reports.get_all_campaign_reports, "reports", count=800)]
        assert len(seen) == len(set(seen)) == 900
        assert sizes_asked(server.requests) == [(800, 0), (800, 800), (400, 800), (200, 800)]


def test_pages_are_halved_down_to_a_hundred_rows_which_are_then_tried_like_anything_else() -> None:
    with serve(1, Fault("html", status=504, times=99)) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, tries=3, **QUICK)
        with pytest.raises(MailchimpTooSlowError, match=r"HTTP 504 .* \(tried 3 times\)"):
            list(pages(client.reports.get_all_campaign_reports, "reports", count=1000))
        assert [count for count, _ in sizes_asked(server.requests)] == [1000, 500, 250, 125, 100, 100, 100]


def test_whom_the_edge_blocks_for_good_asks_no_more() -> None:
    with serve(1, Fault("html", status=403, times=99)) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, tries=2, **QUICK)
        for _ in range(3):
            with pytest.raises(MailchimpBlockedError, match="wait some hours"):
                client.ping.get()
        assert len(server.requests) == 2


def test_six_requests_at_a_time_are_the_most_unless_told_otherwise() -> None:
    with serve(1, Fault("delay", times=99, seconds=0.1)) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, **QUICK)
        with ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(lambda _: client.ping.get(), range(24)))
        assert len(answers) == 24
        assert server.peak_in_flight == 6
        assert {request.status for request in server.requests} == {200}


def test_never_more_requests_at_a_time_than_allowed() -> None:
    with serve(1, Fault("delay", times=99, seconds=0.1)) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, concurrency=3, **QUICK)
        with ThreadPoolExecutor(12) as threads:
            answers = list(threads.map(lambda _: client.ping.get(), range(12)))
        assert len(answers) == 12
        assert 1 < server.peak_in_flight <= 3


def test_a_full_account_is_a_reason_to_come_back() -> None:
    with serve(1) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, tries=2, **QUICK)
        for _ in range(10):
            server.enter()
        with pytest.raises(MailchimpUnavailableError, match="HTTP 429"):
            client.ping.get()
        server.leave()
        assert client.ping.get()


def test_one_thread_keeps_one_connection() -> None:
    with serve(1) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, **QUICK)
        for _ in range(5):
            client.ping.get()
        assert (server.connections_accepted, requests_made(client)) == (1, 5)


def test_neither_netrc_nor_proxy_variables_are_honoured(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password wrong\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with serve(1) as server:
        assert len(read_reports(server.base_url, tries=1)) == 1


def test_amounts_arrive_as_decimals() -> None:
    with serve_mailchimp(truth([newsletter()]), TODAY) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, **QUICK)
        assert client.reports.get_campaign_report("0000000001")["ecommerce"]["total_revenue"] == Decimal("149.95")


@pytest.mark.parametrize(
    ("arguments", "host"),
    [
        ({"api_key": "abc-us6"}, "https://us6.api.mailchimp.com/3.0"),
        ({"api_key": "abc", "server_prefix": "us21"}, "https://us21.api.mailchimp.com/3.0"),
        ({"api_key": "abc-us6", "base_url": "http://server.example.com/3.0/"}, "http://server.example.com/3.0"),
    ],
)
def test_the_address_is_given_or_follows_from_the_data_centre(arguments: dict[str, str], host: str) -> None:
    assert connect(**arguments).api_client.host == host


@pytest.mark.parametrize(
    "arguments",
    [
        {"api_key": ""},
        {"api_key": "sch\u00f6ner-us6"},
        {"api_key": "abc"},
        {"api_key": "abc-us6.evil.example"},
        {"api_key": "abc-us6", "base_url": "127.0.0.1:8999"},
    ],
)
def test_a_key_or_address_that_cannot_be_one_is_wrong_use(arguments: dict[str, str]) -> None:
    with pytest.raises(WrongUse, match="MAILCHIMP_"):
        connect(**arguments)


def test_an_address_in_an_error_text_is_masked() -> None:
    from pipelines.mailchimp_errors import refusal_or_pause

    response = requests.Response()
    response.status_code = 400
    response.headers["content-type"] = "application/problem+json"
    response._content = json.dumps({"title": "Bad", "detail": "member jo@example.com"}).encode()
    assert str(refusal_or_pause("/lists", response)).startswith(
        "Mailchimp GET /lists: HTTP 400 Bad, member (address): "
    )


def test_the_stock_methods_keep_their_signatures() -> None:
    with serve(1) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url, **QUICK)
        answer = client.lists.get_list_recent_activity(AUDIENCE.list_id, count=1, fields=["activity.day"])
    assert answer == {"activity": [{"day": "2026-05-20"}]}
