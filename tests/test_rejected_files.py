"""A file of which most rows were rejected stops the nights until somebody does something about it, and every way out
leads out."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stderr
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from desk import LAST_NIGHT, Desk, desk_in
from nightly import drop_files, new_warehouse, night_of_files, project_without

from pipelines.build import Project
from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.failures import DataFailed
from pipelines.loads import Ruling, rule
from pipelines.running import events_of, opened_instance

pytestmark = pytest.mark.nights

TODAY = date(2026, 9, 8)
HEADER = "lead_id,created_at\n"
GOOD, SPOILT = "L-1,2026-09-01\n", "L-2,soon\nL-3,later\n"
FILE = "leads/new.csv"
STOPS = "2 of 3 rows rejected, more than the share of 0.5 above which nothing is published"


# of so few rows none would stop a night otherwise
ANY_FILE = ("stop_from_rows: 20", "stop_from_rows: 1")


def configured(change: tuple[str, str], project: Project) -> Project:
    """The project with one line of sources.yaml changed."""
    texts = dict(project.config.texts)
    assert change[0] in texts["sources.yaml"]
    texts["sources.yaml"] = texts["sources.yaml"].replace(*change)
    return load_project(config_from_texts(texts))


@dataclass
class Nights:
    """A company of files alone, night after night."""

    connection: duckdb.DuckDBPyConnection
    inbox: Path
    project: Project
    today: date = TODAY

    def drop(self, text: str) -> None:
        drop_files(self.inbox, {FILE: HEADER + text})

    def night(self) -> None:
        self.today += timedelta(days=1)
        night_of_files(self.connection, self.inbox, self.today, self.project)

    @property
    def leads(self) -> int:
        return int(self.connection.execute("select count(*) from facts.lead").fetchall()[0][0])


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    with closing(new_warehouse()) as connection:
        yield Nights(connection, tmp_path / "inbox", configured(ANY_FILE, project_without("ga4", "mailchimp")))


def corrected(nights: Nights) -> None:
    nights.drop(GOOD + SPOILT.replace("soon", "2026-09-02").replace("later", "2026-09-03"))


def taken_back(nights: Nights) -> None:
    ((load_id,),) = nights.connection.execute("select max(load_id) from meta.file").fetchall()
    rule(nights.connection, Ruling("retract", load_id, "a test", datetime.now(UTC).replace(tzinfo=None)))


def let_through(nights: Nights) -> None:
    nights.project = configured(("stop_above_share_rejected: 0.5", "stop_above_share_rejected: 1"), nights.project)


def test_a_small_file_is_told_and_stops_nothing(nights: Nights) -> None:
    nights.project = configured(ANY_FILE[::-1], nights.project)
    nights.drop(GOOD + SPOILT)
    nights.night()
    assert nights.leads == 1


def test_every_night_is_stopped_while_the_file_stands_not_only_the_one_that_read_it(nights: Nights) -> None:
    nights.drop(GOOD + SPOILT)
    for _ in range(2):
        with pytest.raises(DataFailed, match=STOPS):
            nights.night()


def test_a_file_without_one_good_row_stops_a_night_too(nights: Nights) -> None:
    nights.drop(SPOILT)
    with pytest.raises(DataFailed, match="2 of 2 rows rejected"):
        nights.night()


@pytest.mark.parametrize(("way_out", "leads"), [(corrected, 3), (taken_back, 0), (let_through, 1)])
def test_every_way_out_leads_out(nights: Nights, way_out: Callable[[Nights], None], leads: int) -> None:
    nights.drop(GOOD + SPOILT)
    with pytest.raises(DataFailed):
        nights.night()
    way_out(nights)
    nights.night()
    assert nights.leads == leads


CONTACTS = "Record ID,Create Date,Lifecycle Stage,Became a Marketing Qualified Lead Date\n"
CONTACT, SHORT = "{},2026-09-01 09:00,MQL,2026-09-02\n", "9,2026-09-01 09:00\n"
STANDING = "select path, kind, rows_in, rows_rejected, rows, lines from marts.rejection order by kind"


def test_a_short_line_of_a_file_that_is_leads_and_their_stages_is_told_as_each_and_stops_no_night(
    nights: Nights,
) -> None:
    drop_files(nights.inbox, {"contacts.csv": CONTACTS + CONTACT.format(1) + CONTACT.format(2) + SHORT})
    nights.night()
    found = nights.connection.execute(STANDING).fetchall()
    assert found == [("contacts.csv", kind, 3, 1, 1, "4") for kind in ("lead_stages", "leads")]
    assert nights.leads == 2


def test_a_file_of_two_kinds_that_stops_a_night_is_named_as_each(nights: Nights) -> None:
    drop_files(nights.inbox, {"contacts.csv": CONTACTS + CONTACT.format(1) + SHORT + SHORT})
    with pytest.raises(DataFailed, match=r"contacts\.csv as lead_stages and 1 more: 2 of 3 rows rejected"):
        nights.night()


@dataclass(frozen=True)
class Stopped:
    """A machine whose last night was stopped: what it said, and how it ended."""

    desk: Desk
    before: str
    exit_code: int
    said: str


@pytest.fixture(scope="module")
def stopped(kept_desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopped]:
    folder = tmp_path_factory.mktemp("stopped") / "desk"
    shutil.copytree(kept_desk, folder, symlinks=True)
    with desk_in(folder) as desk:
        desk.on(LAST_NIGHT)
        desk.configure("sources.yaml", *ANY_FILE)
        before = desk.current
        drop_files(desk.data / "inbox", {FILE: HEADER + GOOD + SPOILT, "deals/torn.csv": "who,when\n1,2\n"})
        with redirect_stderr(io.StringIO()) as said:
            exit_code = desk.kpi("nightly")
        yield Stopped(desk, before, exit_code, said.getvalue())


def test_the_command_ends_with_what_why_and_what_to_do(stopped: Stopped) -> None:
    last = stopped.said.strip().splitlines()[-1]
    assert (stopped.exit_code, last.startswith(f"{FILE}: {STOPS}: `kpi inbox rejected` says which")) == (1, True)
    assert "`kpi retract" in last and last.endswith("; nothing was published")


def test_readers_keep_the_mart_of_the_night_before(stopped: Stopped) -> None:
    assert stopped.desk.current == stopped.before


def test_the_ui_shows_what_was_not_taken_and_never_what_the_cells_say(stopped: Stopped) -> None:
    with opened_instance(stopped.desk.folder / "dagster") as instance:
        (run,) = instance.get_run_records(limit=1)
        events = events_of(instance, run.dagster_run.run_id)
    (made,) = [
        one.event_specific_data.materialization
        for one in events
        if one.is_step_materialization and one.asset_key == dg.AssetKey(["meta", "file"])
    ]
    table = made.metadata["not taken"]
    assert isinstance(table, dg.TableMetadataValue)
    shown = [(row.data["file"], row.data["line"], row.data["value"], row.data["why"]) for row in table.records]
    assert shown == [
        ("deals/torn.csv", None, None, "no header line was found"),
        (FILE, 3, "text of 4 characters", "not a time"),
        (FILE, 4, "text of 5 characters", "not a time"),
    ]


def test_the_check_shows_the_same_rows(stopped: Stopped) -> None:
    with opened_instance(stopped.desk.folder / "dagster") as instance:
        (run,) = instance.get_run_records(limit=1)
        events = events_of(instance, run.dagster_run.run_id)
    found = {
        one.asset_check_evaluation_data.check_name: one.asset_check_evaluation_data
        for one in events
        if one.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION
    }
    table = found["rows_are_taken"].metadata["first rows"]
    assert isinstance(table, dg.TableMetadataValue)
    assert [(row.data["path"], row.data["line"]) for row in table.records] == [(FILE, 3), (FILE, 4)]
    assert "soon" not in str(found)
