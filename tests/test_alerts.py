from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pipelines.alerts import Alert, send_alert
from pipelines.settings import load_settings

ALERT = Alert("run failed", "0123456789", "nightly", "mailchimp: connection refused: try again later")


class Receiver(HTTPServer):
    def __init__(self, status: int) -> None:
        self.status = status
        self.bodies: list[dict[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks/secret-token"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        self.server.bodies.append(json.loads(self.rfile.read(length)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


@pytest.fixture(params=[200])
def receiver(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    server = Receiver(request.param)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_webhook_is_told_what_why_and_what_to_do(receiver: Receiver) -> None:
    assert send_alert(ALERT, load_settings({"KPI_ALERT_WEBHOOK": receiver.address}))
    assert receiver.bodies[0]["text"] == "[run failed] nightly 01234567: mailchimp: connection refused: try again later"


@pytest.mark.parametrize("receiver", [500], indirect=True)
def test_a_webhook_that_fails_is_logged_without_its_secret_address(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not send_alert(ALERT, load_settings({"KPI_ALERT_WEBHOOK": receiver.address}))
    logged = capsys.readouterr().out
    assert "alert not delivered" in logged
    assert "secret-token" not in logged


def test_without_a_webhook_the_log_has_the_alert(capsys: pytest.CaptureFixture[str]) -> None:
    assert send_alert(ALERT, load_settings({}))
    assert "connection refused" in capsys.readouterr().out
