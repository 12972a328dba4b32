"""The doctor says what the last runs left behind and how old the mart is, waits for nobody, and tells what is stale."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from addressees import Postbox, Webhook, listening_webhook, open_postbox
from nightly import shipped_project

from pipelines.cli import main
from pipelines.cli.doctor import look_at_published
from pipelines.doctor import Finding, look_at_freshness
from pipelines.engines.duckdb import locked
from pipelines.failures import SourceUnavailable
from pipelines.last_night import look_back
from pipelines.running import opened_instance
from pipelines.runtime import Runtime, prepare_warehouse
from pipelines.settings import load_settings

NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)
Output = pytest.CaptureFixture[str]


@dg.op
def away() -> None:
    raise SourceUnavailable("mailchimp", "connection refused", "try again later")


@dg.job
def nightly() -> None:
    away()


def runtime_in(folder: Path, pepper: str = "a secret of these tests") -> Runtime:
    given = {"KPI_DATA": str(folder / "data"), "DAGSTER_HOME": str(folder / "home"), "KPI_PEPPER": pepper}
    return Runtime(load_settings(given), shipped_project().config, shipped_project())


@pytest.fixture
def company(tmp_path: Path) -> Runtime:
    """A company with a warehouse in which nothing is wrong."""
    runtime = runtime_in(tmp_path)
    with runtime.warehouse.opened(purpose="test") as connection:
        prepare_warehouse(connection, runtime)
    return runtime


def found(runtime: Runtime) -> dict[str, Finding]:
    return {finding.check: finding for finding in look_back(runtime)}


def publish(data: Path, hours_ago: float, now: datetime = NOW) -> None:
    """A published mart of so many hours ago, as far as its manifest tells."""
    version = data / "published" / "v-1"
    version.mkdir(parents=True, exist_ok=True)
    told = {"version": "v-1", "business_date": "2026-09-08"}
    moment = (now - timedelta(hours=hours_ago)).isoformat()
    (version / "manifest.json").write_text(json.dumps({**told, "published_at": moment}))
    if not (data / "published/current").exists():
        (data / "published/current").symlink_to("v-1")


def test_before_the_first_run_there_is_nothing_to_look_back_at(tmp_path: Path) -> None:
    assert [(one.check, one.state) for one in found(runtime_in(tmp_path)).values()] == [("warehouse", "ok")]
    assert list(tmp_path.iterdir()) == []


def test_a_warehouse_of_another_pepper_fails_before_a_run_does(company: Runtime, tmp_path: Path) -> None:
    assert found(company)["warehouse"].state == "ok"
    other = found(runtime_in(tmp_path, pepper="another secret"))["warehouse"]
    assert (other.state, other.exit_code) == ("failed", 2)
    assert other.text == "KPI_PEPPER: the warehouse was made with another one"


def test_a_warehouse_that_a_run_holds_is_not_waited_for_and_its_holder_is_named(company: Runtime) -> None:
    with locked(company.warehouse.path.with_suffix(".lock"), "run 01234567"):
        finding = found(company)["warehouse"]
    assert finding.state == "ok"
    assert finding.text == f"it is not looked into now: process {os.getpid()} holds it for run 01234567"


def test_a_warehouse_of_an_earlier_release_is_a_warning_with_the_command_that_helps(company: Runtime) -> None:
    with company.warehouse.opened(purpose="test") as connection:
        connection.execute("drop table meta.quota")
    finding = found(company)["warehouse"]
    assert (finding.state, finding.remedy) == ("warning", "run `kpi upgrade`")


def test_a_file_that_cannot_be_read_is_named_until_it_is_replaced_or_removed(company: Runtime) -> None:
    file = company.settings.data_dir / "inbox/costs/august.csv"
    file.parent.mkdir(parents=True)
    file.touch()
    with company.warehouse.opened(purpose="test") as connection:
        connection.execute(
            """insert into meta.file by name select 'costs/august.csv' as path, 'unreadable' as state,
            'the header lacks amount: add it' as reason, timestamp '2026-09-08 03:00:00' as seen_at"""
        )
    finding = found(company)["unreadable file"]
    assert (finding.text, finding.remedy) == ("costs/august.csv: the header lacks amount", "add it")
    with company.warehouse.opened(purpose="test") as connection:
        connection.execute(
            """insert into meta.file by name select 'costs/august.csv' as path, 'loaded' as state,
            timestamp '2026-09-09 03:00:00' as seen_at"""
        )
    assert "unreadable file" not in found(company)


def test_a_refused_part_is_a_warning_with_the_commands_that_settle_it(company: Runtime) -> None:
    with company.warehouse.opened(purpose="test") as connection:
        connection.execute("insert into meta.load by name select 2 as load_id, 'ga4' as source, 'lead' as object")
        connection.execute(
            """insert into meta.load_part by name select 2 as load_id, 'lead' as object, 'all' as part,
            'refused' as state, 'fell from 100 to 3 (rows)' as reason"""
        )
    finding = found(company)["refused part"]
    assert (finding.state, finding.text) == ("warning", "lead all of load 2: fell from 100 to 3 (rows)")
    assert "kpi accept 2" in finding.remedy


def test_a_night_that_failed_is_a_warning_with_its_line(company: Runtime) -> None:
    with opened_instance(company.settings.dagster_home) as instance:
        nightly.execute_in_process(instance=instance, raise_on_error=False)
    finding = found(company)["last night"]
    assert (finding.state, finding.remedy) == ("warning", "try again later")
    assert finding.text.endswith("failed: mailchimp: connection refused")


@pytest.mark.parametrize(
    ("hours_ago", "limit", "state"), [(25.9, 26, "ok"), (26.1, 26, "failed"), (900, None, "ok"), (-1, 26, "ok")]
)
def test_a_mart_is_stale_when_it_is_older_than_the_limit(
    tmp_path: Path, hours_ago: float, limit: int | None, state: str
) -> None:
    publish(tmp_path, hours_ago)
    finding = look_at_freshness(tmp_path / "published", timedelta(hours=limit) if limit else None, NOW)
    assert (finding.state, finding.exit_code) == (state, 1)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": "v-1", "published_at": "soon", "business_date": ""}'])
def test_a_manifest_that_cannot_be_read_fails(tmp_path: Path, text: str) -> None:
    publish(tmp_path, 1)
    (tmp_path / "published/v-1/manifest.json").write_text(text)
    finding = look_at_freshness(tmp_path / "published", None, NOW)
    assert (finding.state, finding.remedy) == ("failed", "publish again with `kpi publish`")


@pytest.fixture
def hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """The webhook of a company of its own, whose environment this process has."""
    with listening_webhook() as server:
        places = {"KPI_DATA": str(tmp_path / "data"), "DAGSTER_HOME": str(tmp_path / "home")}
        for name, value in {**places, "KPI_ALERT_WEBHOOK": server.address}.items():
            monkeypatch.setenv(name, value)
        yield server


def look(limit: timedelta = timedelta(hours=26)) -> str:
    (finding,) = look_at_published(limit)
    return finding.state


def test_a_stale_mart_is_told_once_until_it_is_fresh_again(tmp_path: Path, hook: Webhook) -> None:
    states = []
    for hours_ago in (30, 31, 1, 30):
        publish(tmp_path / "data", hours_ago, datetime.now(UTC))
        states.append(look())
    assert states == ["failed", "failed", "ok", "failed"]
    line = "published mart: v-1 of 2026-09-08 is 30.0 hours old: look at `kpi status`, then run `kpi nightly`"
    assert hook.texts == [f"[stale published file] {line}"] * 2


def test_a_mart_that_is_missing_is_told_and_what_programs_read_stays_json(hook: Webhook, capsys: Output) -> None:
    assert main(["doctor", "--freshness", "26h", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["text"] == "nothing was published yet"
    assert len(hook.texts) == 1


def test_without_a_limit_nobody_is_told(hook: Webhook, capsys: Output) -> None:
    assert main(["doctor"]) == 0
    assert "warning  published mart: nothing was published yet: run `kpi nightly`" in capsys.readouterr().out
    assert hook.texts == []


def test_a_wrong_configuration_keeps_no_stale_mart_back(
    tmp_path: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("KPI_CONFIG", str(tmp_path / "empty"))
    assert main(["doctor", "--freshness", "26h"]) == 1
    assert len(hook.texts) == 1


def test_a_delivery_that_fails_is_made_up_for_at_the_next_look(hook: Webhook, capsys: Output) -> None:
    for hook.status in (500, 200, 200):
        assert look() == "failed"
    assert len(hook.texts) == 2
    assert capsys.readouterr().err.count("alert not delivered") == 1


def test_it_goes_by_mail_too(hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_postbox(Postbox()) as postbox:
        monkeypatch.setenv("SMTP_URL", postbox.url())
        monkeypatch.setenv("KPI_ALERT_EMAIL", "owner@shop.test")
        assert look() == "failed"
    (mail,) = postbox.mails
    assert mail["Subject"].startswith("[stale published file] published mart: nothing was published yet")
