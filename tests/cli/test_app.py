"""Every error of every command is one line and an exit code; a traceback only when it was asked for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import typer

import pipelines.cli.app as command_line
from pipelines.failures import DataFailed, KpiError, SourceUnavailable, WrongUse


def with_command(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
    """Commands `break`, which ends in this error, and `rest`."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

    @app.command("break")
    def break_() -> None:
        if error:
            raise error

    @app.command("rest")
    def rest(seconds: int = 1) -> None:
        raise typer.Exit(3 if seconds > 1 else 0)

    monkeypatch.setattr(command_line, "build_app", lambda: app)


@pytest.mark.parametrize(("kind", "code"), [(DataFailed, 1), (WrongUse, 2), (SourceUnavailable, 3)])
def test_a_known_failure_is_one_line_with_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: type[KpiError], code: int
) -> None:
    with_command(monkeypatch, kind("ga4", "the quota of the day is used up", "run it again tomorrow"))
    assert command_line.main(["break"]) == code
    assert capsys.readouterr() == ("", "ga4: the quota of the day is used up: run it again tomorrow\n")


def test_an_unexpected_error_is_one_line_that_says_how_to_see_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_command(monkeypatch, ZeroDivisionError("division by zero\nand a second line"))
    assert command_line.main(["break"]) == 1
    error = capsys.readouterr().err
    assert error == "internal error: ZeroDivisionError division by zero: run it again with --debug to see where\n"


@pytest.mark.parametrize("arguments", [["--debug", "break"], ["break", "--debug"]])
def test_debug_shows_the_traceback_before_the_same_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: Sequence[str]
) -> None:
    with_command(monkeypatch, WrongUse("a", "b", "c"))
    assert command_line.main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("Traceback (most recent call last)")
    assert error.endswith("\na: b: c\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["brek"], "Did you mean 'break'?"),
        (["rest", "--second", "1"], "--seconds"),
        (["rest", "--seconds", "long"], "Invalid value for '--seconds'"),
    ],
)
def test_wrong_use_is_one_line_with_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], words: str
) -> None:
    with_command(monkeypatch, None)
    assert command_line.main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("kpi: ")
    assert words in error
    assert error.count("\n") == 1


def test_a_command_ends_with_the_code_that_it_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    with_command(monkeypatch, None)
    assert [command_line.main(["rest"]), command_line.main(["rest", "--seconds", "2"])] == [0, 3]


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main([]) == 0
    assert "doctor" in capsys.readouterr().out
