"""A Superset of one's own below the data folder: its secrets, its user, its dashboard, and the command that serves it.

Nothing of the caller's environment reaches it, so that the settings of another Superset do not either.
"""

from __future__ import annotations

import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pipelines.failures import DataFailed, WrongUse

HOST = "127.0.0.1"
USER = "admin"
INSIDE = Path(__file__).with_name("inside.py")
SECRET, PASSWORD_GIVEN, LOG = "secret_key", "password_given", "prepare.log"


@dataclass(frozen=True)
class Server:
    """A Superset by its environment (`programs`), the folder it keeps everything in, and its port."""

    programs: Path
    home: Path
    port: int

    @property
    def url(self) -> str:
        """Where its dashboard is."""
        return f"http://{HOST}:{self.port}/superset/dashboard/marketing-kpis/"

    @property
    def command(self) -> list[str]:
        """What serves it, on this machine only."""
        program, bind = str(self.programs / "gunicorn"), f"{HOST}:{self.port}"
        options = ["--workers", "1", "--threads", "8", "--timeout", "120", "--log-level", "warning"]
        return [program, "--bind", bind, *options, "superset.app:create_app()"]

    @property
    def environ(self) -> dict[str, str]:
        """The whole environment that it runs in."""
        return {
            "PATH": f"{self.programs}:/usr/bin:/bin",
            "HOME": str(self.home),
            "SUPERSET_HOME": str(self.home),
            "SUPERSET_SECRET_KEY": (self.home / SECRET).read_text(encoding="ascii"),
            "FLASK_APP": "superset",
            # it would tell its makers that it was started
            "SCARF_ANALYTICS": "false",
            "PYTHONUTF8": "1",
        }


def server_in(environment: Path, home: Path, port: int) -> Server:
    """The Superset of an environment that keeps everything in `home`, which nobody else may read.

    Raises:
        WrongUse: Superset is not installed there.
    """
    # not resolved: the programs of an environment find it by the path they are called by
    programs = environment.absolute() / "bin"
    if not (programs / "superset").exists():
        raise WrongUse(str(environment), "Superset is not installed there", "install it with `make bi-superset`")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (home / SECRET).exists():
        _write_privately(home / SECRET, secrets.token_urlsafe(42))
    return Server(programs, home.absolute(), port)


def prepare(server: Server, bundle: bytes) -> str | None:
    """Brings its tables, user and dashboard up to date; answers with the password when the user is new.

    Raises:
        DataFailed: Superset refused; its log is named.
    """
    given = server.home / PASSWORD_GIVEN
    password = None if given.exists() else secrets.token_urlsafe(15)
    archive, log = server.home / "kpi_mart.zip", server.home / LOG
    archive.write_bytes(bundle)
    command = [str(server.programs / "python"), str(INSIDE), str(archive)]
    with log.open("w", encoding="utf-8") as told:
        done = subprocess.run(  # noqa: S603 - nothing of it comes from outside
            command, env=server.environ, input=f"{password or ''}\n", text=True, stdout=told, stderr=told, check=False
        )
    if done.returncode != 0:
        raise DataFailed("Superset", "it could not be prepared", f"read {log}")
    given.touch()
    return password


def _write_privately(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")
