"""Which files are new, which wait, which cannot be read where they lie: decided without a look at their rows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from deliveries import as_parquet, as_workbook, zipped

from pipelines.inbox import InboxFile, KnownFile, discover

LEADS = "lead_id,created_at\nL1,2026-01-01\n"


def drop(inbox: Path, name: str, content: str = LEADS, at: int = 1_000) -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    os.utime(path, ns=(at, at))
    return path


def only(inbox: Path, *known: KnownFile) -> InboxFile:
    (found,) = discover(inbox, known)
    return found


def as_known(file: InboxFile, state: str = "loaded") -> KnownFile:
    return KnownFile(file.name, file.kind, file.content_hash, file.size_bytes, file.modified_ns, state)


def test_an_inbox_that_does_not_exist_holds_nothing(tmp_path: Path) -> None:
    assert discover(tmp_path / "inbox", []) == []


def test_a_new_file_has_the_kind_of_its_folder(tmp_path: Path) -> None:
    drop(tmp_path, "leads/January.CSV")
    found = only(tmp_path)
    assert (found.name, found.kind, found.is_full, found.state) == ("leads/January.CSV", "leads", False, "new")
    assert (found.size_bytes, found.modified_ns, len(found.content_hash)) == (len(LEADS), 1_000, 64)


def test_a_file_in_the_folder_full_is_a_full_export(tmp_path: Path) -> None:
    drop(tmp_path, "leads/full/all.csv.gz")
    assert only(tmp_path).is_full


def test_files_are_read_oldest_first_then_by_name(tmp_path: Path) -> None:
    drop(tmp_path, "leads/c.csv", "c", at=1)
    drop(tmp_path, "deals/b.csv", "b", at=2)
    drop(tmp_path, "costs/a.csv", "a", at=2)
    assert [file.name for file in discover(tmp_path, [])] == ["leads/c.csv", "costs/a.csv", "deals/b.csv"]


@pytest.mark.parametrize("state", ["loaded", "unreadable"])
def test_a_file_that_was_dealt_with_is_not_found_again(tmp_path: Path, state: str) -> None:
    drop(tmp_path, "leads/a.csv")
    assert discover(tmp_path, [as_known(only(tmp_path), state)]) == []


def test_a_changed_file_is_found_again(tmp_path: Path) -> None:
    drop(tmp_path, "leads/a.csv")
    before = as_known(only(tmp_path))
    drop(tmp_path, "leads/a.csv", LEADS + "L2,2026-01-02\n")
    assert only(tmp_path, before).state == "new"


def test_a_copy_of_what_was_read_is_not_read_again_and_says_so_once(tmp_path: Path) -> None:
    drop(tmp_path, "leads/a.csv")
    first = as_known(only(tmp_path))
    drop(tmp_path, "leads/b.csv", at=2_000)
    copy = only(tmp_path, first)
    assert (copy.state, copy.reason) == ("loaded", "its content was read before, as leads/a.csv")
    assert discover(tmp_path, [first, as_known(copy)]) == []


def test_of_two_new_copies_the_second_is_looked_at_when_the_first_is_settled(tmp_path: Path) -> None:
    drop(tmp_path, "leads/a.csv")
    drop(tmp_path, "leads/b.csv")
    first = only(tmp_path)
    assert first.name == "leads/a.csv"
    assert only(tmp_path, as_known(first)).state == "loaded"


def test_content_that_could_not_be_read_is_tried_again_under_another_name(tmp_path: Path) -> None:
    drop(tmp_path, "leads/a.csv")
    first = as_known(only(tmp_path), "unreadable")
    drop(tmp_path, "leads/b.csv")
    assert only(tmp_path, first).state == "new"


@pytest.mark.parametrize("name", ["deals/a.csv", "leads/full/a.csv"])
def test_the_same_content_means_something_else_in_another_folder(tmp_path: Path, name: str) -> None:
    drop(tmp_path, "leads/a.csv")
    first = as_known(only(tmp_path))
    drop(tmp_path, name)
    assert only(tmp_path, first).state == "new"


@pytest.mark.parametrize("name", ["leads/.a.csv.x7", "leads/a.csv.part", "leads/a.csv.TMP"])
def test_a_file_whose_name_says_that_it_is_unfinished_waits(tmp_path: Path, name: str) -> None:
    drop(tmp_path, name)
    found = only(tmp_path)
    assert (found.state, found.reason) == ("waiting", "its name says that it is still being written")


def test_an_empty_file_waits_and_is_told_of_once(tmp_path: Path) -> None:
    drop(tmp_path, "leads/a.csv", "")
    found = only(tmp_path)
    assert (found.state, found.reason) == ("waiting", "it is empty")
    assert discover(tmp_path, [as_known(found, "waiting")]) == []


def test_a_file_that_waited_is_read_when_it_is_complete(tmp_path: Path) -> None:
    drop(tmp_path, "leads/a.csv", "")
    waiting = as_known(only(tmp_path), "waiting")
    drop(tmp_path, "leads/a.csv")
    assert only(tmp_path, waiting).state == "new"


def test_a_file_that_changes_while_it_is_looked_at_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop(tmp_path, "leads/a.csv")
    look = os.fstat

    def grow_then_look(handle: int) -> os.stat_result:
        with path.open("a") as stream:
            stream.write("L2,2026-01-02\n")
        return look(handle)

    monkeypatch.setattr("pipelines.inbox.first_look.os.fstat", grow_then_look)
    assert only(tmp_path).reason == "it is still being written"


@pytest.mark.parametrize("name", ["leads/a.xlsx", "leads/a.zip", "leads/a.parquet"])
def test_a_file_without_its_last_bytes_waits_until_it_has_them_or_grows_no_more(tmp_path: Path, name: str) -> None:
    rows = [{"lead_id": "L1", "created_at": "2026-01-01"}]
    whole = {
        "leads/a.xlsx": as_workbook(rows),
        "leads/a.zip": zipped({"a.csv": LEADS.encode()}),
        "leads/a.parquet": as_parquet(rows),
    }[name]
    path = drop(tmp_path, name)
    path.write_bytes(whole[: len(whole) // 2])
    first = only(tmp_path)
    assert (first.state, first.reason) == ("waiting", "it is still being written")
    path.write_bytes(whole[:-8])
    assert only(tmp_path, as_known(first, "waiting")).state == "waiting"
    waiting = as_known(only(tmp_path), "waiting")
    second = only(tmp_path, waiting)
    assert (second.state, second.reason) == ("unreadable", "it ends too early and grows no more")
    path.write_bytes(whole)
    assert discover(tmp_path, [waiting, as_known(second, "unreadable")])[0].state == "new"


def test_a_file_that_may_not_be_read_waits_and_is_read_when_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path, "leads/a.csv")
    with monkeypatch.context() as closed:
        closed.setattr(Path, "open", refuse)
        found = only(tmp_path)
        assert (found.state, found.reason) == ("waiting", "it cannot be read (Permission denied)")
        assert found.remedy.startswith("make it readable for this user")
        waiting = as_known(found, "waiting")
        assert discover(tmp_path, [waiting]) == []
    assert only(tmp_path, waiting).state == "new"


def test_a_folder_that_may_not_be_read_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(tmp_path, "leads/a.csv")
    drop(tmp_path, "deals/a.csv")
    look = os.scandir

    def look_unless_leads(folder: str) -> object:
        return refuse(folder) if Path(folder).name == "leads" else look(folder)

    with monkeypatch.context() as closed:
        closed.setattr(os, "scandir", look_unless_leads)
        assert [(one.name, one.state, one.reason) for one in discover(tmp_path, []) if one.kind != "deals"] == [
            ("leads", "waiting", "the folder cannot be read")
        ]
    assert {one.name for one in discover(tmp_path, [])} == {"leads/a.csv", "deals/a.csv"}


def test_a_file_that_the_system_says_nothing_about_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path, "leads/a.csv")
    drop(tmp_path, "leads/b.csv", "b")
    look = Path.lstat
    monkeypatch.setattr(Path, "lstat", lambda path: refuse(path) if path.name == "a.csv" else look(path))
    assert [(one.name, one.state) for one in discover(tmp_path, [])] == [
        ("leads/a.csv", "waiting"),
        ("leads/b.csv", "new"),
    ]


def refuse(path: object, *_: object) -> None:
    raise PermissionError(13, "Permission denied", str(path))


@pytest.mark.parametrize(
    ("name", "reason", "remedy"),
    [
        ("lead/a.csv", "its folder is no kind of file", "did you mean 'leads'?"),
        ("leads/2026/a.csv", "it lies in a folder that is not read", "move it into leads/, or into leads/full/"),
        ("leads/a.pdf", "its ending is none that is read", "save it as XLSX or CSV; read are .csv"),
    ],
)
def test_a_file_in_the_wrong_place_says_where_it_belongs(tmp_path: Path, name: str, reason: str, remedy: str) -> None:
    drop(tmp_path, name)
    found = only(tmp_path)
    assert (found.state, found.reason) == ("unreadable", reason)
    assert found.remedy.startswith(remedy)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = drop(tmp_path, "elsewhere.csv")
    inbox = tmp_path / "inbox"
    (inbox / "leads").mkdir(parents=True)
    (inbox / "leads" / "a.csv").symlink_to(secret)
    assert only(inbox).reason == "it is a link or no ordinary file"


@pytest.mark.parametrize("name", ["leads", "leads/full", ".hidden"])
def test_a_link_to_a_folder_is_told_of_once_and_not_followed(tmp_path: Path, name: str) -> None:
    drop(tmp_path, "elsewhere/a.csv")
    link = tmp_path / "inbox" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    found = only(tmp_path / "inbox")
    assert (found.name, found.state) == (name, "unreadable")
    assert (found.reason, found.remedy) == (
        "it is a link to a folder, which is not followed",
        "put the folder itself here",
    )
    assert discover(tmp_path / "inbox", [as_known(found, "unreadable")]) == []


def test_what_desktops_leave_behind_is_no_file_of_anybody(tmp_path: Path) -> None:
    drop(tmp_path, "leads/.DS_Store")
    assert discover(tmp_path, []) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("leads/'; drop table x; --.csv", "leads/'; drop table x; --.csv"),
        ("leads/line\nbreak\x1b[31m.csv", "leads/line?break?[31m.csv"),
        ("leads/right\u202eleft.csv", "leads/right?left.csv"),
        ("leads/of jan@example.com for.csv", "leads/of (address) for.csv"),
        ("leads/bytes\udcff.csv", "leads/bytes\ufffd.csv"),
    ],
)
def test_a_hostile_name_is_shown_harmlessly_and_recognised_again(tmp_path: Path, name: str, shown: str) -> None:
    drop(tmp_path, name)
    found = only(tmp_path)
    assert (found.name, found.state) == (shown, "new")
    assert discover(tmp_path, [as_known(found)]) == []
