"""What becomes of a file before anybody drops it: the dialect it has, what each header stands for, its first rows.

Nothing is stored, and no id of a person is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pipelines.inbox.cells import ReadingRules
from pipelines.inbox.forms import forms_of
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.notations import in_canonical_notation
from pipelines.inbox.reading import read_table
from pipelines.inbox.shapes import Kind
from pipelines.inbox.text_tables import TextTable
from pipelines.inbox.typing_columns import RejectedRow, TypedRows, rejected_rows, typed_rows
from pipelines.inbox.unreadable import Unreadable

PSEUDONYM = "(pseudonym)"


@dataclass(frozen=True)
class Explained:
    """A file read as one kind."""

    kind: Kind
    text: TextTable
    typed: TypedRows
    rejected: tuple[RejectedRow, ...]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Each header of the file with the column it becomes, then what the dialect adds; an ignored one is empty."""
        form = self.text.form
        added = {**form.constants, **form.told_by(self.text.headers)}
        of_headers = [(one, form.column_of(one) or _spread(self.text, one)) for one in self.text.headers]
        return [*of_headers, *((f"({text})", column) for column, text in added.items())]

    def first_rows(self, most: int) -> Iterator[dict[str, object]]:
        """The first rows as they would be stored: the columns that some row fills."""
        persons = {column.name for column in self.kind.columns if column.person}
        filled = [
            name for name in self.typed.rows.column_names if self.typed.rows[name].null_count < len(self.typed.rows)
        ]
        for row in islice(self.typed.rows.select(filled).to_pylist(), most):
            yield {name: PSEUDONYM if name in persons and cell is not None else cell for name, cell in row.items()}


def explain_file(
    data: bytes, name: str, rules: ReadingRules, kinds: Sequence[Kind] = tuple(KINDS.values())
) -> list[Explained]:
    """The bytes of a file as each of the kinds that its header fits.

    Raises:
        Unreadable: it fits none, or cannot be read at all.
    """
    found: list[Explained] = []
    problems: list[Unreadable] = []
    for kind in kinds:
        try:
            table = read_table(data, forms_of(kind, rules.dialects), name, name)
            text = in_canonical_notation(table, name)
        except Unreadable as problem:
            problems.append(problem)
            continue
        typed = typed_rows(text, kind, rules)
        found.append(Explained(kind, text, typed, tuple(rejected_rows(text, typed.findings, name, ""))))
    if not found and len({str(problem) for problem in problems}) == 1:
        raise problems[0]
    if not found:
        why = f"its header fits none of {len(problems)} kinds of file"
        raise Unreadable(name, why, "name the kind with --kind to see what is missing, or write a dialect for it")
    return found


def _spread(text: TextTable, header: str) -> str:
    return text.form.spread.value_column if text.form.spread and text.form.is_spread(header) else ""
