"""Commands that need no source: what they start, print and refuse."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipelines.build import build
from pipelines.checks import KEY_CHECK
from pipelines.cli import main, runs
from pipelines.definitions import runtime_from_environment
from pipelines.loads import current_cut
from pipelines.running import Ended
from pipelines.runtime import prepare_warehouse
from pipelines.settings import PROJECT_ROOT
from pipelines.snapshots import create_snapshot_tables


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of a company of its own."""
    for name, value in {"KPI_DATA": tmp_path / "data", "DAGSTER_HOME": tmp_path / "home"}.items():
        monkeypatch.setenv(name, str(value))
    yield tmp_path / "data"
    for folder in [path for path in tmp_path.rglob("*") if path.is_dir() and not path.is_symlink()]:
        folder.chmod(0o755)


def built(day: date) -> None:
    """A complete build in which nothing was loaded."""
    runtime = runtime_from_environment()
    with runtime.warehouse.opened(purpose="test") as connection:
        prepare_warehouse(connection, runtime)
        create_snapshot_tables(connection, runtime.project.tables)
        build(connection, runtime.project, current_cut(connection), run_id=f"run of {day}", business_date=day)


@pytest.mark.parametrize(("arguments", "port"), [([], "3000"), (["--port", "3111"], "3111")])
def test_the_ui_uses_the_instance_and_the_settings_of_all_commands(
    data: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], port: str
) -> None:
    started: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.setattr(runs.os, "execve", lambda *told: started.append(told))
    assert main(["ui", *arguments]) == 0
    ((program, command, environment),) = started
    assert program == command[0] == sys.executable
    assert command[1:] == [
        *("-W", "ignore:Function `dev_command` is superseded"),
        *("-m", "dagster", "dev", "-w", str(PROJECT_ROOT / "workspace.yaml")),
        *("-h", "127.0.0.1", "-p", port),
    ]
    assert environment == {**os.environ, "DAGSTER_HOME": str(data.parent / "home")}
    # the instance is there before Dagster looks for it, with the limits of this project
    assert (data.parent / "home/dagster.yaml").read_text() == (PROJECT_ROOT / "dagster.yaml").read_text()


def test_a_night_that_never_began_ends_as_it_ended_and_judges_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "job nightly: the Dagster daemon stopped before the run began: run it again"
    monkeypatch.setattr(runs, "run_job", lambda *_: Ended("0123456789", 3, (line,)))
    for command in ("nightly", "run"):
        assert main([command]) == 3
        assert capsys.readouterr().err.splitlines()[-1] == line


@pytest.mark.nights
def test_a_published_night_with_a_failed_check_ends_with_exit_code_1(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    built(date(2026, 9, 8))
    main(["publish"])
    with runtime_from_environment().warehouse.opened(purpose="test") as connection:
        connection.execute(
            """insert into meta.check_result by name select 'marts.kpi_value' as table_name,
            'ratios_within_range' as check_name, 'error' as severity, false as passed, 2 as figure"""
        )
    run_id = (data / "published/current").readlink().name[-8:]
    monkeypatch.setattr(runs, "run_job", lambda *_: Ended(run_id, 0, ()))
    assert main(["nightly"]) == 1
    first, last = capsys.readouterr().err.splitlines()[-2:]
    assert first.startswith("error: marts.kpi_value ratios_within_range: 2 rows break it: see them")
    assert last.startswith("kpi nightly: the mart is published, and ratios_within_range failed: ")


def test_make_ui_starts_that_command() -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text()
    assert "$(BIN)/kpi ui" in makefile and "dagster dev" not in makefile


def test_the_statement_of_a_table_is_told_to_programs_too(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "marts.kpi_value"]) == 0
    statement = capsys.readouterr().out.strip()
    assert main(["sql", "marts.kpi_value", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "table": "marts.kpi_value",
        "engine": "duckdb",
        "statement": statement,
    }


@pytest.mark.nights
def test_publish_makes_a_version_only_of_a_build_that_readers_do_not_see(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built(date(2026, 9, 8))
    assert [main(["publish"]), main(["publish"])] == [0, 0]
    first, second = capsys.readouterr().out.splitlines()
    version = (data / "published/current").readlink().name
    assert first.startswith(f"published {version}: ")
    assert second == f"readers see this build already: {version}"
    built(date(2026, 9, 9))
    assert main(["publish"]) == 0
    assert version not in capsys.readouterr().out


def test_the_status_says_what_is_published_and_for_which_day(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    built(date(2026, 9, 8))
    assert main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["published"] == []
    main(["publish"])
    capsys.readouterr()
    assert main(["status", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["published"]
    assert told["version"] == (data / "published/current").readlink().name
    assert (told["business_date"], told["age_hours"]) == ("2026-09-08", 0.0)
    assert main(["status"]) == 0
    assert "Published" in capsys.readouterr().out


@pytest.mark.nights
def test_an_upgrade_says_what_it_added(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    built(date(2026, 9, 8))
    assert main(["upgrade"]) == 0
    assert capsys.readouterr().out == "nothing to add: the warehouse is up to date\n"
    with runtime_from_environment().warehouse.opened(purpose="test") as connection:
        connection.execute("drop table raw.deal")
    assert main(["upgrade"]) == 0
    assert capsys.readouterr().out == "added raw.deal\n"


def test_the_rows_that_break_a_check_are_shown(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    built(date(2026, 9, 8))
    assert main(["check", "staging.lead_stage", "stages_are_known"]) == 0
    assert capsys.readouterr().out == "no row breaks stages_are_known\n"
    with runtime_from_environment().warehouse.opened(purpose="test") as connection:
        connection.execute(
            """insert into staging.lead_stage by name
            select 2 as person_key, 'banana' as stage, timestamp '2026-09-01' as entered_at, 1 as load_id"""
        )
    assert main(["check", "staging.lead_stage", "stages_are_known", "--json"]) == 0
    assert "banana" in capsys.readouterr().out
    with runtime_from_environment().warehouse.opened(purpose="test") as connection:
        connection.execute("insert into staging.lead_stage select * from staging.lead_stage")
    assert main(["check", "staging.lead_stage", KEY_CHECK, "--json"]) == 0
    assert [row["stage"] for row in json.loads(capsys.readouterr().out)] == ["banana", "banana"]
    assert main(["check", "staging.lead_stage", "stages_are_knwon"]) == 2
    error = capsys.readouterr().err
    assert "there is no check 'staging.lead_stage stages_are_knwon'" in error and "stages_are_known'" in error


@pytest.mark.nights
def test_a_file_that_was_torn_and_came_again_whole_is_no_file_that_was_not_loaded(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built(date(2026, 9, 8))
    with runtime_from_environment().warehouse.opened(purpose="test") as connection:
        connection.execute(
            """insert into meta.file by name
            select 'leads/b.csv' as path, 'leads' as kind, unnest(['torn', 'whole']) as content_hash,
                unnest(['unreadable', 'loaded']) as state,
                unnest([timestamp '2026-09-07', timestamp '2026-09-08']) as seen_at"""
        )
    assert main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files that were not loaded"] == []
