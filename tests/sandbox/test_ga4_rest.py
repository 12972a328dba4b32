"""The demo company's GA4 over HTTP, as any HTTP client sees it: paths, JSON, errors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from ga4_truth import FIRST, PROPERTY, sessions_of, truth_of

from pipelines.sandbox.ga4_faults import Failure
from pipelines.sandbox.ga4_server import Ga4Server, serve_ga4
from pipelines.sandbox.ga4_wordings import REFUSALS

REPORT: dict[str, Any] = {
    "dimensions": [{"name": "date"}],
    "metrics": [{"name": "sessions"}],
    "dateRanges": [{"startDate": "2026-06-01", "endDate": "2026-06-02"}],
}


@pytest.fixture(scope="module")
def server() -> Iterator[Ga4Server]:
    with serve_ga4(truth_of(sessions_of(FIRST, 2)), FIRST + timedelta(days=30)) as server:
        yield server


def sent(server: Ga4Server, path: str, body: Any = None, **more: Any) -> requests.Response:
    url = f"http://{server.rest_endpoint}/v1beta/{path}"
    if body is None and not more:
        return requests.get(url, timeout=5)
    return requests.post(url, json=body, timeout=5, **more)


def test_a_report_is_json_in_camel_case_with_values_as_text(server: Ga4Server) -> None:
    answer = sent(server, f"properties/{PROPERTY}:runReport", REPORT).json()
    assert answer["rows"] == [{"dimensionValues": [{"value": "20260601"}], "metricValues": [{"value": "2"}]}]
    assert answer["rowCount"] == 1
    assert answer["metadata"]["timeZone"] == "Europe/Amsterdam"
    assert server.calls[-1].method == "RunReport"


def test_an_answer_without_rows_has_no_rows_key(server: Ga4Server) -> None:
    body = REPORT | {"dateRanges": [{"startDate": "2026-06-05", "endDate": "2026-06-05"}]}
    assert "rows" not in sent(server, f"properties/{PROPERTY}:runReport", body).json()


def test_the_other_methods_have_their_paths(server: Ga4Server) -> None:
    batch = sent(server, f"properties/{PROPERTY}:batchRunReports", {"requests": [REPORT, REPORT]}).json()
    assert [report["rowCount"] for report in batch["reports"]] == [1, 1]
    fields = sent(server, f"properties/{PROPERTY}/metadata").json()
    assert {"date", "sessions"} <= {one["apiName"] for one in fields["dimensions"] + fields["metrics"]}
    asked = {"metrics": [{"name": "sessions"}]}
    checked = sent(server, f"properties/{PROPERTY}:checkCompatibility", asked).json()
    assert checked["metricCompatibilities"]


@pytest.mark.parametrize("path", ["properties", f"properties/{PROPERTY}:runNothing", f"properties/{PROPERTY}/nothing"])
def test_a_wrong_address_is_a_page_whatever_the_method(server: Ga4Server, path: str) -> None:
    for answer in (sent(server, path), sent(server, path, {})):
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")


def test_an_unknown_field_of_the_request_is_refused_before_anything_else(server: Ga4Server) -> None:
    answer = sent(server, "properties/815:runReport", {"dimensionz": []})
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert answer.json()["error"]["message"].startswith("Invalid JSON payload received.")
    assert sent(server, "properties/815:runReport", data="no json").status_code == 400


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        ("bad metric", 400),
        ("no token", 401),
        ("API not enabled", 403),
        ("tokens of the day gone", 429),
        ("server", 500),
        ("no code", 500),
        ("server away", 503),
        ("timeout", 504),
    ],
)
def test_a_refusal_is_an_error_as_google_sends_it(server: Ga4Server, refusal: str, status: int) -> None:
    code, wording = REFUSALS[refusal]
    server.plan(Failure(code, wording))
    answer = sent(server, f"properties/{PROPERTY}:runReport", REPORT)
    assert answer.status_code == status
    assert answer.json() == {"error": {"code": status, "message": wording, "status": code}}
