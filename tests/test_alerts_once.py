"""Nothing is told twice: each alert once by each way, again when it came back, and as a reminder after a week."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from addressees import Postbox, Webhook, listening_webhook, open_postbox

from pipelines.alerts import Alert, Look, look_at_checks, look_at_run, tell, telling
from pipelines.alerts.memory import REMINDED_AFTER
from pipelines.engines.duckdb import locked
from pipelines.settings import Settings, load_settings

NIGHT = datetime(2026, 9, 8, 3, 45, tzinfo=UTC)
DAY = timedelta(days=1)
SILENT = Alert("source silent", "mailchimp", "mailchimp: it was last read on 2026-09-05: look")
SOURCES = ("source silent/",)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listening_webhook() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, hook: Webhook) -> Settings:
    return load_settings({"KPI_DATA": str(tmp_path / "data"), "KPI_ALERT_WEBHOOK": hook.address})


def memory(settings: Settings) -> Path:
    return settings.data_dir / "alerts.json"


def test_what_stands_is_told_once_and_again_as_a_reminder_after_a_week(settings: Settings, hook: Webhook) -> None:
    for day in range(8):
        tell(Look((SILENT,), SOURCES), settings, NIGHT + day * DAY)
    assert len(hook.texts) == 2
    tell(Look((SILENT,), SOURCES), settings, NIGHT + 7 * DAY + REMINDED_AFTER)
    assert len(hook.texts) == 3


def test_what_was_over_is_told_when_it_comes_back(settings: Settings, hook: Webhook) -> None:
    for night, look in enumerate([Look((SILENT,), SOURCES), Look((), SOURCES), Look((SILENT,), SOURCES)]):
        tell(look, settings, NIGHT + night * DAY)
    assert len(hook.texts) == 2


def test_a_look_elsewhere_says_nothing_about_what_stands(settings: Settings, hook: Webhook) -> None:
    for look in (Look((SILENT,), SOURCES), look_at_run("nightly", "0123", []), Look((SILENT,), SOURCES)):
        tell(look, settings, NIGHT)
    assert len(hook.texts) == 1


def test_the_same_failure_of_a_job_is_one_alert_whatever_its_numbers_and_another_one_is_another(
    settings: Settings, hook: Webhook
) -> None:
    for run_id, failure in (
        ("1111", "ga4: no answer after 31.2 seconds: try again later"),
        ("2222", "ga4: no answer after 29.8 seconds: try again later"),
        ("3333", "ga4: no access: add the account"),
        ("4444", "ga4: no answer after 30.0 seconds: try again later"),
    ):
        tell(look_at_run("nightly", run_id, [failure]), settings, NIGHT)
    assert [text.split()[3] for text in hook.texts] == ["1111:", "3333:", "4444:"]


def test_a_job_that_is_well_says_nothing_about_another(settings: Settings, hook: Webhook) -> None:
    failed = look_at_run("nightly", "1111", ["ga4: no access: add the account"])
    for look in (failed, look_at_run("month_close", "2222", []), failed, look_at_run("nightly", "3333", []), failed):
        tell(look, settings, NIGHT)
    assert len(hook.texts) == 2


def test_a_check_stands_until_it_holds_in_a_run_that_made_it(settings: Settings, hook: Webhook) -> None:
    broken = look_at_checks({"marts.kpi_value adds_up": "marts.kpi_value adds_up: 3 rows break it: look"})
    other, well = look_at_checks({"marts.x is_whole": None}), look_at_checks({"marts.kpi_value adds_up": None})
    for look in (broken, other, broken, well, broken):
        tell(look, settings, NIGHT)
    assert len(hook.texts) == 2


def test_a_delivery_that_failed_is_tried_again_and_the_way_that_worked_is_not(
    settings: Settings, hook: Webhook
) -> None:
    with open_postbox(Postbox()) as postbox:
        smtp = {"SMTP_URL": postbox.url(), "KPI_ALERT_EMAIL": "owner@shop.test"}
        both = load_settings({"KPI_DATA": str(settings.data_dir), "KPI_ALERT_WEBHOOK": hook.address, **smtp})
        hook.status = 503
        assert not tell(Look((SILENT,), SOURCES), both, NIGHT)
        hook.status = 200
        assert tell(Look((SILENT,), SOURCES), both, NIGHT + DAY)
        assert tell(Look((SILENT,), SOURCES), both, NIGHT + 2 * DAY)
    assert (len(hook.texts), len(postbox.mails)) == (2, 1)


@pytest.mark.parametrize("text", ["", "{", '{"source silent/mailchimp": 1}', "\udc80"])
def test_a_memory_that_cannot_be_read_is_told_again_and_written_anew(
    settings: Settings, hook: Webhook, text: str
) -> None:
    settings.data_dir.mkdir()
    memory(settings).write_bytes(text.encode("utf-8", "surrogateescape"))
    for _ in range(2):
        assert tell(Look((SILENT,), SOURCES), settings, NIGHT)
    assert len(hook.texts) == 1


def test_a_moment_that_a_wrong_clock_noted_silences_nothing(settings: Settings, hook: Webhook) -> None:
    tell(Look((SILENT,), SOURCES), settings, NIGHT + 400 * DAY)
    tell(Look((SILENT,), SOURCES), settings, NIGHT)
    assert len(hook.texts) == 2


def test_only_the_owner_reads_the_memory_and_no_half_of_it_is_ever_seen(settings: Settings) -> None:
    tell(Look((SILENT,), SOURCES), settings, NIGHT)
    assert stat.S_IMODE(memory(settings).stat().st_mode) == 0o600
    assert sorted(path.name for path in settings.data_dir.iterdir()) == ["alerts.json", "alerts.lock"]


def test_a_folder_that_cannot_be_written_still_tells(
    settings: Settings, hook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    # a file in the place of the folder: nobody can write below it, the superuser neither
    settings.data_dir.write_text("")
    assert tell(Look((SILENT,), SOURCES), settings, NIGHT)
    assert len(hook.texts) == 1
    assert "told twice" in capsys.readouterr().err


def test_a_process_that_is_telling_is_not_waited_for_without_end(
    settings: Settings, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "LOCK_SECONDS", 0)
    settings.data_dir.mkdir()
    with locked(memory(settings).with_suffix(".lock"), "alerts"):
        assert tell(Look((SILENT,), SOURCES), settings, NIGHT)
    assert len(hook.texts) == 1
