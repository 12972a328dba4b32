"""File versions of the inbox: those that were seen before, those that are found, and how their names are shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipelines import privacy

FULL = "full"
LONGEST_SHOWN_NAME = 400
IN_ARCHIVE = "!"


@dataclass(frozen=True)
class KnownFile:
    """A row of meta.file: a file version that was seen before.

    `state` is that of the table, or what `known_files` makes of it. One file can be rows of several kinds.
    `is_first_kind`: it was read as what its header says in the first place, and so as everything that it is; not so a
    file of orders in the folder of order lines.
    """

    path: str
    kind: str
    content_hash: str
    size_bytes: int
    modified_ns: int
    state: str
    is_first_kind: bool = True


@dataclass(frozen=True)
class InboxFile:
    """A file version that was not seen before.

    `name` is its path below the inbox as it is shown and stored: addresses masked, control characters replaced. `kind`
    is empty for a file in no folder: its header tells, when it is read. `state`
    is `new` (to be read), `loaded` (its content was read before, under the name in `reason`), `waiting` or
    `unreadable`. `content_hash` is the sha256 of the bytes, empty when they were not read. A file inside an archive
    has the path and the time of the archive, `member` is its name in there and `name` ends in ``archive.zip!member``.
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
    member: str = ""

    @property
    def file_name(self) -> str:
        """The name as whoever made the file gave it; its ending tells the format."""
        return self.member or self.path.name


def shown_name(path: Path, inbox: Path) -> str:
    """A path below the inbox as it may be stored and published."""
    relative = path.relative_to(inbox).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return privacy.printable(privacy.masked_text(privacy.printable(relative)))[:LONGEST_SHOWN_NAME]


def shown_member(archive: str, member: str) -> str:
    """A file inside an archive whose name is shown already, as it may be stored and published."""
    shown = privacy.printable(privacy.masked_text(privacy.printable(member)))
    return f"{archive}{IN_ARCHIVE}{shown}"[:LONGEST_SHOWN_NAME]


def lies_in_no_folder(name: str) -> bool:
    """Whether a shown name lies straight in the inbox, or in an archive that does."""
    return "/" not in name.partition(IN_ARCHIVE)[0]


def is_full_export(name: str) -> bool:
    """Whether a shown name lies in the folder of full exports of a kind."""
    return PurePosixPath(name).parts[1:2] == (FULL,) and len(PurePosixPath(name).parts) > 2
