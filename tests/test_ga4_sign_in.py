"""Signing in to GA4: a key that is none, a key that was revoked, a token that is no longer taken."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from ga4_reading import HASTY, LATER, NEXT, REPORT, read_one, reading
from ga4_truth import FIRST, PROPERTY, sessions_of, truth_of
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.oauth2.credentials import Credentials

from pipelines.failures import WrongUse
from pipelines.ga4 import Ga4Source, connect
from pipelines.ga4_client import forgetting, local_client
from pipelines.sandbox.ga4_faults import Failure
from pipelines.sandbox.ga4_server import serve_ga4
from pipelines.sandbox.ga4_wordings import REFUSALS


@contextmanager
def signing_in(status: int, answer: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """A token server that says the same to everybody: its address, and the bodies it was sent."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/token", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def signed_in(endpoint: str, token_uri: str, token: str | None) -> Ga4Source:
    credentials = Credentials(token, refresh_token="r", token_uri=token_uri, client_id="i", client_secret="s")
    client = BetaAnalyticsDataClient(
        credentials=credentials, transport="rest", client_options={"api_endpoint": f"http://{endpoint}"}
    )
    return Ga4Source(client, PROPERTY, patience=HASTY, rows_per_page=10, renew=forgetting(credentials))


# Google warns of key files from strangers; this one is the operator's own
@pytest.mark.filterwarnings("ignore:The load_credentials_from_file")
def test_a_key_file_that_is_none_is_a_wrong_setting(tmp_path: Any) -> None:
    key = tmp_path / "key.json"
    key.write_text("no json")

    for path in (key, tmp_path / "missing.json"):
        with pytest.raises(WrongUse, match="GOOGLE_APPLICATION_CREDENTIALS"):
            connect(PROPERTY, credentials_path=path)


def test_a_revoked_key_is_told_at_once_and_asks_for_a_valid_one() -> None:
    refused = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    with serve_ga4(truth_of([]), LATER) as server, signing_in(400, refused) as (token_uri, asked):
        source = signed_in(server.rest_endpoint, token_uri, None)
        with source, pytest.raises(WrongUse, match=r"invalid_grant.*a valid key file"):
            source.metadata()

    assert len(asked) == 1
    assert server.calls == []


def test_a_revoked_key_reaches_grpc_as_unavailable_and_is_not_tried_again() -> None:
    revoked = Failure("UNAVAILABLE", "Getting metadata from plugin failed: invalid_grant", calls=())
    with reading(faults=[revoked]) as (source, server), pytest.raises(WrongUse, match="a valid key file"):
        read_one(source, REPORT["day_total"], FIRST, NEXT)

    assert len(server.calls) == 1


def test_a_token_that_is_no_longer_taken_is_fetched_anew() -> None:
    fresh = {"access_token": "fresh", "expires_in": 3600, "token_type": "Bearer"}
    expired = Failure(*REFUSALS["bad token"], calls=(1,))
    with (
        serve_ga4(truth_of(sessions_of(FIRST, 1)), LATER, faults=[expired]) as server,
        signing_in(200, fresh) as (token_uri, asked),
        signed_in(server.rest_endpoint, token_uri, "old") as source,
    ):
        assert read_one(source, REPORT["day_total"], FIRST, FIRST).rows_read == 1

    assert len(asked) == 1
    assert len(server.calls) == 2


def test_a_new_token_is_fetched_once_and_not_for_ever() -> None:
    renewed = []
    faults = [Failure(*REFUSALS["bad token"], calls=())]
    with serve_ga4(truth_of([]), LATER, faults=faults) as server:
        client = local_client(server.endpoint, "grpc")
        with (
            Ga4Source(
                client, PROPERTY, patience=HASTY, rows_per_page=10, renew=lambda: renewed.append("token")
            ) as source,
            pytest.raises(WrongUse, match="a valid key file"),
        ):
            read_one(source, REPORT["day_total"], FIRST, NEXT)

    assert (renewed, len(server.calls)) == (["token"], 2)
