"""What is not safe in a zip archive is refused by name, file by file where it can be, as a whole where it cannot."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from deliveries import as_workbook, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.inbox import InboxFile, Unreadable, discover
from pipelines.inbox.archives import contents_of

JANUARY = b"date,currency,rate\n2026-01-01,USD,1.1\n2026-01-02,USD,1.2\n"
FEBRUARY = b"date,currency,rate\n2026-02-01,USD,1.3\n"


def found(inbox: Path, content: Mapping[str, bytes] | bytes) -> list[InboxFile]:
    path = inbox / "exchange_rates" / "rates.zip"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else zipped(content))
    return discover(inbox, [])


def whole_refused(inbox: Path, content: Mapping[str, bytes] | bytes) -> str:
    (archive,) = found(inbox, content)
    assert (archive.name, archive.state) == ("exchange_rates/rates.zip", "unreadable")
    return f"{archive.reason}: {archive.remedy}"


def member(name: str = "a.csv", mode: int = 0, flags: int = 0, content: bytes = JANUARY) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
        info.external_attr = mode << 16
        archive.writestr(info, content)
    data = bytearray(packed.getvalue())
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 8] |= flags
    data[6] |= flags
    return bytes(data)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (member("../../etc/cron.d/a.csv"), "its name leads out of the archive: pack it under a plain name"),
        (member("..\\a.csv"), "its name leads out of the archive: pack it under a plain name"),
        (member("/etc/a.csv"), "its name leads out of the archive: pack it under a plain name"),
        (member("C:\\a.csv"), "its name leads out of the archive: pack it under a plain name"),
        (member(mode=stat.S_IFLNK | 0o777, content=b"/etc/passwd"), "it is a link, which is not followed: pack the"),
        (member(flags=1), "it is encrypted: pack it without a password"),
        (member("inner.zip", content=zipped({"a.csv": JANUARY})), "it is an archive inside an archive, which is not"),
        (member("a.exe"), "its ending is none that is read: save it as XLSX or CSV"),
        (member(content=b""), "it is empty: export it again"),
        (member().replace(b"USD", b"GBP", 1), "its data in the archive are damaged: copy or export it again"),
    ],
)
def test_a_file_that_is_not_safe_is_refused_and_nothing_else(tmp_path: Path, content: bytes, message: str) -> None:
    refused, archive = found(tmp_path, content)
    assert (refused.state, archive.state) == ("unreadable", "loaded")
    assert f"{refused.reason}: {refused.remedy}".startswith(message)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused_once(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", JANUARY)
        archive.writestr("a.csv", FEBRUARY)
    refused, _ = found(tmp_path, packed.getvalue())
    assert refused.reason == "its name stands in the archive more than once"


def test_a_compression_that_is_not_read_is_named(tmp_path: Path) -> None:
    content = bytearray(member())
    directory = content.rindex(b"PK\x01\x02")
    content[8:10] = content[directory + 10 : directory + 12] = b"\x09\x00"
    assert found(tmp_path, bytes(content))[0].reason == "it is compressed in a way that is not read"


def test_a_hostile_name_is_shown_harmlessly(tmp_path: Path) -> None:
    (shown, _) = found(tmp_path, {"of jan@example.com\x1b[31m.csv": JANUARY})
    assert shown.name == "exchange_rates/rates.zip!of (address)?[31m.csv"


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("MOST_MEMBERS", "it holds more than 1 files: split it into smaller archives"),
        ("LARGEST_UNPACKED_BYTES", "it unpacks to more than 1 GiB: split it into smaller files"),
    ],
)
def test_an_archive_beyond_a_limit_is_refused_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, message: str
) -> None:
    monkeypatch.setattr(f"pipelines.inbox.archives.{limit}", 1)
    assert whole_refused(tmp_path, {"a.csv": JANUARY, "b.csv": FEBRUARY}) == message


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    assert whole_refused(tmp_path, {"a.csv": bytes(32 << 20)}) == (
        "it unpacks to more than 250 times its size: look where it comes from; if it is right, drop its files unpacked"
    )


def test_a_size_that_is_a_lie_unpacks_no_more_than_it_says(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": bytes(1 << 20)}))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert found(tmp_path, bytes(content))[0].reason == "its data in the archive are damaged"


@pytest.mark.parametrize("files", [{}, {".DS_Store": b"x"}, {"folder/": b""}])
def test_an_archive_without_files_is_refused(tmp_path: Path, files: dict[str, bytes]) -> None:
    assert whole_refused(tmp_path, files) == "there is no file in it: pack the exports themselves"


def test_an_archive_with_a_spoiled_directory_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": JANUARY}))
    content[content.rindex(b"PK\x01\x02")] = 0
    assert whole_refused(tmp_path, bytes(content)).startswith("the zip data are damaged or cut off")


WHOLE = zipped({"a.csv": JANUARY, "sub/b.xlsx": as_workbook([{"date": date(2026, 1, 1), "rate": 1.1}])})


@settings(deadline=None, max_examples=200)
@given(place=st.integers(4, len(WHOLE) - 1), piece=st.binary(min_size=1, max_size=4))
def test_any_spoiled_archive_is_listed_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, place: int, piece: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "spoiled.zip"
    path.write_bytes(WHOLE[:place] + piece + WHOLE[place + len(piece) :])
    try:
        contents = contents_of(path, "spoiled.zip")
    except Unreadable as refused:
        assert str(refused).startswith("spoiled.zip: ")
    else:
        assert len(contents.members) <= 2
