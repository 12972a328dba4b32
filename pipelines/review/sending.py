"""Sends the e-mail of a month that was closed to those whom `reports` in sources.yaml names, each version once.

What does not arrive is a warning and is sent after the next run; it never fails a close. The bodies are those that were
written beside the pages. What was closed before somebody was named is sent to nobody.
"""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

import duckdb

from pipelines.alerts.mail import hand_over, new_mail
from pipelines.alerts.telling import alert_log, reason_of
from pipelines.engines.duckdb import locked
from pipelines.failures import KpiError
from pipelines.review.later_tables import rows_if_there
from pipelines.review.placing import folder_of
from pipelines.review.sent import Sent, read_sent, write_sent
from pipelines.runtime import Runtime

LOOK_SECONDS, LOCK_SECONDS = 5.0, 30.0
BACKFILLED = "backfilled"


@dataclass(frozen=True)
class Closed:
    """A version that was frozen: by which run, and why."""

    snapshot_id: str
    month: date
    version: int
    run_id: str
    note: str

    def body(self, data: Path, language: str, form: str) -> Path:
        """Where its mail stands, as txt or html."""
        return data / "reports" / folder_of(self.month, self.version) / f"mail.{language}.{form}"


def send_closed_months(run_id: str, runtime: Runtime) -> None:
    """Sends what is due after a run; whatever goes wrong is a line in the log."""
    data = runtime.settings.data_dir
    try:
        if not runtime.config.sources.reports.mail_to:
            # whoever is named later gets nothing of before
            write_sent(None, data)
            return
        closed = list(_closed(runtime))
        with _held(data):
            _send_due(closed, run_id, runtime)
    except (KpiError, OSError, duckdb.Error) as error:
        # the next run sends it
        alert_log().warning("reviews were not mailed", reason=type(error).__name__, remedy="see `kpi status`")


def _closed(runtime: Runtime) -> Iterator[Closed]:
    if not runtime.warehouse.path.exists():
        return
    with runtime.warehouse.looked_into(purpose="mail of closed months", wait_seconds=LOOK_SECONDS) as connection:
        rows = rows_if_there(
            connection,
            "snapshots.snapshot",
            """select snapshot_id, month, version, coalesce(run_id, ''), coalesce(note, '') from snapshots.snapshot
            order by month, version""",
        )
    yield from (Closed(*row) for row in rows)


@contextmanager
def _held(data: Path) -> Iterator[None]:
    """Two runs that end at once do not both send."""
    with ExitStack() as held:
        data.mkdir(parents=True, exist_ok=True)
        held.enter_context(locked(data / "mailed_reviews.lock", "mail of closed months", LOCK_SECONDS))
        yield


def _send_due(closed: list[Closed], run_id: str, runtime: Runtime) -> None:
    data, sent = runtime.settings.data_dir, read_sent(runtime.settings.data_dir)
    is_first = sent is None
    known = sent or {}
    for one in closed:
        is_old = one.note == BACKFILLED or (is_first and one.run_id != run_id)
        state = known.setdefault(one.snapshot_id, Sent(is_over=is_old))
        if not state.is_over:
            _send(one, state, runtime)
            # at once: whatever stops this process, nobody gets a version twice
            write_sent(known, data)
    write_sent(known, data)


def _send(one: Closed, state: Sent, runtime: Runtime) -> None:
    """Sends a version to each who did not get it yet; it is over when all have."""
    reports, settings = runtime.config.sources.reports, runtime.settings
    server = settings.smtp_url
    if server is None:
        _warn(one, "SMTP_URL is not set", "set it, or empty reports.mail_to in sources.yaml")
        return
    sender = reports.mail_from or settings.alert_email or reports.mail_to[0]
    for recipient in reports.mail_to:
        if _key(recipient) in state.sent_at:
            continue
        try:
            mail = _mail(one, settings.data_dir, reports.language, sender=sender, recipient=recipient)
            hand_over(mail, server.get_secret_value())
        except FileNotFoundError:
            _warn(one, "its text is not there", "`kpi publish` writes it, and the next run sends it")
            return
        # ValueError: an address that is none, found late
        except (smtplib.SMTPException, OSError, ValueError) as error:
            _warn(one, reason_of(error), "check SMTP_URL and reports in sources.yaml; the next run sends it again")
            continue
        state.sent_at[_key(recipient)] = datetime.now(UTC)
    state.is_over = all(_key(recipient) in state.sent_at for recipient in reports.mail_to)


def _mail(one: Closed, data: Path, language: str, *, sender: str, recipient: str) -> EmailMessage:
    """Both bodies as they were written; the first line of the plain one is the subject."""
    subject, _, plain = one.body(data, language, "txt").read_text(encoding="utf-8").partition("\n")
    mail = new_mail(subject, sender=sender, recipient=recipient)
    mail.set_content(plain.lstrip("\n"))
    mail.add_alternative(one.body(data, language, "html").read_text(encoding="utf-8"), subtype="html")
    return mail


def _warn(one: Closed, why: str, remedy: str) -> None:
    alert_log().warning("review not mailed", snapshot=one.snapshot_id, reason=why, remedy=remedy)


def _key(recipient: str) -> str:
    """By this a recipient is known again; addresses are not kept."""
    return hashlib.sha256(recipient.lower().encode()).hexdigest()[:16]
