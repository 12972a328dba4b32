"""`kpi superset`: the dashboard of the published mart in a Superset of this machine's own."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.semantics import bundle_of
from pipelines.definitions import runtime_from_environment
from pipelines.failures import WrongUse
from pipelines.publishing import current_version
from pipelines.superset import prepare, server_in
from pipelines.superset.serving import HOST, USER


def superset(
    environment: Annotated[Path, typer.Option(help="Where Superset is installed.")] = Path(".venv-superset"),
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8088,
) -> None:
    """Start Superset on 127.0.0.1 with the dashboard of config/bi/superset; `make bi-superset` installs it first."""
    runtime = runtime_from_environment()
    data = runtime.settings.data_dir
    if current_version(data / "published") is None:
        raise WrongUse("kpi superset", "nothing was published yet", "publish with `kpi publish`")
    _refuse_taken(port)
    server = server_in(environment, data / "superset", port)
    typer.echo("preparing Superset; the first time takes some minutes ...", err=True)
    password = prepare(server, bundle_of(runtime))
    said = f"password {password} (shown once)" if password else "with the password that was shown the first time"
    typer.echo(f"{server.url}\nsign in as {USER}, {said}")
    # in the place of this process, so that Ctrl-C and signals reach Superset itself
    os.execve(server.command[0], server.command, server.environ)  # noqa: S606 - nothing of it comes from outside


def _refuse_taken(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError as error:
            raise WrongUse(f"port {port}", error.strerror or "it is taken", "name another with --port") from error
