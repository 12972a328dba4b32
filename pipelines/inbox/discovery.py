"""Which files of the inbox are new: by folder, path, size, time and content; nothing in them is understood here.

A file is read once per content, so a copy or a touched file is not read again. What is not complete waits.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import privacy
from pipelines.configuration.problems import nearest
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.unreadable import Unreadable, Waiting

FULL = "full"
READ_ENDINGS = (".csv", ".csv.gz")
UNFINISHED_ENDINGS = (".part", ".tmp", ".crdownload", ".filepart")
# what desktops leave behind: no files of anybody
IGNORED_NAMES = frozenset({".DS_Store", ".gitkeep", ".gitignore", ".directory", "Thumbs.db", "desktop.ini"})
LONGEST_SHOWN_NAME = 400
NEXT_RUN = "nothing: it is looked at again in the next run"
MAKE_READABLE = "make it readable for this user: it is looked at again in the next run"


@dataclass(frozen=True)
class KnownFile:
    """A row of meta.file: a file version that was seen before."""

    path: str
    kind: str
    content_hash: str
    size_bytes: int
    modified_ns: int
    state: str


@dataclass(frozen=True)
class InboxFile:
    """A file version that was not seen before.

    `name` is its path below the inbox as it is shown and stored: addresses masked, control characters replaced. `state`
    is `new` (to be read), `loaded` (its content was read before, under the name in `reason`), `waiting` or
    `unreadable`. `content_hash` is the sha256 of the bytes, empty when they were not read.
    """

    path: Path
    name: str
    kind: str
    is_full: bool
    size_bytes: int
    modified_ns: int
    content_hash: str
    state: str
    reason: str = ""
    remedy: str = ""


def discover(inbox: Path, known: Iterable[KnownFile]) -> list[InboxFile]:
    """The file versions that are not known yet, in the order in which they are to be read: oldest first, then by name.

    Of several new files with the same content only the first is returned; the others follow in the next run, when it is
    known what became of it.
    """
    rows = list(known)
    settled = {(one.path, one.size_bytes, one.modified_ns) for one in rows if one.state != "waiting"}
    waiting = {(one.path, one.size_bytes, one.modified_ns) for one in rows} - settled
    read_before = {_meaning(one.path, one.kind, one.content_hash): one.path for one in rows if one.state == "loaded"}
    found = []
    for path in sorted(_files_below(inbox)):
        version = _version(path, inbox)
        if version is None:
            continue  # it was moved away in the meantime
        if version in settled:
            continue
        file = _looked_at(path, inbox, *version)
        if not (file.state == "waiting" and version in waiting):
            found.append(file)
    return list(_once_per_content(sorted(found, key=lambda one: (one.modified_ns, one.name)), read_before))


def shown_name(path: Path, inbox: Path) -> str:
    """A path below the inbox as it may be stored and published."""
    relative = path.relative_to(inbox).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return privacy.printable(privacy.masked_text(privacy.printable(relative)))[:LONGEST_SHOWN_NAME]


def _files_below(inbox: Path) -> Iterator[Path]:
    """Everything that is no folder, and the folders that are not entered: links, and what may not be read."""
    closed: list[Path] = []
    for folder, subfolders, names in os.walk(inbox, onerror=lambda error: closed.append(Path(error.filename))):
        yield from (Path(folder) / name for name in names if name not in IGNORED_NAMES)
        yield from (path for name in subfolders if (path := Path(folder) / name).is_symlink())
    yield from (path for path in closed if path != inbox)


def _version(path: Path, inbox: Path) -> tuple[str, int, int] | None:
    """What tells a file version apart, None when there is no such file; size and time are 0 when they are not told."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    except OSError:
        return shown_name(path, inbox), 0, 0
    return shown_name(path, inbox), status.st_size, status.st_mtime_ns


def _looked_at(path: Path, inbox: Path, name: str, size_bytes: int, modified_ns: int) -> InboxFile:
    """One file version: its content hash, or why there is none."""
    parts = path.relative_to(inbox).parts
    kind = name.partition("/")[0] if len(parts) > 1 else ""
    state, reason, remedy, content_hash = "new", "", "", ""
    try:
        _refuse_incomplete(path, name, size_bytes)
        _refuse_wrong_place(parts, name)
        content_hash = _content_hash(path, name, (size_bytes, modified_ns))
    except Unreadable as problem:
        state, reason, remedy = problem.state, problem.why, problem.remedy
    return InboxFile(
        path, name, kind, parts[1:-1] == (FULL,), size_bytes, modified_ns, content_hash, state, reason, remedy
    )


def _refuse_incomplete(path: Path, name: str, size_bytes: int) -> None:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise cannot_be_read(name, error) from None
    if stat.S_ISLNK(mode) and path.is_dir():
        raise Unreadable(name, "it is a link to a folder, which is not followed", "put the folder itself here")
    if stat.S_ISDIR(mode):
        raise Waiting(name, "the folder cannot be read", MAKE_READABLE)
    if path.name.startswith(".") or path.name.lower().endswith(UNFINISHED_ENDINGS):
        raise Waiting(name, "its name says that it is still being written", "rename it when it is complete")
    if not stat.S_ISREG(mode):
        raise Unreadable(name, "it is a link or no ordinary file", "copy the file itself")
    if size_bytes == 0:
        raise Waiting(name, "it is empty", NEXT_RUN)


def cannot_be_read(name: str, error: OSError) -> Waiting:
    """Why a file waits that the system does not give out: it changes neither size nor time when that is mended."""
    return Waiting(name, f"it cannot be read ({error.strerror})", MAKE_READABLE)


def _refuse_wrong_place(parts: tuple[str, ...], name: str) -> None:
    folders = parts[:-1]
    if not folders:
        raise Unreadable(name, "it lies in no folder of a kind", f"move it into a folder, {nearest('', KINDS)}")
    if folders[0] not in KINDS:
        raise Unreadable(name, "its folder is no kind of file", nearest(folders[0], KINDS))
    if folders[1:] not in {(), (FULL,)}:
        place = f"{folders[0]}/, or into {folders[0]}/{FULL}/ when it is a full export"
        raise Unreadable(name, "it lies in a folder that is not read", f"move it into {place}")
    if not parts[-1].lower().endswith(READ_ENDINGS):
        raise Unreadable(name, "its ending is none that is read", f"save it as CSV ({' or '.join(READ_ENDINGS)})")


def _content_hash(path: Path, name: str, before: tuple[int, int]) -> str:
    try:
        with path.open("rb") as stream:
            content_hash = hashlib.file_digest(stream, "sha256").hexdigest()
            after = os.fstat(stream.fileno())
    except OSError as error:
        raise cannot_be_read(name, error) from None
    if (after.st_size, after.st_mtime_ns) != before:
        raise Waiting(name, "it is still being written", NEXT_RUN)
    return content_hash


def _once_per_content(files: Iterable[InboxFile], read_before: dict[tuple[str, bool, str], str]) -> Iterator[InboxFile]:
    """The same files, those whose content was read before marked as loaded, second copies left for later."""
    first_copies: set[tuple[str, bool, str]] = set()
    for file in files:
        meaning = _meaning(file.name, file.kind, file.content_hash)
        if file.state != "new":
            yield file
        elif meaning in read_before:
            reason = f"its content was read before, as {read_before[meaning]}"
            yield replace(file, state="loaded", reason=reason, remedy="nothing, or delete the copy")
        elif meaning not in first_copies:
            first_copies.add(meaning)
            yield file


def _meaning(name: str, kind: str, content_hash: str) -> tuple[str, bool, str]:
    """What reading a content means: as a full export it means more."""
    return kind, name.split("/")[1:-1] == [FULL], content_hash
