"""Finding the header of a file: the line, the delimiter and the form that fit together, or why none does.

Reads the first lines only. Cells of data are never repeated in an error; a header is, when it looks like a column name.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from pipelines.inbox.csv_cells import rows_of
from pipelines.inbox.forms import Form
from pipelines.inbox.unreadable import Unreadable

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
OTHER_DELIMITERS = {"|": "a vertical bar", ":": "a colon", "^": "a caret", "~": "a tilde", " ": "a space"}
HEADER_WITHIN_LINES = 20
LONGEST_HEADER = 1_000_000
LONGEST_HEADER_CELL = 131_072
# of the headers that a form needs, so many make a file one of its kind that lacks the others
RECOGNISABLE = 0.5
MOST_WORDINGS = 4
# as many columns as a sheet has
MOST_HEADERS = 16_384


@dataclass(frozen=True)
class Layout:
    """Where the header stands and what it says: `headers` trimmed and in lower case, in the order of the file.

    `told` is what the lines above it say of every row.
    """

    form: Form
    delimiter: str
    header_line: int
    headers: tuple[str, ...]
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every required column is there."""
        return not self.form.lacking(self.headers) and not self.form.foreign(self.headers)


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
    known = []
    for place, (number, cells) in enumerate(headers):
        above = [" ".join(filter(None, one)) for _, one in headers[:place]]
        for form in forms:
            told = form.told_above(above)
            if told is not None and form.recognised(cells):
                known.append(Layout(form, "", number, cells, told))
    return _chosen(known, forms, name)


def _chosen(candidates: Sequence[Layout], forms: Sequence[Form], name: str) -> Layout:
    fitting = [one for one in candidates if one.is_complete]
    if not fitting:
        raise _no_header(candidates, forms, name)
    layout = min(fitting, key=_place)
    best = [one for one in fitting if _place(one) == _place(layout)]
    # who writes the canonical headers means them, whatever dialect has the same ones
    meant = [one for one in best if one.form.notation is None] or best
    rivals = {(one.form.kind, one.form.name) for one in meant}
    if len({kind for kind, _ in rivals}) > 1:
        why = f"its header fits the kinds {listed(sorted({kind for kind, _ in rivals}))} alike"
        raise Unreadable(name, why, "move it into the folder of its kind")
    if len(rivals) > 1:
        why = f"its header fits {listed(sorted(form for _, form in rivals))} alike"
        raise Unreadable(name, why, "name more headers in one of the dialects")
    layout = _first_wordings(meant[0])
    known = [layout.form.column_of(header) or header for header in layout.headers if layout.form.recognised([header])]
    twice = sorted({column for column in known if known.count(column) > 1})
    if twice:
        raise Unreadable(name, f"the column {listed(twice)} stands in the header twice", "keep one of them")
    return layout


def _first_wordings(layout: Layout) -> Layout:
    """Of several headers that a dialect knows for one column, the one it names first counts."""
    if layout.form.notation is None:
        return layout
    chosen: dict[str, str] = {}
    for header, column in layout.form.columns.items():
        if header in layout.headers:
            chosen.setdefault(column, header)
    columns = {header: column for header, column in layout.form.columns.items() if chosen.get(column, header) == header}
    return replace(layout, form=replace(layout.form, columns=columns))


def _place(layout: Layout) -> tuple[int, int]:
    """The first header comes first, and of one header the reading that knows most of it."""
    return layout.header_line, -layout.form.recognised(layout.headers)


def _candidates(lines: Iterable[str], forms: Sequence[Form], delimiters: Iterable[str]) -> Iterable[Layout]:
    """Every reading of every line, as far as it holds a known header."""
    every, split_by = tuple(lines), tuple(delimiters)
    own = {form.delimiter for form in forms if form.delimiter} - {*split_by}
    for number, line in enumerate(every, start=1):
        for delimiter in (*split_by, *own):
            headers = _split(line, delimiter)
            if len(headers) > MOST_HEADERS:
                continue
            for form in forms:
                is_meant = form.delimiter == delimiter if form.delimiter else delimiter in split_by
                told = form.told_above(every[: number - 1]) if is_meant else None
                if told is not None and form.recognised(headers):
                    yield Layout(form, delimiter, number, headers, told)


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        cells = next(rows_of([line], delimiter), [])
    except csv.Error:
        return ()
    is_header = all(len(cell) <= LONGEST_HEADER_CELL for cell in cells)
    return tuple(_plain(cell) for cell in cells) if is_header else ()


def _plain(header: str) -> str:
    return header.strip().strip("\ufeff").strip().lower()


def _no_header(candidates: Sequence[Layout], forms: Sequence[Form], name: str) -> Unreadable:
    """Why no line is the header: columns lacking, or nothing known at all."""
    several_kinds = len({form.kind for form in forms}) > 1
    if several_kinds:
        # one header that some kind knows is chance, and may be a cell of data
        candidates = [one for one in candidates if _share(one) >= RECOGNISABLE and one.form.recognised(one.headers) > 1]
    if several_kinds and not candidates:
        remedy = "`kpi inbox explain --kind KIND FILE` says what is missing, `kpi inbox new FILE` begins a dialect"
        return NoHeader(name, "its header fits no kind of file", remedy)
    if not candidates:
        return NoHeader(name, "no header line was found", must_name(forms))
    best = max(
        candidates,
        key=lambda one: (
            _share(one),
            not several_kinds and one.form is forms[0],
            one.form.recognised(one.headers),
            -one.header_line,
        ),
    )
    lacking = best.form.lacking(best.headers)
    if not lacking:
        headers = listed(best.form.foreign(best.headers)[:MOST_WORDINGS])
        if best.form.strange:
            why = f"with the headers {headers} it is no file of {best.form.name}"
            return NoHeader(name, why, "take them out of the report, or write a dialect for it")
        foreign = f"{best.form.kind} do not know its headers {headers}"
        return NoHeader(name, foreign, f"move it into {best.form.kind}/ if it holds such rows, or take them out")
    counted = f"the columns {listed(lacking)} are" if lacking[1:] else f"the column {listed(lacking)} is"
    read_as = f"read as {best.form.kind} " if several_kinds else ""
    near = [f"{column!r} may be {header!r} in the file" for column in lacking if (header := _nearest(column, best))]
    return Unreadable(name, f"{read_as}{counted} missing", "; ".join([*_remedies(best.form, lacking), *near]))


def _remedies(form: Form, lacking: Sequence[str]) -> list[str]:
    """What to do about columns that are missing: as the dialect says, else how they may be called."""
    if form.notation is None:
        return ["add it under exactly this name"]
    told = [form.when_missing[column] for column in lacking if column in form.when_missing]
    called = {column: [header for header, of in form.columns.items() if of == column] for column in lacking}
    named = [
        f"{column!r} is called {' or '.join(map(repr, headers[:MOST_WORDINGS]))} in {form.name}"
        for column, headers in called.items()
        if headers and column not in form.when_missing
    ]
    return told + named or [f"it is a file of {form.name}: export it with this column"]


def _share(layout: Layout) -> float:
    """How much of what a form needs is there."""
    return 1 - len(layout.form.lacking(layout.headers)) / max(len(layout.form.required), 1)


def must_name(forms: Sequence[Form]) -> str:
    """What the header of a canonical file has to hold."""
    return f"the first line must name the columns {listed(forms[0].required)}"


def _nearest(column: str, layout: Layout) -> str | None:
    unknown = [header for header in layout.headers if "@" not in header and not layout.form.recognised([header])]
    return next(iter(difflib.get_close_matches(column, unknown, n=1, cutoff=0.6)), None)


def listed(names: Sequence[str]) -> str:
    """Quoted names as a sentence holds them."""
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
