"""What is told reaches its addressees, and no address and no password is told with it."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pipelines.alerts import Alert, send_alert
from pipelines.failures import WrongUse
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


class Postbox(socketserver.TCPServer):
    """A mail server that takes one mail after a sign-in; it keeps what it was told."""

    allow_reuse_address = True

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.signed_in: list[str] = []
        self.mails: list[str] = []
        super().__init__(("127.0.0.1", 0), _Postman)

    @property
    def url(self) -> str:
        return f"smtp://me%40shop:s%2Fcret@127.0.0.1:{self.server_address[1]}"


class _Postman(socketserver.StreamRequestHandler):
    server: Postbox

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            word = line.partition(" ")[0].upper()
            if word == "EHLO":
                self.say("250-here\r\n250 AUTH PLAIN")
            elif word == "AUTH":
                self.server.signed_in.append(base64.b64decode(line.split()[-1]).decode())
                self.say("535 no" if self.server.refuses else "235 welcome")
            elif word == "DATA":
                self.say("354 go on")
                self.server.mails.append(self.text())
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def text(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        return "".join(lines)


@pytest.fixture(params=[False])
def postbox(request: pytest.FixtureRequest) -> Iterator[Postbox]:
    server = Postbox(refuses=request.param)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def mailed(url: str) -> dict[str, str]:
    return {"KPI_ALERT_EMAIL": "owner@shop.test", "SMTP_URL": url}


def test_the_mail_says_what_why_and_what_to_do(postbox: Postbox) -> None:
    assert send_alert(ALERT, load_settings(mailed(postbox.url)))
    assert postbox.signed_in == ["\0me@shop\0s/cret"]
    (mail,) = postbox.mails
    assert "Subject: [run failed] nightly" in mail
    assert "To: owner@shop.test" in mail
    assert "mailchimp: connection refused: try again later" in mail


def test_a_server_without_sign_in_takes_the_mail_too(postbox: Postbox) -> None:
    assert send_alert(ALERT, load_settings(mailed(f"smtp://127.0.0.1:{postbox.server_address[1]}")))
    assert (len(postbox.mails), postbox.signed_in) == (1, [])


@pytest.mark.parametrize("postbox", [True], indirect=True)
def test_a_mail_that_is_refused_is_logged_without_the_address_of_the_server(
    postbox: Postbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not send_alert(ALERT, load_settings(mailed(postbox.url)))
    logged = capsys.readouterr().out
    assert "alert not delivered" in logged and "check SMTP_URL" in logged
    assert "cret" not in logged and "127.0.0.1" not in logged


def test_a_webhook_that_fails_keeps_no_mail_back(postbox: Postbox) -> None:
    settings = load_settings({**mailed(postbox.url), "KPI_ALERT_WEBHOOK": "http://127.0.0.1:9/hook"})
    assert not send_alert(ALERT, settings)
    assert len(postbox.mails) == 1


def test_smtps_is_encrypted_from_the_first_byte(postbox: Postbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert not send_alert(ALERT, load_settings(mailed(postbox.url.replace("smtp:", "smtps:"))))
    assert "SSLError" in capsys.readouterr().out
    assert postbox.signed_in == []


def test_an_address_without_a_mail_server_is_refused_and_the_reverse_is_warned_of() -> None:
    with pytest.raises(WrongUse, match="KPI_ALERT_EMAIL: SMTP_URL is not set"):
        load_settings({"KPI_ALERT_EMAIL": "owner@shop.test"})
    (warning,) = load_settings({"SMTP_URL": "smtp://mail.test:587"}).warnings
    assert warning.startswith("SMTP_URL is set and no mail is sent: set KPI_ALERT_EMAIL")


@pytest.mark.parametrize("url", ["mail.test:587", "http://mail.test", "smtp://", "smtp://mail.test:port"])
def test_a_mail_server_that_is_none_is_refused_without_its_value(url: str) -> None:
    with pytest.raises(WrongUse, match="SMTP_URL: its value is not an address such as smtp://") as caught:
        load_settings(mailed(url))
    assert url not in str(caught.value) or url == "smtp://"
