"""Which files of the inbox are new: by folder, path, size, time and content; nothing in them is understood here.

A file is read once per content, so a copy or a touched file is not read again. What is not complete waits. A file
inside an archive counts as a file of its own; an archive whose files are all dealt with is not opened again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from pipelines.inbox.archives import contents_of
from pipelines.inbox.first_look import (
    cannot_be_read,
    content_hash_of,
    refuse_cut_off,
    refuse_incomplete,
    refuse_wrong_place,
)
from pipelines.inbox.formats import ARCHIVE_ENDING
from pipelines.inbox.unreadable import Unreadable
from pipelines.inbox.versions import (
    FULL,
    IN_ARCHIVE,
    InboxFile,
    KnownFile,
    is_full_export,
    shown_member,
    shown_name,
)

# what desktops leave behind: no files of anybody
IGNORED_NAMES = frozenset({".DS_Store", ".gitkeep", ".gitignore", ".directory", "Thumbs.db", "desktop.ini"})

# states of a version that is looked at again: it waits, or the dialects were changed since it could not be read
UNSETTLED = frozenset({"waiting", "open"})

Version = tuple[str, int, int]
# kind, whether it is a full export, and content
Meaning = tuple[str, bool, str]


class _Known:
    """What meta.file says of file versions: name, size and time."""

    def __init__(self, rows: Iterable[KnownFile]) -> None:
        rows = list(rows)
        # what was said last of a version counts
        states = {_version_of(one): one.state for one in rows}
        self.settled = {version for version, state in states.items() if state not in UNSETTLED}
        self.unsettled = states.keys() - self.settled
        self.waiting = {version for version, state in states.items() if state == "waiting"}
        of_contents = {(*_version_of(one), one.content_hash): one.state for one in rows}
        self.contents = {content for content, state in of_contents.items() if state not in UNSETTLED}
        self.read_before = _read_before(rows)

    def is_settled(self, version: Version) -> bool:
        """Whether nothing is left to be done with a file version, nor with a file inside it."""
        name, _, modified_ns = version
        inside = f"{name}{IN_ARCHIVE}"
        return version in self.settled and not any(
            one.startswith(inside) and at == modified_ns for one, _, at in self.unsettled
        )

    def is_told(self, file: InboxFile) -> bool:
        """Whether a run has said of a found file already what there is to say."""
        if file.member:
            return (file.name, file.size_bytes, file.modified_ns, file.content_hash) in self.contents
        return file.state == "waiting" and (file.name, file.size_bytes, file.modified_ns) in self.waiting


def discover(inbox: Path, known: Iterable[KnownFile]) -> list[InboxFile]:
    """The file versions that are not known yet, in the order in which they are to be read: oldest first, then by name.

    Of several new files with the same content only the first is returned; the others follow in the next run, when it is
    known what became of it. An archive follows its files, as a row of its own that says what was in it.
    """
    before = _Known(known)
    found: list[InboxFile] = []
    for path in sorted(_files_below(inbox)):
        version = _version(path, inbox)
        # None: it was moved away in the meantime
        if version is None or before.is_settled(version):
            continue
        file = _looked_at(path, inbox, *version, is_still=version in before.unsettled)
        is_archive = file.state == "new" and path.name.lower().endswith(ARCHIVE_ENDING)
        every = _opened(file) if is_archive else [file]
        found += [one for one in every if not before.is_told(one)]
    in_order = sorted(found, key=lambda one: (one.modified_ns, one.path.relative_to(inbox).as_posix()))
    return list(_once_per_content(in_order, before.read_before))


def _files_below(inbox: Path) -> Iterator[Path]:
    """Everything that is no folder, and the folders that are not entered: links, and what may not be read."""
    closed: list[Path] = []
    for folder, subfolders, names in os.walk(inbox, onerror=lambda error: closed.append(Path(error.filename))):
        yield from (Path(folder) / name for name in names if name not in IGNORED_NAMES)
        yield from (path for name in subfolders if (path := Path(folder) / name).is_symlink())
    yield from (path for path in closed if path != inbox)


def _version(path: Path, inbox: Path) -> Version | None:
    """What tells a file version apart, None when there is no such file; size and time are 0 when they are not told."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    except OSError:
        return shown_name(path, inbox), 0, 0
    return shown_name(path, inbox), status.st_size, status.st_mtime_ns


def _looked_at(path: Path, inbox: Path, name: str, size_bytes: int, modified_ns: int, *, is_still: bool) -> InboxFile:
    """One file version: its content hash, or why there is none."""
    parts = path.relative_to(inbox).parts
    kind = name.partition("/")[0] if len(parts) > 1 else ""
    state, reason, remedy, content_hash = "new", "", "", ""
    try:
        refuse_incomplete(path, name, size_bytes)
        refuse_wrong_place(parts, name)
        refuse_cut_off(path, name, is_still=is_still)
        content_hash = content_hash_of(path, name, (size_bytes, modified_ns))
    except Unreadable as problem:
        state, reason, remedy = problem.state, problem.why, problem.remedy
    return InboxFile(
        path, name, kind, parts[1:-1] == (FULL,), size_bytes, modified_ns, content_hash, state, reason, remedy
    )


def _opened(archive: InboxFile) -> list[InboxFile]:
    """The files of an archive, the oldest first, then the archive itself; or the archive with why it is not read."""
    try:
        contents = contents_of(archive.path, archive.name)
    except Unreadable as problem:
        return [replace(archive, state=problem.state, reason=problem.why, remedy=problem.remedy)]
    except OSError as error:
        closed = cannot_be_read(archive.name, error)
        return [replace(archive, state=closed.state, reason=closed.why, remedy=closed.remedy, content_hash="")]
    members = [
        replace(
            archive,
            name=shown_member(archive.name, member.name),
            member=member.name,
            size_bytes=member.size_bytes,
            content_hash=member.content_hash,
            state="unreadable" if member.why else "new",
            reason=member.why,
            remedy=member.remedy,
        )
        for member in contents.members
    ]
    return [*members, replace(archive, state="loaded", reason=contents.summary())]


def _once_per_content(files: Iterable[InboxFile], read_before: dict[Meaning, KnownFile]) -> Iterator[InboxFile]:
    """The same files, those whose content was read before marked as loaded, second copies left for later.

    An archive with such a copy in it is left for later too: only when all its files are dealt with is it.
    """
    first_copies: set[Meaning] = set()
    left_for_later: set[Path] = set()
    for file in files:
        meaning = (file.kind, file.is_full, file.content_hash)
        if file.state != "new":
            if file.member or file.path not in left_for_later:
                yield file
        elif meaning in read_before:
            earlier = read_before[meaning]
            reason = f"its content was read before, as {earlier.path}"
            yield replace(file, kind=earlier.kind, state="loaded", reason=reason, remedy="nothing, or delete the copy")
        elif meaning not in first_copies:
            first_copies.add(meaning)
            yield file
        else:
            left_for_later.add(file.path)


def _read_before(rows: Iterable[KnownFile]) -> dict[Meaning, KnownFile]:
    """What each content was read as: as a full export it means more, in no folder everything that its header says.

    Where one of the kinds that a file is was taken back, it was not read as everything, and is read again.
    """
    lacking = {(one.path, one.content_hash) for one in rows if one.state == "retracted"}
    found: dict[Meaning, KnownFile] = {}
    for one in rows:
        is_everything = one.is_first_kind and (one.path, one.content_hash) not in lacking
        if one.state == "loaded" and (is_everything or not one.is_first_kind):
            found[one.kind, is_full_export(one.path), one.content_hash] = one
        if one.state == "loaded" and is_everything:
            found["", is_full_export(one.path), one.content_hash] = one
    return found


def _version_of(row: KnownFile) -> Version:
    return row.path, row.size_bytes, row.modified_ns
