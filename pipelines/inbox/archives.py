"""What lies in a zip archive: its files one by one, the ignored ones by name, and the refusal of what is not safe.

Nothing is ever written to disk, and no member is unpacked before the limits hold. Rows are not looked at here.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pipelines import privacy
from pipelines.inbox.formats import ARCHIVE, EMPTY_ZIP, ZIP, name_for, what_it_is, wrong_ending
from pipelines.inbox.unreadable import Unreadable

MOST_MEMBERS = 1_000
LARGEST_UNPACKED_BYTES = 1 << 30
# real exports shrink 5 to 50 times
LARGEST_RATIO = 250
SMALLEST_GUARDED_BYTES = 16 << 20
MOST_SHOWN = 5
CHUNK_BYTES = 1 << 20
IS_ENCRYPTED = 0x1
# what desktops and systems add by themselves
IGNORED_FOLDERS = frozenset({"__MACOSX"})
IGNORED_NAMES = frozenset({"Thumbs.db", "desktop.ini"})
# everything that Python's zip reader raises for bytes that are not what they say
DAMAGES = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError, OSError, OverflowError, IndexError,
)  # fmt: skip
COPY_AGAIN = "copy or export it again"

_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Member:
    """One file of an archive: `name` as the archive says it; with `why` and `remedy` when it is not read."""

    name: str
    size_bytes: int
    content_hash: str = ""
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Contents:
    """The files of an archive, the oldest first, and the names that do not count."""

    members: tuple[Member, ...]
    ignored: tuple[str, ...]

    def summary(self) -> str:
        """What became of everything in the archive, in one line that may be published."""
        count = len(self.members)
        said = f"{count} file{'s' if count > 1 else ''} in it, each counted on its own"
        if not self.ignored:
            return said
        shown = [privacy.printable(privacy.masked_text(name))[:60] for name in self.ignored[:MOST_SHOWN]]
        more = [f"{len(self.ignored) - MOST_SHOWN} more"] if self.ignored[MOST_SHOWN:] else []
        return f"{said}; ignored: {', '.join([*shown, *more])}"


def contents_of(path: Path, name: str) -> Contents:
    """What lies in the archive at `path`, each file with the sha256 of its bytes.

    Raises:
        Unreadable: it is no zip archive, beyond a limit, or holds no file.
        OSError: the system does not give it out.
    """
    with path.open("rb") as stream:
        beginning = stream.read(len(ZIP))
        if beginning not in {ZIP, EMPTY_ZIP}:
            stream.seek(0)
            what = what_it_is(stream.read(CHUNK_BYTES))
            raise Unreadable(name, f"it is {what}, not {ARCHIVE}", name_for(what))
        with opened_zip(stream, name) as archive:
            infos = [info for info in archive.infolist() if not _is_folder(info)]
            counted = [info for info in infos if not _is_ignored(info.filename)]
            if not counted:
                raise Unreadable(name, "there is no file in it", "pack the exports themselves")
            return Contents(
                tuple(_members(archive, counted)),
                tuple(info.filename for info in infos if _is_ignored(info.filename)),
            )


def content_of(path: Path, member: str, name: str) -> bytes:
    """The bytes of one member; `name` is how it is shown.

    Raises:
        Unreadable: they are damaged.
        OSError: the system does not give the archive out.
    """
    with path.open("rb") as stream, opened_zip(stream, name) as archive:
        try:
            return archive.read(member)
        except (*DAMAGES, KeyError):
            raise Unreadable(name, "its data in the archive are damaged", COPY_AGAIN) from None


def opened_zip(stream: BinaryIO, name: str) -> zipfile.ZipFile:
    """A zip whose directory can be read and keeps the limits; what it says of sizes is all that is ever unpacked.

    Raises:
        Unreadable: the directory is damaged, or one of the limits is broken.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except DAMAGES:
        raise Unreadable(name, "the zip data are damaged or cut off", COPY_AGAIN) from None
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise Unreadable(name, f"it holds more than {MOST_MEMBERS} files", "split it into smaller archives")
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if unpacked > LARGEST_UNPACKED_BYTES:
        raise Unreadable(name, "it unpacks to more than 1 GiB", "split it into smaller files")
    if unpacked > SMALLEST_GUARDED_BYTES and unpacked > LARGEST_RATIO * packed:
        why = f"it unpacks to more than {LARGEST_RATIO} times its size"
        raise Unreadable(name, why, "look where it comes from; if it is right, drop its files unpacked")
    return archive


def _members(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[Member]:
    times = Counter(info.filename for info in infos)
    in_order = sorted(infos, key=lambda info: (info.date_time, info.filename))
    for info in {info.filename: info for info in in_order}.values():
        problem = _refusal(info, times[info.filename])
        if problem:
            yield Member(info.filename, info.file_size, "", *problem)
            continue
        try:
            yield Member(info.filename, info.file_size, _hash_of(archive, info))
        except NotImplementedError:
            why = "it is compressed in a way that is not read"
            yield Member(info.filename, info.file_size, "", why, "pack it as an ordinary zip archive")
        except DAMAGES:
            why = "its data in the archive are damaged"
            yield Member(info.filename, info.file_size, "", why, COPY_AGAIN)


def _refusal(info: zipfile.ZipInfo, times: int) -> tuple[str, str] | None:
    """Why a member is not even unpacked."""
    parts = _parts(info.filename)
    if ".." in parts or parts[0] == "" or _DRIVE.match(info.filename):
        return "its name leads out of the archive", "pack it under a plain name"
    if times > 1:
        return "its name stands in the archive more than once", "keep one of them"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link, which is not followed", "pack the file itself"
    if info.flag_bits & IS_ENCRYPTED:
        return "it is encrypted", "pack it without a password"
    if parts[-1].lower().endswith((".zip", ".zip.gz")):
        return "it is an archive inside an archive, which is not opened", "pack its files themselves"
    if info.file_size == 0:
        return "it is empty", "export it again; a file without rows still needs its header"
    return wrong_ending(parts[-1])


def _hash_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    digest = hashlib.sha256()
    with archive.open(info) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _parts(name: str) -> tuple[str, ...]:
    """The folders and the name; archives made on Windows may separate them by backslashes."""
    return tuple(name.replace("\\", "/").split("/"))


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.filename.endswith(("/", "\\"))


def _is_ignored(name: str) -> bool:
    parts = _parts(name)
    if ".." in parts:
        return False
    is_hidden = any(part.startswith(".") and part != "." for part in parts)
    return is_hidden or not IGNORED_FOLDERS.isdisjoint(parts) or PurePosixPath(parts[-1]).name in IGNORED_NAMES
