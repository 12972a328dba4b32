"""A dialect to begin with: what a file of an unknown layout may be, as the text of a dialect that somebody completes.

Everything here is a guess and says so; nothing is read by it until a person has looked.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from pipelines import privacy
from pipelines.inbox.cells import MOMENT
from pipelines.inbox.forms import Form, every_form
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.local_days import ISO, read_day
from pipelines.inbox.samples import Sample
from pipelines.inbox.shapes import Kind

ALIKE = 0.85
LONGEST_HEADER = 100
NOTATIONS = (
    *("%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y"),
    *("%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M %p"),
    *("%d-%m-%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S"),
)


@dataclass(frozen=True)
class Draft:
    """A dialect to begin with, and the columns that nothing becomes yet."""

    kind: Kind
    text: str
    lacking: tuple[str, ...]


def draft_of(sample: Sample, file_name: str, dialects: Sequence[Form], kind: Kind | None = None) -> Draft:
    """The draft of a dialect for files like this one, of this kind or of the one that its headers are nearest to."""
    kinds = [kind] if kind else list(KINDS.values())
    found = {one.name: _columns(sample.headers, one, dialects) for one in kinds}
    chosen = max(kinds, key=lambda one: _nearness(one, found[one.name]))
    columns = found[chosen.name]
    lacking = tuple(column for column in chosen.required if column not in columns)
    return Draft(chosen, "\n".join(_lines(sample, file_name, chosen, columns, lacking)) + "\n", lacking)


def _nearness(kind: Kind, columns: Mapping[str, str]) -> tuple[int, float]:
    """How many headers mean something for the kind, then how much of what it needs is among them."""
    needed = sum(column in columns for column in kind.required) / len(kind.required)
    return len(columns), needed


def _columns(headers: Sequence[str], kind: Kind, dialects: Sequence[Form]) -> dict[str, str]:
    """The header for each column: one that some dialect knows for it, else one that is called nearly like it."""
    names = {one.name for one in kind.columns}
    every = [form for dialect in every_form(dialects) for form in (dialect, *dialect.also)]
    known = {header: column for form in every for header, column in form.columns.items() if column in names}
    spelled = {_spelled(header): column for header, column in known.items()}
    found: dict[str, str] = {}
    for header in headers:
        near = difflib.get_close_matches(_spelled(header), spelled, n=1, cutoff=ALIKE)
        if near:
            found.setdefault(spelled[near[0]], header)
    return found


def _spelled(header: str) -> str:
    return re.sub(r"[\s_\-]+", " ", header.strip().lower())


def _lines(
    sample: Sample, file_name: str, kind: Kind, columns: Mapping[str, str], lacking: Sequence[str]
) -> Iterator[str]:  # fmt: skip
    yield f"# A draft, made from {privacy.printable(privacy.masked_text(file_name))}: every line of it is a guess."
    yield "# What each word means stands in docs/exports.md; complete it, rename it to .yaml, and look at the file with"
    yield "# kpi inbox explain."
    yield f"kind: {kind.name}"
    yield "seen: in files"
    yield "columns:"
    for column in (one.name for one in kind.columns if one.name in columns):
        yield f"  {column}: {{en: {_quoted(columns[column])}}}"
    if lacking:
        yield f"# {kind.name} also needs {', '.join(lacking)}: name a header above, make it with formulas or texts,"
        yield "# or write what every row says:"
        yield f"# constants: {{{', '.join(f'{column}: ?' for column in lacking)}}}"
    unused = [header for header in sample.headers if header and header not in columns.values()]
    if unused:
        yield "# Headers that nothing is made of:"
        yield from (f"#   {_quoted(header)}" for header in unused)
    if notations := _notations(sample, kind, columns):
        yield f"days: [{', '.join(_quoted(one) for one in notations)}]"
        if len(notations) > 1:
            yield "# keep the notation of days that the vendor writes"


def _notations(sample: Sample, kind: Kind, columns: Mapping[str, str]) -> list[str]:
    """The notations that fit the days of the sample which are not in ISO."""
    days = [one.name for one in kind.columns if str(one.type.arrow) in ("date32[day]", str(MOMENT))]
    told = [cell for column in days if column in columns for cell in sample.cells(columns[column])]
    cells = {cell for cell in told if not ISO.fullmatch(cell)}
    return [notation for notation in NOTATIONS if cells and all(read_day(cell, notation, "en") for cell in cells)]


def _quoted(text: str) -> str:
    """A text as one line of YAML holds it, addresses masked."""
    shown = privacy.printable(privacy.masked_text(text))[:LONGEST_HEADER]
    dumped: str = yaml.safe_dump(shown, default_style='"', allow_unicode=True, width=10_000)
    return dumped.strip()
