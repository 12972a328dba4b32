"""Finding the header of a file: the line, the delimiter and the form that fit together, or why none does.

Reads the first lines only. Cells of data are never repeated in an error; a header is, when it looks like a column name.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from pipelines.inbox.forms import Form
from pipelines.inbox.unreadable import Unreadable

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
OTHER_DELIMITERS = {"|": "a vertical bar", ":": "a colon", "^": "a caret", "~": "a tilde", " ": "a space"}
HEADER_WITHIN_LINES = 20
LONGEST_HEADER = 100_000


@dataclass(frozen=True)
class Layout:
    """Where the header stands and what it says: `headers` trimmed and in lower case, in the order of the file."""

    form: Form
    delimiter: str
    header_line: int
    headers: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every required column is there."""
        return not self.form.lacking(self.headers)


class NoHeader(Unreadable):
    """No line of a file names a column that is known."""


def find_layout(lines: Iterable[str], forms: Sequence[Form], name: str) -> Layout:
    """The header of the text file `name`: of the first lines the first one that holds every required column.

    Raises:
        Unreadable: no line does, or a column stands in it twice.
    """
    first_lines = [line[:LONGEST_HEADER] for line in islice(lines, HEADER_WITHIN_LINES)]
    candidates = list(_candidates(first_lines, forms, DELIMITERS))
    if not any(one.is_complete for one in candidates):
        for one in _candidates(first_lines, forms, OTHER_DELIMITERS):
            if one.is_complete:
                why = f"its cells are separated by {OTHER_DELIMITERS[one.delimiter]}"
                raise Unreadable(name, why, "save it with commas, semicolons or tabs")
    return _chosen(candidates, forms, name)


def find_header(rows: Iterable[tuple[int, Sequence[str]]], forms: Sequence[Form], name: str) -> Layout:
    """The same of numbered rows whose cells are apart already; the delimiter is empty then.

    Raises:
        NoHeader: no row holds a known column.
        Unreadable: no row holds every required one, or a column stands in it twice.
    """
    headers = [(number, tuple(_plain(cell) for cell in cells)) for number, cells in islice(rows, HEADER_WITHIN_LINES)]
    known = [Layout(form, "", number, cells) for number, cells in headers for form in forms if form.recognised(cells)]
    return _chosen(known, forms, name)


def _chosen(candidates: Sequence[Layout], forms: Sequence[Form], name: str) -> Layout:
    fitting = [one for one in candidates if one.is_complete]
    if not fitting:
        raise _no_header(candidates, forms, name)
    layout = min(fitting, key=_place)
    rivals = {one.form.name for one in fitting if _place(one) == _place(layout)}
    if len(rivals) > 1:
        raise Unreadable(
            name, f"its header fits {listed(sorted(rivals))} alike", "name more headers in one of the dialects"
        )
    known = [layout.form.column_of(header) or header for header in layout.headers if layout.form.recognised([header])]
    twice = sorted({column for column in known if known.count(column) > 1})
    if twice:
        raise Unreadable(name, f"the column {listed(twice)} stands in the header twice", "keep one of them")
    return layout


def _place(layout: Layout) -> tuple[int, int]:
    """The first header comes first, and of one header the reading that knows most of it."""
    return layout.header_line, -layout.form.recognised(layout.headers)


def _candidates(lines: Iterable[str], forms: Sequence[Form], delimiters: Iterable[str]) -> Iterable[Layout]:
    """Every reading of every line, as far as it holds a known header."""
    split_by = tuple(delimiters)
    for number, line in enumerate(lines, start=1):
        for delimiter in split_by:
            headers = _split(line, delimiter)
            for form in forms:
                if form.recognised(headers):
                    yield Layout(form, delimiter, number, headers)


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    return tuple(_plain(cell) for cell in cells)


def _plain(header: str) -> str:
    return header.strip().strip("\ufeff").strip().lower()


def _no_header(candidates: Sequence[Layout], forms: Sequence[Form], name: str) -> Unreadable:
    """Why no line is the header: columns lacking, or nothing known at all."""
    if not candidates:
        return NoHeader(name, "no header line was found", must_name(forms))
    best = max(candidates, key=lambda one: (one.form is forms[0], one.form.recognised(one.headers), -one.header_line))
    lacking = best.form.lacking(best.headers)
    near = [f"{column!r} may be {header!r} in the file" for column in lacking if (header := _nearest(column, best))]
    missing = (
        f"the columns {listed(lacking)} are missing" if lacking[1:] else f"the column {listed(lacking)} is missing"
    )
    return Unreadable(name, missing, "; ".join(["add it under exactly this name", *near]))


def must_name(forms: Sequence[Form]) -> str:
    """What the header of a canonical file has to hold."""
    required = [column for column in forms[0].columns if column in forms[0].required]
    return f"the first line must name the columns {listed(required)}"


def _nearest(column: str, layout: Layout) -> str | None:
    unknown = [header for header in layout.headers if "@" not in header and not layout.form.recognised([header])]
    return next(iter(difflib.get_close_matches(column, unknown, n=1, cutoff=0.6)), None)


def listed(names: Sequence[str]) -> str:
    """Quoted names as a sentence holds them."""
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
