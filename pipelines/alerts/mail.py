"""E-mail through the SMTP server that the settings name; alerts go from the addressee to themselves."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

TIMEOUT_SECONDS = 10.0
SMTP_PORT, SMTPS_PORT = 587, 465
LONGEST_SUBJECT = 120


class NotEncryptedError(smtplib.SMTPException):
    """A password would have to be sent in the clear over a network."""


def send_mail(lines: Sequence[str], address: str, server: str) -> None:
    """Sends one plain mail to whom it comes from; raises what :func:`hand_over` does."""
    hand_over(_mail(lines, address), server)


def hand_over(mail: EmailMessage, server: str) -> None:
    """Gives a mail to the server; encrypted whenever it offers that, signed in when its address says as whom.

    `server` is `smtp://` (STARTTLS) or `smtps://`. Certificates are checked against those that OpenSSL trusts on this
    machine, or against the file that SSL_CERT_FILE names.

    Raises:
        smtplib.SMTPException, OSError: it was not taken; the text may hold the address of the server.
    """
    parts = urlsplit(server)
    encryption = ssl.create_default_context()
    with _session(parts, encryption) as session:
        session.ehlo()
        is_encrypted = parts.scheme == "smtps"
        if not is_encrypted and session.has_extn("starttls"):
            session.starttls(context=encryption)
            session.ehlo()
            is_encrypted = True
        if parts.username:
            if not is_encrypted and not _is_this_machine(parts.hostname or ""):
                raise NotEncryptedError
            session.login(unquote(parts.username), unquote(parts.password or ""))
        session.send_message(mail)


def _mail(lines: Sequence[str], address: str) -> EmailMessage:
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    mail = new_mail(lines[0][:LONGEST_SUBJECT] + more, sender=address, recipient=address)
    mail.set_content("\n\n".join(lines) + "\n")
    return mail


def new_mail(subject: str, *, sender: str, recipient: str) -> EmailMessage:
    """A mail without a body, that no answering machine replies to (RFC 3834)."""
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"], mail["To"] = sender, recipient
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _session(parts: SplitResult, encryption: ssl.SSLContext) -> smtplib.SMTP:
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, parts.port or SMTPS_PORT, timeout=TIMEOUT_SECONDS, context=encryption)
    return smtplib.SMTP(host, parts.port or SMTP_PORT, timeout=TIMEOUT_SECONDS)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
