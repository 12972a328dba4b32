"""Writes exports as vendors do, from the dialect files alone, beside the rows that they have to become.

It shares no code with what reads them. Deterministic: a dialect, a language and a turn always give the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from random import Random

from vendor_cells import moment, number
from vendor_dialect import Head, VendorDialect, several
from vendor_facts import COUNTS, MONEY, NUMBERS, ONE_DAY
from vendor_headers import CELLS, unknown_headers
from vendor_rows import Facts, RowLine, RowWriter

ROWS = 36
TITLES = [["Weekly report, all accounts"], ["September 1, 2026 - September 2, 2026"], [], ["Account: 12-34; all"]]
GA4_TITLES = [["# ----------------------------------------"], ["# Free form-Free form 1"], ["# Account: Example"], []]
FOOTERS = [
    ["Weekly report"],
    ["Copyright (c) 2026 example.com, all rights reserved"],
    ["Country", "New users"],
    ["NL", "9"],
]


@dataclass(frozen=True)
class Line:
    """One line of an export: `sort` is above, header, row, total, note, blank or after; `row` the one it belongs to."""

    sort: str
    cells: Sequence[str]
    row: int = -1
    values: Sequence[object] = ()


@dataclass(frozen=True)
class Expected:
    """What the lines of an export have to become of one kind."""

    kind: str
    rows: list[Facts]
    rows_in: int
    # the row that each of `rows` is of
    of_row: list[int]


@dataclass(frozen=True)
class Export:
    """One file of a vendor, not yet in any encoding."""

    dialect: VendorDialect
    heads: Sequence[Head]
    lines: list[Line]
    expected: list[Expected]
    is_text: bool
    numbers: list[int] = field(default_factory=list)

    @property
    def headers(self) -> Sequence[str]:
        return next(line.cells for line in self.lines if line.sort == "header")

    def cell(self, row: int, header: str) -> str:
        """What the first line of a row says under a header."""
        column = self.headers.index(header)
        return next(line.cells[column].strip() for line in self.lines if line.row == row)

    def count(self, sort: str) -> int:
        return sum(line.sort == sort for line in self.lines)


def spoiled(made: Export, row: int, header: str, text: str) -> Export:
    """The same export with one cell of the first line of a row spoiled."""
    column = made.headers.index(header)
    place = next(at for at, one in enumerate(made.lines) if one.row == row)
    line = made.lines[place]
    cells = [*line.cells[:column], text, *line.cells[column + 1 :]]
    return replace(made, lines=[*made.lines[:place], replace(line, cells=cells), *made.lines[place + 1 :]])


def export(
    dialect: VendorDialect, *, bare: bool = False, is_text: bool = True, is_narrow: bool = False, rows: int = ROWS
) -> Export:
    """An export with all its quirks; `bare`: nothing in it that is not needed.

    `is_narrow`: the text holds only characters of Windows-1252.
    """
    return _Exporter(dialect, bare, is_text, is_narrow, rows).made()


class _Exporter:
    def __init__(self, dialect: VendorDialect, bare: bool, is_text: bool, is_narrow: bool, rows: int) -> None:
        self.dialect, self.bare, self.is_text, self.rows, self.turn = dialect, bare, is_text, rows, dialect.turn
        self.random = Random(f"{dialect.name} {dialect.language} {dialect.turn}")
        heads = dialect.heads(bare=bare)
        place = self.turn % len(heads)
        heads = [*heads[place:], *heads[:place]]
        self.writer = RowWriter(dialect, heads, self.random, is_narrow=is_narrow)
        self.heads = heads if bare else list(self._with_unknown(heads))
        # a comma too many at the end of each line
        self.has_last = not bare and self.turn % 3 == 2

    def made(self) -> Export:
        written = [line for row in range(self.rows) for line in self.writer.lines(row)]
        if self.dialect.summed and self.turn % 2:
            self.random.shuffle(written)
        if self.dialect.group is None:
            # what overlaps, or was copied twice, says the same again
            written.append(written[self.turn % len(written)])
        told = {id(one): place for place, one in enumerate(written)}
        unknown = {id(one): self._unknown(one, told[id(one)]) for one in written}
        rows = [self._line("row", {**one.cells, **unknown[id(one)]}, one) for one in written]
        lines = [*self._above(), self._cells("header", [head.text for head in self.heads])]
        lines += [*self._explanations(), *self._with_blanks(rows), *self._totals(written), *self._beneath()]
        numbers = list(self._numbered(lines))
        of_rows = [number for line, number in zip(lines, numbers, strict=True) if line.sort == "row"]
        expected = [self._expected(block, written, of_rows) for block in range(len(self.dialect.blocks))]
        return Export(self.dialect, self.heads, lines, expected, self.is_text, numbers)

    def _expected(self, block: int, written: Sequence[RowLine], numbers: Sequence[int]) -> Expected:
        of = self.dialect.blocks[block]
        rows, of_row, rows_in = [], [], 0
        is_grouped = self.dialect.group is not None and block == 0
        is_repeated = self.dialect.group is None
        first: set[int] = set()
        for place, line in enumerate(written):
            found = list(self.writer.expected(block, line, numbers[place]))
            rows_in += len(found)
            if (is_grouped or is_repeated) and line.row in first:
                continue
            first.add(line.row)
            if is_grouped:
                whole = replace(line, facts=self._whole(line.row, written))
                found = list(self.writer.expected(block, whole, numbers[place]))
            rows += found
            of_row += [line.row] * len(found)
        return Expected(of["kind"], rows, rows_in, of_row)

    def _whole(self, row: int, written: Sequence[RowLine]) -> Facts:
        """All lines of a row together: sums, and of everything else what the first line says that says it."""
        lines = list({id(line): line for line in written if line.row == row}.values())
        said = {name: [line.facts[name] for line in lines if line.facts[name] is not None] for name in lines[0].facts}
        summed = {name: sum(said[name]) if said[name] else None for name in self.dialect.summed if name in said}
        return {**{name: values[0] if values else None for name, values in said.items()}, **summed}

    def _above(self) -> Iterator[Line]:
        preamble = self.dialect.said.get("preamble")
        if preamble:
            day = moment(datetime.combine(ONE_DAY, datetime.min.time()), self.dialect.notation(is_day=True), "en", 0)
            lines = preamble.get(self.dialect.language, next(iter(preamble.values())))
            yield from (Line("above", [line]) for line in (*GA4_TITLES[0], *GA4_TITLES[2]))
            yield from (Line("above", [line.replace("{date}", day)]) for line in several(lines))
            yield Line("above", [])
        elif not self.bare:
            titles = GA4_TITLES if self.dialect.name.startswith("ga4") else TITLES
            yield from (Line("above", cells) for cells in titles[: self.turn % (len(titles) + 1)])

    def _explanations(self) -> Iterator[Line]:
        if empty := self.dialect.said.get("notes", {}).get("empty"):
            explained = {head.text: f"Lifetime: {head.text}" for head in self.heads if head.name != empty}
            yield self._line("note", {head.text: explained.get(head.text, "") for head in self.heads})

    def _with_blanks(self, rows: Sequence[Line]) -> Iterator[Line]:
        for place, line in enumerate(rows):
            if place in {3, 9} and self.turn % 3 == 1 and not self.dialect.said.get("ends_at_blank_line"):
                yield Line("blank", [] if place == 3 else [""] * len(line.cells))
            yield line

    def _totals(self, written: Sequence[RowLine]) -> Iterator[Line]:
        said, missing = self.dialect.said.get("totals", {}), several(self.dialect.said.get("missing"))
        # no vendor counts what stands there twice
        written = written[:-1] if self.dialect.group is None else list({id(one): one for one in written}.values())
        labels = [f"{word} account" for word in several(said.get("starts_with"))]
        labels += [f"{word} items" for word in several(said.get("control"))]
        for place, label in enumerate(labels):
            sums = [self._sum(head, written, more=1000 * (place == 0)) for head in self.heads]
            yield self._total(sums, {0: label})
        empty, ends = said.get("empty"), several(said.get("ends_with"))
        sums = [self._sum(head, written, more=0) for head in self.heads]
        nothing = {place: [*missing, ""][0] for place, head in enumerate(self.heads) if head.name == empty}
        for end in ends or ([""] if empty and not said.get("starts_with") else []):
            line = self._total(sums, nothing)
            yield replace(line, cells=[*line.cells, end], values=[*line.values, end]) if end else line

    def _total(self, sums: Sequence[Decimal | None], words: Mapping[int, str]) -> Line:
        """A row of totals, with words at some places."""
        cells: list[str] = []
        values: list[object] = []
        for place, (head, total) in enumerate(zip(self.heads, sums, strict=True)):
            dash = "--" in several(self.dialect.said.get("missing")) and head.name
            word, is_money = words.get(place, " --" if dash else ""), head.name in MONEY
            if total is None or place in words:
                cells, values = [*cells, word], [*values, word]
            else:
                cells.append(number(total, self.dialect.language, 1, is_money=is_money, is_narrow=True))
                values.append(float(total))
        line = self._cells("total", cells)
        return replace(line, values=[*values, *([""] if self.has_last else [])])

    def _sum(self, head: Head, written: Sequence[RowLine], *, more: int) -> Decimal | None:
        name = head.name.split(" ")[0]
        if name not in NUMBERS:
            return None
        if self.dialect.group is not None and head.name not in self.dialect.summed:
            # what each line of a row says again
            written = list({one.row: one for one in written}.values())
        total = sum((one.facts[head.name] for one in written if one.facts[head.name]), Decimal(more))
        return total if name in COUNTS else total.quantize(Decimal("0.01"))

    def _beneath(self) -> Iterator[Line]:
        for word in several(self.dialect.said.get("notes", {}).get("starts_with")):
            yield Line("note", [f"{word}2026 Example Corporation. All rights reserved. "])
        if self.dialect.said.get("ends_at_blank_line"):
            yield Line("blank", [])
            yield from (Line("after", cells) for cells in FOOTERS)

    def _with_unknown(self, heads: Sequence[Head]) -> Iterator[Head]:
        """Headers that nobody knows before, between and after the others."""
        unknown = [] if self.dialect.said.get("exact") else unknown_headers(self.dialect.name)
        for place, text in enumerate(unknown):
            yield Head(text)
            if place < len(heads):
                yield heads[place]
        yield from heads[len(unknown) :]

    def _unknown(self, line: RowLine, place: int) -> Mapping[str, str]:
        """Cells of columns that nobody knows: they differ between lines."""
        headers = [head.text for head in self.heads if not head.name]
        cells = {text: CELLS[(place + turn) % len(CELLS)] for turn, text in enumerate(headers)}
        return cells | ({headers[0]: f"{line.row} {place}"} if headers else {})

    def _line(self, sort: str, cells: Mapping[str, str], of: RowLine | None = None) -> Line:
        texts = [cells[head.text] for head in self.heads]
        values = [of.values.get(head.text, cells[head.text]) for head in self.heads] if of else texts
        line = self._cells(sort, texts)
        return Line(sort, line.cells, of.row if of else -1, [*values, *([""] if self.has_last else [])])

    def _cells(self, sort: str, cells: Sequence[str]) -> Line:
        return Line(sort, [*cells, *([""] if self.has_last else [])])

    def _numbered(self, lines: Sequence[Line]) -> Iterator[int]:
        """Where each line stands; in a text a cell may go on in the next one."""
        number = 1
        for line in lines:
            yield number
            number += 1 + (sum(cell.count("\n") for cell in line.cells) if self.is_text else 0)
