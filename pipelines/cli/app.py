"""The command line as a whole: which commands there are, and what an error looks like.

What a command does is said in its own module; nothing here opens a file or a database.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from pipelines.cli import (
    erasing,
    explaining,
    inbox_files,
    keeping,
    linting,
    loads,
    months,
    planning,
    printing,
    reading,
    rejections,
    restating,
    runs,
    semantics,
    superset,
)
from pipelines.cli.doctor import doctor
from pipelines.failures import KpiError

INTERRUPTED = 130
# in the order of `kpi --help`
COMMANDS: tuple[Callable[..., None], ...] = (
    *(runs.run, runs.nightly, runs.close, runs.ui, reading.status, reading.check, doctor, linting.lint),
    *(keeping.publish, keeping.rollback, keeping.backup, keeping.restore, keeping.upgrade, reading.sql),
    *(semantics.semantics, superset.superset),
    *(loads.loads, loads.accept, loads.retract, explaining.explain),
    *(months.approve, months.replay, printing.pdf, restating.restatement, erasing.erase, planning.plan),
)


def build_app() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(name="kpi", add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
    app.callback()(_options_of_all_commands)
    for command in COMMANDS:
        app.command()(command)
    inbox = typer.Typer(help="Files of the inbox.", no_args_is_help=True)
    inbox.command()(inbox_files.explain)
    inbox.command()(inbox_files.new)
    inbox.command()(rejections.rejected)
    app.add_typer(inbox, name="inbox")
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 done, 1 data or checks, 2 wrong use, 3 a source is unavailable."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # --debug may stand anywhere, because it is added to a command that has just failed.
    words = [word for word in given if word != "--debug"]
    is_debug = len(words) < len(given)
    try:
        return int(build_app()(words or ["--help"], prog_name="kpi", standalone_mode=False) or 0)
    except typer.exceptions.TyperException as error:
        message = error.format_message().strip().removeprefix("Value error, ")
        if not message:
            return error.exit_code
        return _ended(message if "\n" in message else f"kpi: {message.rstrip('.')}: see kpi --help", error.exit_code)
    except typer.Abort:
        return _ended("kpi: stopped: run it again when you are ready", INTERRUPTED)
    except KpiError as error:
        return _ended(str(error), error.exit_code, error if is_debug else None)
    except Exception as error:
        first_line = (str(error).splitlines() or [""])[0]
        what = f"internal error: {type(error).__name__} {first_line}".rstrip()
        return _ended(f"{what}: run it again with --debug to see where", 1, error if is_debug else None)


def _options_of_all_commands(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
) -> None:
    """Marketing KPIs from GA4, Mailchimp and CRM, ads, cost and shop files, published as one explained mart."""


def _ended(line: str, exit_code: int, shown: Exception | None = None) -> int:
    """Say on standard error why it ended, with the traceback when it was asked for."""
    if shown is not None:
        traceback.print_exception(shown, file=sys.stderr)
    print(line, file=sys.stderr)
    return exit_code
