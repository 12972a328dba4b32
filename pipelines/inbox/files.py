"""One file of the inbox, read: its arrivals, its rejected rows, and the count that every row is in one of them.

The caller stores the arrivals and keeps the rows of meta.file and meta.rejected_row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from pipelines.inbox.archives import content_of
from pipelines.inbox.cells import ReadingRules
from pipelines.inbox.erased import NOBODY, Erased
from pipelines.inbox.file_totals import FileTotal, file_totals
from pipelines.inbox.first_look import cannot_be_read
from pipelines.inbox.forms import every_form, forms_of, rules_of
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.notations import in_canonical_notation
from pipelines.inbox.persons import PersonKeys
from pipelines.inbox.reading import tables_of
from pipelines.inbox.splitting import arrivals_of, parts_of
from pipelines.inbox.text_tables import TextTable
from pipelines.inbox.typing_columns import RejectedRow, rejected_rows, typed_rows
from pipelines.inbox.unreadable import Unreadable, Waiting
from pipelines.inbox.versions import InboxFile
from pipelines.loads import Arrival


@dataclass(frozen=True)
class FileRead:
    """What one file brought.

    The first arrival holds every row that was taken; `rows_repeated` are rows that another row of the file says in
    exactly the same words, to be counted as unchanged: ``rows_in = new + changed + unchanged of the first arrival +
    rows_repeated + rows_rejected``. Further lines of a row that has several are counted with these. `totals` is
    what the file itself says its rows sum to, `also` what the same lines are besides, of other kinds.
    """

    file: InboxFile
    dialect: str
    arrivals: list[Arrival]
    rejected: list[RejectedRow]
    rows_in: int
    rows_repeated: int
    totals: tuple[FileTotal, ...] = ()
    also: tuple[FileRead, ...] = ()

    @property
    def rows_rejected(self) -> int:
        """Rows that were not taken."""
        return len(self.rejected)


def read_file(file: InboxFile, rules: ReadingRules, persons: PersonKeys, erased: Erased = NOBODY) -> FileRead:
    """Reads a file that `discover` found.

    Raises:
        Unreadable: the file as a whole cannot be taken; what it says belongs into meta.file.
        Ignored: nothing is made of files like this one.
        Waiting: the file changed since it was found, or the system does not give it out.
    """
    if file.state != "new":
        raise (Waiting if file.state == "waiting" else Unreadable)(file.name, file.reason, file.remedy)
    data = _content(file)
    forms = forms_of(KINDS[file.kind], rules.dialects) if file.kind else every_form(rules.dialects)
    tables = tables_of(data, forms, file.name, file.file_name)
    read, *also = (_read_as(table, file, rules, persons, erased) for table in tables)
    return replace(read, also=tuple(also))


def _read_as(found: TextTable, file: InboxFile, rules: ReadingRules, persons: PersonKeys, erased: Erased) -> FileRead:
    """The rows of one kind that the lines of a file are."""
    form = found.form
    kind, is_full = KINDS[form.kind], file.is_full or form.is_full
    text = in_canonical_notation(found, file.name, file.modified_ns)
    typed = typed_rows(text, kind, rules_of(form, rules), erased)
    flags = {**text.flags, "path": file.name, "content_hash": file.content_hash, "is_full": is_full}
    kept: frozenset[str] = frozenset()
    if is_full:
        # a full export that holds rejected rows of a part does not lack it, and it has to lack whoever was erased
        kept = (parts_of(typed.refused, kind, rules) | erased.parts_of(kind)) - parts_of(typed.rows, kind, rules)
    arrivals = arrivals_of(
        typed.rows, kind, rules, persons, full=is_full, parts_kept=kept, rows_read=text.rows_in, flags=flags
    )
    rejected = rejected_rows(text, typed.findings, file.name, file.content_hash)
    return FileRead(
        file=replace(file, kind=kind.name),
        dialect=form.name,
        arrivals=arrivals,
        rejected=rejected,
        rows_in=text.rows_in,
        rows_repeated=text.rows_in - len(rejected) - typed.rows.num_rows,
        totals=tuple(file_totals(text, typed.rows, file.name, file.content_hash)),
    )


def _content(file: InboxFile) -> bytes:
    """The bytes that were found, and no others."""
    try:
        data = content_of(file.path, file.member, file.name) if file.member else file.path.read_bytes()
    except OSError as error:
        raise cannot_be_read(file.name, error) from None
    if hashlib.sha256(data).hexdigest() != file.content_hash:
        raise Waiting(file.name, "it changed while it was read", "nothing: it is read in the next run")
    return data
