"""A closed month is mailed once to whom the company names; a mail server that fails delays it and stops nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from addressees import Postbox, open_postbox
from desk import Desk
from nightly import shipped_project

from pipelines.configuration import Config
from pipelines.configuration.sources import Reports
from pipelines.review.sending import send_closed_months
from pipelines.review.sent import FILE
from pipelines.runtime import Runtime, prepare_warehouse
from pipelines.settings import load_settings
from pipelines.snapshots import create_snapshot_tables

pytestmark = pytest.mark.nights

BOARD, TEAM, SENDER = "board@shop.test", "team@shop.test", "reviews@shop.test"
CLOSING, LATER = "run that closes", "a later run"
Logged = pytest.CaptureFixture[str]


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with open_postbox(Postbox()) as server:
        yield server


@pytest.fixture(scope="module")
def config() -> Config:
    return shipped_project().config


class Company:
    """A company with a warehouse; it closes months, and its runs end."""

    def __init__(self, folder: Path, config: Config, postbox: Postbox) -> None:
        self.folder, self.config, self.smtp_url = folder, config, postbox.url()
        self.reports = Reports(mail_to=(BOARD, TEAM), mail_from=SENDER)
        with self.runtime.warehouse.opened(purpose="test") as connection:
            prepare_warehouse(connection, self.runtime)
            create_snapshot_tables(connection, {})

    @property
    def runtime(self) -> Runtime:
        settings = load_settings(
            {"KPI_DATA": str(self.folder), **({"SMTP_URL": self.smtp_url} if self.smtp_url else {})}
        )
        sources = self.config.sources.model_copy(update={"reports": self.reports})
        return Runtime(settings, replace(self.config, sources=sources), shipped_project())

    def closes(self, month: str, version: int = 1, *, run_id: str = CLOSING, note: str = "day 5") -> None:
        with self.runtime.warehouse.opened(purpose="test") as connection:
            connection.execute(
                "insert into snapshots.snapshot (snapshot_id, month, version, run_id, note) values (?, ?, ?, ?, ?)",
                [f"{month}-v{version}", date.fromisoformat(f"{month}-01"), version, run_id, note],
            )
        folder = self.folder / "reports" / month / f"v{version}"
        folder.mkdir(parents=True)
        for language in ("nl", "en"):
            (folder / f"mail.{language}.txt").write_text(f"{month} v{version} ({language})\n\n\nRevenue: 12\n")
            (folder / f"mail.{language}.html").write_text(f"<p>Revenue of {month}</p>")

    def ends(self, run_id: str = CLOSING) -> None:
        send_closed_months(run_id, self.runtime)


@pytest.fixture
def company(tmp_path: Path, config: Config, postbox: Postbox) -> Company:
    return Company(tmp_path, config, postbox)


def mailed(postbox: Postbox) -> list[tuple[str, str]]:
    return [(str(mail["To"]), str(mail["Subject"])) for mail in postbox.mails]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_each_recipient_gets_both_bodies_in_a_mail_of_their_own(company: Company, postbox: Postbox) -> None:
    company.closes("2026-08")
    company.ends()
    assert mailed(postbox) == [(BOARD, "2026-08 v1 (en)"), (TEAM, "2026-08 v1 (en)")]
    mail = postbox.mails[0]
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None and html is not None
    assert plain.get_content().splitlines() == ["Revenue: 12"]
    assert html.get_content().splitlines() == ["<p>Revenue of 2026-08</p>"]
    assert (mail["From"], mail["Auto-Submitted"]) == (SENDER, "auto-generated")


def test_a_version_is_sent_once_whatever_runs_later(company: Company, postbox: Postbox) -> None:
    company.closes("2026-08")
    for run_id in (CLOSING, CLOSING, LATER):
        company.ends(run_id)
    assert len(postbox.mails) == 2


def test_the_next_version_of_a_month_is_a_mail_of_its_own(company: Company, postbox: Postbox) -> None:
    company.closes("2026-08")
    company.ends()
    company.closes("2026-08", 2, run_id=LATER)
    company.ends(LATER)
    assert [subject for _, subject in mailed(postbox)[2:]] == ["2026-08 v2 (en)"] * 2


def test_nobody_is_mailed_unless_somebody_is_named(company: Company, postbox: Postbox) -> None:
    company.reports = Reports()
    company.closes("2026-08")
    company.ends()
    assert postbox.mails == []
    assert not (company.folder / FILE).exists()


def test_what_was_closed_before_somebody_was_named_is_sent_to_nobody(company: Company, postbox: Postbox) -> None:
    company.closes("2026-07", run_id="long ago")
    company.closes("2026-08")
    company.ends()
    assert [subject for _, subject in mailed(postbox)] == ["2026-08 v1 (en)"] * 2


def test_months_that_were_over_before_the_first_load_are_no_news(company: Company, postbox: Postbox) -> None:
    company.closes("2026-07", note="backfilled")
    company.ends()
    assert postbox.mails == []


def test_a_server_that_is_away_is_a_warning_and_the_next_run_sends(
    company: Company, postbox: Postbox, capsys: Logged
) -> None:
    there, company.smtp_url = company.smtp_url, f"smtp://me:s%2Fcret-word@127.0.0.1:{free_port()}"
    company.closes("2026-08")
    company.ends()
    told = capsys.readouterr().err
    assert "review not mailed" in told and "ConnectionRefusedError" in told and "check SMTP_URL" in told
    assert "cret" not in told
    company.smtp_url = there
    company.ends(LATER)
    assert len(postbox.mails) == 2


def test_a_recipient_who_is_refused_keeps_the_mail_from_no_other_and_is_tried_again(
    company: Company, postbox: Postbox, capsys: Logged
) -> None:
    postbox.refused_recipients = (BOARD,)
    company.closes("2026-08")
    company.ends()
    assert [to for to, _ in mailed(postbox)] == [TEAM]
    assert "the recipient was refused" in capsys.readouterr().err
    postbox.refused_recipients = ()
    company.ends(LATER)
    assert [to for to, _ in mailed(postbox)] == [TEAM, BOARD]


def test_without_a_server_it_says_which_setting_is_missing(company: Company, postbox: Postbox, capsys: Logged) -> None:
    company.smtp_url = ""
    company.closes("2026-08")
    company.ends()
    assert "SMTP_URL is not set" in capsys.readouterr().err


def test_a_mail_that_was_not_written_yet_is_sent_once_it_is(company: Company, postbox: Postbox, capsys: Logged) -> None:
    company.closes("2026-08")
    body = company.folder / "reports/2026-08/v1/mail.en.html"
    aside = body.rename(body.with_suffix(".aside"))
    company.ends()
    assert "its text is not there" in capsys.readouterr().err
    aside.rename(body)
    company.ends(LATER)
    assert len(postbox.mails) == 2


def test_the_language_is_the_one_that_the_company_chose(company: Company, postbox: Postbox) -> None:
    company.reports = Reports(mail_to=(BOARD,), language="nl")
    company.closes("2026-08")
    company.ends()
    (mail,) = postbox.mails
    assert (mail["Subject"], mail["From"]) == ("2026-08 v1 (nl)", BOARD)


def test_what_is_remembered_is_its_owners_alone_and_names_nobody(company: Company) -> None:
    company.closes("2026-08")
    company.ends()
    remembered = company.folder / FILE
    assert remembered.stat().st_mode & 0o777 == 0o600
    assert "@" not in remembered.read_text()


def test_a_warehouse_that_another_run_holds_delays_the_mail(
    company: Company, postbox: Postbox, capsys: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.review.sending.LOOK_SECONDS", 0)
    company.closes("2026-08")
    with company.runtime.warehouse.opened(purpose="test"):
        company.ends()
    assert "reviews were not mailed" in capsys.readouterr().err
    company.ends()
    assert len(postbox.mails) == 2


def test_a_close_stands_without_a_mail_server_and_its_mail_comes_with_that_of_the_next(
    worked_desk: Desk, postbox: Postbox
) -> None:
    worked_desk.configure("sources.yaml", "mail_to: []", f"mail_to: [{BOARD}]")
    worked_desk.environment.setenv("SMTP_URL", f"smtp://127.0.0.1:{free_port()}")
    assert worked_desk.kpi("close", "2026-08") == 0
    assert postbox.mails == []
    worked_desk.environment.setenv("SMTP_URL", postbox.url())
    assert worked_desk.kpi("close", "2026-08") == 0
    assert mailed(postbox) == [
        (BOARD, "Marketing in August 2026: version 1, outdated"),
        (BOARD, "Marketing in August 2026: version 2, provisional"),
    ]


@pytest.mark.parametrize("address", ["nobody", "a@b.test, c@d.test", "a@b.test\nBcc: c@d.test", "Me <a@b.test>"])
def test_an_entry_that_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no e-mail address"):
        Reports(mail_to=(address,))


@pytest.mark.parametrize("address", ["file:///reports", "reviews.shop.test", 'https://a.test/"><script>'])
def test_a_place_of_the_reports_that_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no web address"):
        Reports(address=address)


def test_who_is_mailed_changes_no_hash_of_a_closed_month(config: Config) -> None:
    sources = config.sources.model_copy(update={"reports": Reports(mail_to=(BOARD,))})
    assert replace(config, sources=sources).config_hash == config.config_hash
