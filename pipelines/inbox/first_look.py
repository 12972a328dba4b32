"""The first look at a file of the inbox: whether it is complete, lies where it is read, and what its content hash is.

Rows are not looked at; what cannot be taken is said with what to do about it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from pipelines.configuration.problems import nearest
from pipelines.inbox.formats import lacks_its_end, wrong_ending
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.unreadable import Unreadable, Waiting
from pipelines.inbox.versions import FULL

UNFINISHED_ENDINGS = (".part", ".tmp", ".crdownload", ".filepart")
NEXT_RUN = "nothing: it is looked at again in the next run"
MAKE_READABLE = "make it readable for this user: it is looked at again in the next run"


def refuse_incomplete(path: Path, name: str, size_bytes: int) -> None:
    """Refuses what is no file, or by name or size no whole one.

    Raises:
        Unreadable: it is a link or no ordinary file.
        Waiting: it is not complete, or the system does not give it out.
    """
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


def refuse_wrong_place(parts: tuple[str, ...], name: str) -> None:
    """Refuses a file whose folder or ending is not read; `parts` is its path below the inbox.

    Raises:
        Unreadable: with where it belongs.
    """
    folders = parts[:-1]
    if folders and folders[0] not in KINDS:
        raise Unreadable(name, "its folder is no kind of file", nearest(folders[0], KINDS))
    if folders[1:] not in {(), (FULL,)}:
        place = f"{folders[0]}/, or into {folders[0]}/{FULL}/ when it is a full export"
        raise Unreadable(name, "it lies in a folder that is not read", f"move it into {place}")
    if problem := wrong_ending(parts[-1]):
        raise Unreadable(name, *problem)


def refuse_cut_off(path: Path, name: str, *, is_still: bool) -> None:
    """Refuses a file without the bytes it must end with; `is_still`: an earlier run saw exactly this version wait.

    Raises:
        Waiting: it may still be being written.
        Unreadable: it has not grown since the last look.
    """
    try:
        is_cut_off = lacks_its_end(path)
    except OSError as error:
        raise cannot_be_read(name, error) from None
    if is_cut_off and is_still:
        raise Unreadable(name, "it ends too early and grows no more", "copy it again, whole")
    if is_cut_off:
        raise Waiting(name, "it is still being written", NEXT_RUN)


def content_hash_of(path: Path, name: str, before: tuple[int, int]) -> str:
    """The sha256 of the bytes of a file of this size and time.

    Raises:
        Waiting: it has another size or time by now, or the system does not give it out.
    """
    try:
        with path.open("rb") as stream:
            content_hash = hashlib.file_digest(stream, "sha256").hexdigest()
            after = os.fstat(stream.fileno())
    except OSError as error:
        raise cannot_be_read(name, error) from None
    if (after.st_size, after.st_mtime_ns) != before:
        raise Waiting(name, "it is still being written", NEXT_RUN)
    return content_hash
