"""What reading an account with a thousand Mailchimp reports costs, in requests and seconds."""

from __future__ import annotations

import time
from datetime import date

import pytest
from mailchimp_truth import daily_newsletters, truth

from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, serve_mailchimp

TODAY = date(2026, 5, 20)
REPORTS, MOST_REQUESTS = 1_000, 5

pytestmark = pytest.mark.bench


def test_a_thousand_reports_need_at_most_five_requests() -> None:
    with serve_mailchimp(truth(daily_newsletters(REPORTS)), TODAY) as server:
        client = connect(DEMO_API_KEY, base_url=server.base_url)
        begun = time.perf_counter()
        arrivals = {one.object: one for one in MailchimpSource(client).read(TODAY)}
        took_s = time.perf_counter() - begun
        paths = [request.path for request in server.requests]
    for_reports = paths.count("/reports")
    print(f"\n{REPORTS} reports: {for_reports} request(s) of {len(paths)} for the whole account, {took_s:.2f} s")
    assert arrivals["mailchimp.report"].rows.num_rows == REPORTS
    assert for_reports <= MOST_REQUESTS
