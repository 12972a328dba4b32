"""Every fault of the reference, met by a read of the account: it ends complete, or with one line that says why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from mailchimp_truth import daily_newsletters, truth

from pipelines.failures import KpiError, SourceUnavailable, WrongUse
from pipelines.loads import Arrival
from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect
from pipelines.sandbox.mailchimp_faults import FINAL_FAULTS, PASSING_FAULTS, Fault
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, MailchimpServer, serve_mailchimp

TODAY = date(2026, 5, 20)
FOREVER = 10**6
# what a fault that does not end is told as, and what somebody should do
LASTING = {
    "empty 429": "HTTP 429",
    "problem 429": "HTTP 429 Too Many Requests",
    "problem 408": "HTTP 408",
    "html 403 of the edge": "HTTP 403 .*Access Denied Reference #18.6f.*wait some hours",
    "empty 403 of the edge": "HTTP 403 .*wait some hours",
    "problem 500": "HTTP 500",
    "empty 500": "HTTP 500",
    "empty 503": "HTTP 503",
    "html 503 of the edge": "HTTP 503 .*Access Denied",
    "html 504 mid-paging": "Mailchimp GET /reports: HTTP 504",
    "bad JSON with 200": "HTTP 200 without a complete JSON object",
    "empty 200": "HTTP 200 without a complete JSON object",
    "truncated": "the connection failed or broke off",
    "reset": "the connection failed or broke off",
    "hang": "no answer within 0.2 s",
    "fewer rows than total": "Mailchimp reports: 0 of 25 rows arrived",
}
FINAL = {
    "problem 400 Invalid Resource": "HTTP 400 Invalid Resource",
    "problem 401 API Key Invalid": "HTTP 401 API Key Invalid.*set MAILCHIMP_API_KEY",
    "problem 403 User Disabled": "HTTP 403 User Disabled.*give the user of the API key access",
    "problem 403 Forbidden": "HTTP 403 Forbidden.*give the user of the API key access",
    "problem 404 Resource Not Found": "HTTP 404 Resource Not Found",
    "redirect": "HTTP 302",
}


@pytest.fixture(scope="module")
def server() -> Iterator[MailchimpServer]:
    with serve_mailchimp(truth(daily_newsletters(25)), TODAY) as one:
        yield one


def read(server: MailchimpServer, *faults: Fault) -> dict[str, Arrival]:
    """The account as a source reads it while these faults are due, in pages of ten."""
    server.plan(*faults)
    client = connect(DEMO_API_KEY, base_url=server.base_url, base_delay=0, timeout=(5, 0.2), tries=3)
    return {one.object: one for one in MailchimpSource(client, page_size=10).read(TODAY)}


@pytest.fixture(scope="module")
def undisturbed(server: MailchimpServer) -> dict[str, Arrival]:
    return read(server)


def test_every_fault_has_an_expected_outcome() -> None:
    assert (LASTING.keys(), FINAL.keys()) == (PASSING_FAULTS.keys(), FINAL_FAULTS.keys())


@pytest.mark.parametrize("name", PASSING_FAULTS)
def test_what_passes_after_two_times_ends_with_the_whole_account(
    server: MailchimpServer, undisturbed: dict[str, Arrival], name: str
) -> None:
    disturbed = read(server, replace(PASSING_FAULTS[name], times=2))
    assert disturbed.keys() == undisturbed.keys()
    for one in undisturbed.values():
        assert disturbed[one.object].rows.equals(one.rows)


@pytest.mark.parametrize("name", PASSING_FAULTS)
def test_what_does_not_pass_is_an_unavailable_source_that_says_why(server: MailchimpServer, name: str) -> None:
    with pytest.raises(SourceUnavailable, match=LASTING[name]) as raised:
        read(server, replace(PASSING_FAULTS[name], times=FOREVER))
    assert_told_on_one_line(raised.value, exit_code=3)


@pytest.mark.parametrize("name", FINAL_FAULTS)
def test_what_needs_a_person_is_asked_once_and_is_wrong_use(server: MailchimpServer, name: str) -> None:
    before = len(server.requests)
    with pytest.raises(WrongUse, match=FINAL[name]) as raised:
        read(server, replace(FINAL_FAULTS[name], times=FOREVER))
    assert_told_on_one_line(raised.value, exit_code=2)
    asked = [request.path for request in server.requests[before:]]
    assert asked.count(asked[-1]) == 1


def assert_told_on_one_line(error: KpiError, exit_code: int) -> None:
    assert error.exit_code == exit_code
    assert "\n" not in str(error)
    assert DEMO_API_KEY not in str(error)
