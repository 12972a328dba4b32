"""Those whom alerts reach: a webhook and a mail server on loopback, and the certificate of a mail server."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "me@shop", "s/cret-word"


class Webhook(HTTPServer):
    """Takes messages as Slack does; `status` is its answer."""

    def __init__(self) -> None:
        self.status = 200
        self.bodies: list[dict[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Hook)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks/secret-token"

    @property
    def texts(self) -> list[str]:
        return [body["text"] for body in self.bodies]


class _Hook(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.server.status)
        if 300 <= self.server.status < 400:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


@contextmanager
def listening_webhook() -> Iterator[Webhook]:
    server = Webhook()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Postbox:
    """A real mail server; it keeps the mails it took and who signed in."""

    refused_recipients: tuple[str, ...] = ()
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    signed_in: list[tuple[str, str]] = field(default_factory=list)

    def url(self, scheme: str = "smtp", sign_in: str = "", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{sign_in}{host}:{self.port}"

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802
        if address in self.refused_recipients:
            return "550 nobody of this name here"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"

    def authenticate(self, _: Any, __: Any, ___: Any, ____: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.signed_in.append((given.login.decode(), given.password.decode()))
        return AuthResult(success=self.signed_in[-1] == (USER, PASSWORD), handled=False)


class _Server(Controller):
    """On a free port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def open_postbox(postbox: Postbox, **options: Any) -> Iterator[Postbox]:
    """The server with aiosmtpd's own options: `tls_context` offers STARTTLS, `ssl_context` is encrypted at once."""
    server = _Server(postbox, hostname="127.0.0.1", port=0, **options)
    server.start()
    postbox.port = server.port
    yield postbox
    server.stop()


def signing_in(postbox: Postbox, *, needs_tls: bool = False) -> dict[str, Any]:
    """The options of a server that takes mail only from somebody who signed in."""
    return {"authenticator": postbox.authenticate, "auth_required": True, "auth_require_tls": needs_tls}


def own_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate that the server made for itself, and what it serves with."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "server.pem", folder / "server.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
