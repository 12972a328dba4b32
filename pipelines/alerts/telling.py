"""Telling what a look found: a structured log line always, a webhook and a mail when they are configured, each once.

A way that failed is tried again at the next look; it never stops the others, nor whoever looked. No secret is told.
"""

from __future__ import annotations

import smtplib
import ssl
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import requests
import structlog

from pipelines.alerts.alert import Alert, Look
from pipelines.alerts.mail import NotEncryptedError, send_mail
from pipelines.alerts.memory import FILE, Memory, read_memory, write_memory
from pipelines.alerts.webhook import post
from pipelines.engines.duckdb import locked
from pipelines.failures import SourceUnavailable
from pipelines.settings import Settings

MOST_LINES = 20
LOCK_SECONDS = 30.0

Deliver = Callable[[Sequence[str]], None]


def tell(look: Look, settings: Settings, now: datetime) -> bool:
    """Logs what is wrong and delivers what was not told before; `now` is UTC.

    Returns False when an addressee did not get something, which is logged and never raised.
    """
    for alert in look.alerts:
        alert_log().error("alert", kind=alert.kind, message=_without_secrets(alert, settings).line)
    ways = list(_ways(settings))
    if not (look.alerts and ways) and not (settings.data_dir / FILE).exists():
        return True
    with ExitStack() as held:
        memory = _remembered(settings.data_dir, held)
        memory.forget_what_is_over({alert.key for alert in look.alerts}, look.covers)
        delivered = [_delivered(way, look.alerts, memory, settings, now) for way in ways]
        _keep(memory, settings.data_dir)
    return all(delivered)


def _ways(settings: Settings) -> Iterator[tuple[str, str, Deliver]]:
    """Each configured way: its name, the setting that is to blame when it fails, and how it delivers."""
    webhook, address, server = settings.alert_webhook, settings.alert_email, settings.smtp_url
    if webhook is not None:
        yield "webhook", "KPI_ALERT_WEBHOOK", lambda lines: post(lines, webhook.get_secret_value())
    if address is not None and server is not None:
        yield "mail", "SMTP_URL", lambda lines: send_mail(lines, address, server.get_secret_value())


def _delivered(
    way: tuple[str, str, Deliver], alerts: Sequence[Alert], memory: Memory, settings: Settings, now: datetime
) -> bool:
    """Delivers what is due by one way as one message, and remembers it when it was taken."""
    name, setting, deliver = way
    due = [alert for alert in alerts if memory.is_due(alert, name, now)]
    if not due:
        return True
    try:
        deliver(_lines(due, settings))
    # ValueError: an address that is none, found late
    except (requests.RequestException, smtplib.SMTPException, OSError, ValueError) as error:
        alert_log().error("alert not delivered", way=name, reason=reason_of(error), remedy=f"check {setting}")
        return False
    for alert in due:
        memory.remember(alert, name, now)
    return True


def _lines(alerts: Sequence[Alert], settings: Settings) -> list[str]:
    """One line per alert; of very many the first, and how many there are besides."""
    lines = [_without_secrets(alert, settings).text for alert in alerts[:MOST_LINES]]
    left = len(alerts) - len(lines)
    return [*lines, f"and {left} more: see `kpi status`"] if left else lines


def _without_secrets(alert: Alert, settings: Settings) -> Alert:
    """The alert without a secret that came into it, with what a server answered for example."""
    message = alert.message
    for secret in settings.secrets:
        message = message.replace(secret, "(secret)")
    return replace(alert, message=message)


def reason_of(error: Exception) -> str:
    """Why a delivery failed, in words of our own: the addresses are secrets, and the texts of errors hold them."""
    match error:
        case requests.HTTPError(response=answer) if answer is not None:
            return f"the answer was HTTP {answer.status_code}"
        case requests.Timeout() | TimeoutError():
            return "no answer in time"
        case requests.exceptions.SSLError() | ssl.SSLCertVerificationError():
            return "its certificate is not trusted"
        case NotEncryptedError():
            return "the server offers no encryption, and a password is not sent without it"
        case smtplib.SMTPAuthenticationError():
            return f"the sign-in was refused ({error.smtp_code})"
        case smtplib.SMTPRecipientsRefused():
            return "the recipient was refused"
        case smtplib.SMTPResponseException():
            return f"the server refused it ({error.smtp_code})"
    return type(error).__name__


def _remembered(folder: Path, held: ExitStack) -> Memory:
    """What was told, held against other processes; one that holds it for long is not waited for any longer."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held.enter_context(locked((folder / FILE).with_suffix(".lock"), "alerts", LOCK_SECONDS))
    except (SourceUnavailable, OSError) as error:
        alert_log().warning("alerts may be told twice", reason=type(error).__name__, remedy=f"look at {folder}")
    return read_memory(folder)


def _keep(memory: Memory, folder: Path) -> None:
    """Writes the memory; on a full disk an alert is told again rather than not at all."""
    try:
        if memory.is_changed:
            write_memory(memory, folder)
    except OSError as error:
        alert_log().warning("alerts will be told twice", reason=type(error).__name__, remedy=f"look at {folder}")


def alert_log() -> structlog.stdlib.BoundLogger:
    """The log on standard error: on standard output stand the results of commands."""
    log: structlog.stdlib.BoundLogger = structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
    return log
