"""What becomes of a file before anybody drops it: the dialect it has, what each header stands for, its first rows.

Nothing is stored, and no id of a person is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pipelines.inbox.cells import ReadingRules
from pipelines.inbox.forms import every_form, forms_of, rules_of
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.notations import in_canonical_notation
from pipelines.inbox.reading import tables_of
from pipelines.inbox.shapes import Kind
from pipelines.inbox.text_tables import TextTable
from pipelines.inbox.typing_columns import RejectedRow, TypedRows, rejected_rows, typed_rows

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
        """Each header with the column it becomes, empty for none; then what the dialect adds and makes."""
        form = self.text.form
        added = {**form.constants, **form.told_by(self.text.headers)}
        of_headers = [(one, form.column_of(one) or _spread(self.text, one)) for one in self.text.headers]
        made = [(f"(made of {', '.join(one.names) or 'nothing'})", one.column) for one in form.made]
        return [*of_headers, *((f"({text})", column) for column, text in added.items()), *made]

    @property
    def lacking(self) -> list[str]:
        """The columns that the dialect knows a header for, none of which the file has."""
        form = self.text.form
        present = {form.column_of(header) for header in self.text.headers}
        known = dict.fromkeys(form.columns.values()) if form.notation else {}
        return [column for column in known if column not in present]

    def first_rows(self, most: int) -> Iterator[dict[str, object]]:
        """The first rows as they would be stored: the columns that some row fills."""
        persons = {column.name for column in self.kind.columns if column.person}
        filled = [
            name for name in self.typed.rows.column_names if self.typed.rows[name].null_count < len(self.typed.rows)
        ]
        for row in islice(self.typed.rows.select(filled).to_pylist(), most):
            yield {name: PSEUDONYM if name in persons and cell is not None else cell for name, cell in row.items()}


def explain_file(
    data: bytes, name: str, modified_ns: int, rules: ReadingRules, kind: Kind | None = None
) -> list[Explained]:
    """The bytes of a file as rows of the kind that its header tells, or of this one; then what its lines are besides.

    Raises:
        Unreadable: it fits no kind, several alike, or cannot be read at all.
        Ignored: nothing is made of files like this one.
    """
    forms = forms_of(kind, rules.dialects) if kind else every_form(rules.dialects)
    return [_explained(table, name, modified_ns, rules) for table in tables_of(data, forms, name, name)]


def _explained(found: TextTable, name: str, modified_ns: int, rules: ReadingRules) -> Explained:
    kind, text = KINDS[found.form.kind], in_canonical_notation(found, name, modified_ns)
    typed = typed_rows(text, kind, rules_of(found.form, rules))
    return Explained(kind, text, typed, tuple(rejected_rows(text, typed.findings, name, "")))


def _spread(text: TextTable, header: str) -> str:
    return text.form.spread.value_column if text.form.spread and text.form.is_spread(header) else ""
