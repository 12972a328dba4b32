"""What is told reaches its addressees, acts on none of them, and carries no address and no password with it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from addressees import PASSWORD, Postbox, Webhook, listening_webhook, open_postbox, own_certificate, signing_in

from pipelines.alerts import Alert, Look, look_at_run, mail, tell, webhook
from pipelines.failures import WrongUse
from pipelines.settings import Settings, load_settings

# a server on loopback may ask for a sign-in without encryption, and says that this is not usual
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

NOW = datetime(2026, 9, 8, 5, 45, tzinfo=UTC)
ALERT = Alert("source silent", "mailchimp", "mailchimp: connection refused: try again later")
SIGN_IN = "me%40shop:s%2Fcret-word@"
OWNER = "owner@shop.test"
Logged = pytest.CaptureFixture[str]


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listening_webhook() as server:
        yield server


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with open_postbox(Postbox()) as server:
        yield server


def settings(tmp_path: Path, **given: str) -> Settings:
    return load_settings({"KPI_DATA": str(tmp_path), **given})


def by_mail(tmp_path: Path, url: str, **given: str) -> Settings:
    return settings(tmp_path, KPI_ALERT_EMAIL=OWNER, SMTP_URL=url, **given)


def told(found: Alert | Look, to: Settings) -> bool:
    return tell(found if isinstance(found, Look) else Look((found,)), to, NOW)


def test_the_webhook_is_told_what_why_and_what_to_do(tmp_path: Path, hook: Webhook) -> None:
    failed = look_at_run("nightly", "0123456789", ["mailchimp: connection refused: try again later"])
    assert told(failed, settings(tmp_path, KPI_ALERT_WEBHOOK=hook.address))
    line = "[run failed] nightly 01234567: mailchimp: connection refused: try again later"
    assert hook.bodies == [{"text": line}]


def test_what_one_look_found_is_one_message(tmp_path: Path, hook: Webhook) -> None:
    alerts = tuple(Alert("refused part", f"deal/{number}", f"deal {number}: it fell: look") for number in range(25))
    assert told(Look(alerts), settings(tmp_path, KPI_ALERT_WEBHOOK=hook.address))
    (text,) = hook.texts
    first, *_, last = text.splitlines()
    assert (first, last) == ("[refused part] deal 0: it fell: look", "and 5 more: see `kpi status`")


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_webhook_that_does_not_take_it_is_logged_without_its_secret_address(
    tmp_path: Path, hook: Webhook, capsys: Logged, status: int
) -> None:
    hook.status = status
    assert not told(ALERT, settings(tmp_path, KPI_ALERT_WEBHOOK=hook.address))
    logged = capsys.readouterr().err
    assert f"the answer was HTTP {status}" in logged and "check KPI_ALERT_WEBHOOK" in logged
    assert "secret-token" not in logged


def test_the_log_has_every_alert_and_standard_output_stays_the_commands_own(tmp_path: Path, capsys: Logged) -> None:
    assert told(ALERT, settings(tmp_path))
    output = capsys.readouterr()
    assert "connection refused" in output.err
    assert output.out == ""
    assert list(tmp_path.iterdir()) == [], "without an addressee there is nothing to remember"


def test_the_mail_says_what_why_and_what_to_do(tmp_path: Path, postbox: Postbox) -> None:
    assert told(ALERT, by_mail(tmp_path, postbox.url()))
    (taken,) = postbox.mails
    assert taken["Subject"] == "[source silent] mailchimp: connection refused: try again later"
    assert (taken["To"], taken["From"], taken["Auto-Submitted"]) == (OWNER, OWNER, "auto-generated")
    assert taken.get_content().strip() == taken["Subject"]


def test_a_server_that_asks_for_a_sign_in_gets_it(tmp_path: Path) -> None:
    box = Postbox()
    with open_postbox(box, **signing_in(box)):
        assert told(ALERT, by_mail(tmp_path, box.url(sign_in=SIGN_IN)))
    assert (box.signed_in, len(box.mails)) == ([("me@shop", PASSWORD)], 1)


@pytest.mark.parametrize("kind", ["starttls", "smtps"])
def test_a_trusted_server_gets_the_mail_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    certificate, context = own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    box = Postbox()
    encrypted = {"tls_context": context, "require_starttls": True} if kind == "starttls" else {"ssl_context": context}
    with open_postbox(box, **signing_in(box, needs_tls=kind == "starttls"), **encrypted):
        assert told(ALERT, by_mail(tmp_path, box.url("smtps" if kind == "smtps" else "smtp", SIGN_IN)))
    assert (len(box.signed_in), len(box.mails)) == (1, 1)


@pytest.mark.parametrize("kind", ["starttls", "smtps"])
def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_mail(
    tmp_path: Path, capsys: Logged, kind: str
) -> None:
    _, context = own_certificate(tmp_path)
    box = Postbox()
    encrypted = {"tls_context": context} if kind == "starttls" else {"ssl_context": context}
    with open_postbox(box, **signing_in(box), **encrypted):
        assert not told(ALERT, by_mail(tmp_path, box.url("smtps" if kind == "smtps" else "smtp", SIGN_IN)))
    assert (box.signed_in, box.mails) == ([], [])
    assert "its certificate is not trusted" in capsys.readouterr().err


def test_a_password_does_not_leave_this_machine_in_the_clear(tmp_path: Path, capsys: Logged) -> None:
    box = Postbox()
    with open_postbox(box, **signing_in(box)):
        # the same server by an address that does not say that it is this machine
        assert not told(ALERT, by_mail(tmp_path, box.url(sign_in=SIGN_IN, host="0.0.0.0")))  # noqa: S104
    assert (box.signed_in, box.mails) == ([], [])
    assert "a password is not sent without it" in capsys.readouterr().err


def test_a_sign_in_that_is_refused_is_logged_without_what_was_tried(tmp_path: Path, capsys: Logged) -> None:
    box = Postbox()
    with open_postbox(box, **signing_in(box)):
        assert not told(ALERT, by_mail(tmp_path, box.url(sign_in="me%40shop:wr%2Fong-word@")))
    logged = capsys.readouterr().err
    assert "the sign-in was refused (535)" in logged and "check SMTP_URL" in logged
    assert "ong-word" not in logged and "127.0.0.1" not in logged


def test_a_recipient_that_is_refused_is_logged(tmp_path: Path, capsys: Logged) -> None:
    with open_postbox(Postbox(refused_recipients=(OWNER,))) as box:
        assert not told(ALERT, by_mail(tmp_path, box.url()))
    assert "the recipient was refused" in capsys.readouterr().err


def test_a_server_that_is_down_or_says_nothing_keeps_nobody_waiting(
    tmp_path: Path, capsys: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.05)
    monkeypatch.setattr(webhook, "TIMEOUT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        slow = by_mail(tmp_path, f"smtp://127.0.0.1:{port}", KPI_ALERT_WEBHOOK=f"http://127.0.0.1:{port}/secret")
        assert not told(ALERT, slow)
    # nobody listens there any longer
    assert not told(ALERT, slow)
    logged = capsys.readouterr().err
    assert logged.count("alert not delivered") == 4 and "no answer in time" in logged
    assert "secret" not in logged


def test_a_webhook_that_fails_keeps_no_mail_back(tmp_path: Path, hook: Webhook, postbox: Postbox) -> None:
    hook.status = 503
    assert not told(ALERT, by_mail(tmp_path, postbox.url(), KPI_ALERT_WEBHOOK=hook.address))
    assert len(postbox.mails) == 1


def test_a_name_from_outside_mentions_nobody_links_nowhere_and_adds_no_header(
    tmp_path: Path, hook: Webhook, postbox: Postbox
) -> None:
    name = "Sale\r\nBcc: all@shop.test\n\n<!channel> <@U1> <http://evil.test|here> & \x1b[2J\u202e\udc80 " + "x" * 900
    settings_of_both = by_mail(tmp_path, postbox.url(), KPI_ALERT_WEBHOOK=hook.address)
    assert told(Alert("refused part", "ad_cost/Sale", f"{name}: it fell: look"), settings_of_both)
    (text,), (taken,) = hook.texts, postbox.mails
    assert text.startswith("[refused part] Sale Bcc: (address) &lt;!channel&gt; &lt;@U1&gt; &lt;http://evil.test|here")
    assert "&amp; ?[2J?? xxx" in text and text.endswith("xxx…")
    assert not {"<", ">", "\n", "\r", "\x1b", "\u202e"} & set(text)
    assert taken["Bcc"] is None
    assert len(taken["Subject"]) <= 120 and len(taken.get_content().splitlines()) == 1


def test_no_secret_is_told_even_when_an_error_repeats_one(tmp_path: Path, hook: Webhook, capsys: Logged) -> None:
    secrets = {"KPI_PEPPER": "a-pepper-of-ours", "MAILCHIMP_API_KEY": "0123456789abcdef-us6"}
    smtp = f"smtp://{SIGN_IN}127.0.0.1:9"
    to = by_mail(tmp_path, smtp, KPI_ALERT_WEBHOOK=hook.address, **secrets)
    repeated = f"a library: it failed with {hook.address} {smtp} {PASSWORD} s%2Fcret-word {' '.join(secrets.values())}"
    told(Alert("run failed", "nightly/1", f"{repeated}: look"), to)
    everywhere = "".join(hook.texts) + capsys.readouterr().err + (tmp_path / "alerts.json").read_text()
    assert "it failed with (secret) (secret) (secret) (secret) (secret) (secret): look" in everywhere
    for secret in ("secret-token", "cret-word", *secrets.values()):
        assert secret not in everywhere


def test_an_address_without_a_mail_server_is_refused_and_the_reverse_is_warned_of() -> None:
    with pytest.raises(WrongUse, match="KPI_ALERT_EMAIL: SMTP_URL is not set"):
        load_settings({"KPI_ALERT_EMAIL": OWNER})
    (warning,) = load_settings({"SMTP_URL": "smtp://mail.test:587"}).warnings
    assert warning.startswith("SMTP_URL is set and no alert is mailed: set KPI_ALERT_EMAIL")


@pytest.mark.parametrize("url", ["mail.test:587", "http://mail.test", "smtp://", "smtp://mail.test:port"])
def test_a_mail_server_that_is_none_is_refused_without_its_value(tmp_path: Path, url: str) -> None:
    with pytest.raises(WrongUse, match="SMTP_URL: its value is not an address such as smtp://") as caught:
        by_mail(tmp_path, url)
    assert url not in str(caught.value) or url == "smtp://"


@pytest.mark.parametrize("url", ["hooks.slack.com/services/T0/B0/token", "ftp://hooks.test/token", "https://:token"])
def test_a_webhook_that_is_no_web_address_is_refused_without_its_value(tmp_path: Path, url: str) -> None:
    with pytest.raises(WrongUse, match="KPI_ALERT_WEBHOOK: its value is not an address such as https://") as caught:
        settings(tmp_path, KPI_ALERT_WEBHOOK=url)
    assert "token" not in str(caught.value)
