"""Telling people that a run failed: a structured log line always, a webhook and a mail when they are configured.

What is told is what, why and what to do; never a secret, never a row.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import requests
import structlog

from pipelines.settings import Settings

TIMEOUT_SECONDS = 10
SMTP_PORT, SMTPS_PORT = 587, 465


@dataclass(frozen=True)
class Alert:
    """One message about one run."""

    kind: str
    run_id: str
    job: str
    message: str

    @property
    def text(self) -> str:
        """The message as one line, in the form that Slack-compatible webhooks show."""
        return f"[{self.kind}] {self.job} {self.run_id[:8]}: {self.message}"


def send_alert(alert: Alert, settings: Settings) -> bool:
    """Logs the alert and delivers it; False when an addressee did not get it, which is logged and never raised."""
    log = structlog.get_logger("kpi.alert")
    log.error("alert", **asdict(alert))
    all_delivered = True
    for setting, deliver in _ways(alert, settings):
        try:
            deliver()
        except (requests.RequestException, smtplib.SMTPException, OSError) as error:
            # the addresses are secrets, and the exception's text holds them
            log.error("alert not delivered", reason=type(error).__name__, remedy=f"check {setting}")
            all_delivered = False
    return all_delivered


def _ways(alert: Alert, settings: Settings) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each configured way, with the setting that is to blame when it fails."""
    webhook, address, server = settings.alert_webhook, settings.alert_email, settings.smtp_url
    if webhook is not None:
        yield "KPI_ALERT_WEBHOOK", lambda: _post(alert, webhook.get_secret_value())
    if address is not None and server is not None:
        yield "SMTP_URL", lambda: _mail(alert, address, server.get_secret_value())


def _post(alert: Alert, webhook: str) -> None:
    answer = requests.post(webhook, json={"text": alert.text, **asdict(alert)}, timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()


def _mail(alert: Alert, address: str, server: str) -> None:
    """One plain mail; encrypted whenever the server offers it, signed in when the address says as whom."""
    mail = EmailMessage()
    mail["Subject"] = f"[{alert.kind}] {alert.job}"
    mail["From"], mail["To"] = address, address
    mail.set_content(f"{alert.message}\n\nJob {alert.job}, run {alert.run_id}")
    parts, encryption = urlsplit(server), ssl.create_default_context()
    host = parts.hostname or ""
    with (
        smtplib.SMTP_SSL(host, parts.port or SMTPS_PORT, timeout=TIMEOUT_SECONDS, context=encryption)
        if parts.scheme == "smtps"
        else smtplib.SMTP(host, parts.port or SMTP_PORT, timeout=TIMEOUT_SECONDS)
    ) as session:
        session.ehlo()
        if parts.scheme == "smtp" and session.has_extn("starttls"):
            session.starttls(context=encryption)
        if parts.username:
            session.login(unquote(parts.username), unquote(parts.password or ""))
        session.send_message(mail)
