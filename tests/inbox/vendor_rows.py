"""The rows of an export: the cells of its lines as the vendor writes them, and what they have to become."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from vendor_cells import as_read, moment, number, share
from vendor_dialect import CODE, Head, VendorDialect
from vendor_facts import (
    COUNTS,
    DAYS,
    MONEY,
    NUMBERS,
    ONE_DAY,
    OPTIONAL_KEYS,
    SAVED_AT,
    STAGES,
    TIMES,
    calculated,
    fact,
    in_utc,
)

NOISE = "0000152587891"
DIVISORS = {"micros": 1_000_000, "cents": 100}
Facts = dict[str, Any]


@dataclass(frozen=True)
class RowLine:
    """One line of a row: what it says under each header of the dialect, as facts, as text and as a workbook's cell.

    `place` is which of the lines of its row it is, from 1.
    """

    row: int
    place: int
    facts: Facts
    cells: Mapping[str, str]
    values: Mapping[str, object]


class RowWriter:
    """Writes the rows of one export."""

    def __init__(self, dialect: VendorDialect, heads: Sequence[Head], random: Random, *, is_narrow: bool) -> None:
        self.dialect, self.heads, self.random, self.is_narrow = dialect, heads, random, is_narrow
        self.kind = dialect.said["kind"]
        self.sure = {name for block in range(len(dialect.blocks)) for name in dialect.sure(block)}
        self.has_closing = any(head.name == "closed_at" for head in heads)
        # what every line says for itself, where several are one row
        shared = dialect.named(0)
        self.of_lines = {one.name for one in heads if one.block and one.name not in shared and not one.row}

    def lines(self, row: int) -> list[RowLine]:
        """The lines of one row, of which the last may be there twice."""
        facts = {head.name: self._fact(head, row, place) for place, head in enumerate(self.heads)}
        if self.dialect.group is None:
            return [self._line(row, 1, facts)]
        count = 1 + row % 3
        parts = {name: self._parts(name, facts[name], count, row) for name in self.dialect.summed if name in facts}
        lines = []
        for part in range(count):
            said = {**facts, **{name: of[part] for name, of in parts.items()}}
            if part and not self.dialect.summed:
                said = {name: value if name in REPEATED else None for name, value in facts.items()}
            for name in self.of_lines | ({"article"} & facts.keys()):
                said[name] = fact(name, "order_lines", row * 3 + part, self.random)
            lines.append(self._line(row, part + 1, said))
        is_once = self.dialect.group.get("identical_lines") == "once"
        return [*lines, lines[-1]] if is_once and row % 5 == 2 else lines

    def expected(self, block: int, line: RowLine, number_of_line: int) -> Iterator[Facts]:
        """The canonical rows of one kind that the facts of a line, or of a whole row, have to become."""
        of = self.dialect.blocks[block]
        said = {self._name_in(block, head): line.facts[head.name] for head in self.heads if not head.row}
        values: Facts = {name: self._canonical(name, value) for name, value in said.items() if name}
        values |= {name: str(text) for name, text in {**of.get("constants", {}), **of.get("parameters", {})}.items()}
        values |= {"currency": CODE} if any("(EUR)" in head.text for head in self.heads) else {}
        values |= {"date": ONE_DAY} if "{date}" in str(self.dialect.said.get("preamble")) else {}
        numbers = {name: Decimal(value) if name in NUMBERS and value else value for name, value in values.items()}
        made = {name: calculated(text, numbers) for name, text in of.get("formulas", {}).items()}
        written = {**values, **{name: self._told(value) for name, value in values.items() if name in TIMES and value}}
        of_file = {"line": number_of_line, "modified_at": SAVED_AT}
        texts = {
            name: SAVED_AT if text == "{modified_at}" else text.format(**written, **of_file)
            for name, text in of.get("texts", {}).items()
        }
        texts |= dict.fromkeys(of.get("numbered", {}), str(line.place))
        further = {*of.get("further", {}), "vat_percent"}
        row = {name: value for name, value in {**values, **made, **texts}.items() if name not in further}
        for name in OPTIONAL_KEYS.get(of["kind"], ()):
            row[name] = row.get(name) or ""
        if of["kind"] == "deals" and row.get("status") is None:
            row["status"] = dict(STAGES)[row["stage"]]
        spread = of.get("spread")
        if not spread:
            yield {name: self._in_utc(name, value) for name, value in row.items()}
            return
        for head in self.heads:
            if head.row and head.block == block and line.facts[head.name] is not None:
                value = self._in_utc(spread["value"], self._canonical(spread["value"], line.facts[head.name]))
                yield {**row, spread["into"]: head.row, spread["value"]: value}

    def _fact(self, head: Head, row: int, place: int) -> Any:
        name = head.name.split(" ")[0]
        if name not in self.sure and (row + place) % 6 == 5 and not self._is_won(name, row):
            return None
        if name in self.dialect.said.get("missing_in", {}) and (row % 5 == 0 or name == "refunded_amount"):
            return None
        if name in {"stage", "status"} and self.kind == "deals" and not self.has_closing:
            # a deal is not won without a day
            row = 0
        words = [word for word in self.dialect.said.get("values", {}).get(name, ()) if word != "refunded"]
        value = words[row % len(words)] if words else fact(name, self.kind, row, self.random)
        return as_read(value, self.dialect.notation(is_day=name in DAYS)) if isinstance(value, datetime) else value

    def _is_won(self, name: str, row: int) -> bool:
        return self.kind == "deals" and name in {"closed_at", "status"} and STAGES[row % len(STAGES)][1] == "won"

    def _parts(self, name: str, value: Any, count: int, row: int) -> list[Any]:
        """What each line of a row says of what is summed; now and then a line says nothing, or each the same."""
        if value is None:
            return [None] * count
        is_once = (self.dialect.group or {}).get("identical_lines") == "once"
        if row % 4 == 1 and not is_once:
            return [value] * count
        parts = [value - place if abs(value) > count else value for place in range(count)]
        return [*parts[:-1], None] if count > 2 and row % 2 and not is_once and name not in self.sure else parts

    def _line(self, row: int, part: int, facts: Facts) -> RowLine:
        cells = {head.text: self._cell(head, facts[head.name], row + place) for place, head in enumerate(self.heads)}
        return RowLine(row, part, facts, cells, {head.text: self._value(head, facts[head.name]) for head in self.heads})

    def _cell(self, head: Head, value: Any, turn: int) -> str:
        said, name, language = self.dialect.said, head.name.split(" ")[0], self.dialect.language
        if value is None:
            zeros = [text for text in said.get("missing_in", {}).get(name, ()) if turn % 3] and ["0", "0.00"]
            words = zeros or ["", *(f" {word}" for word in said.get("missing", ()))]
            return str(words[turn % len(words)])
        if isinstance(value, datetime):
            return moment(value, self.dialect.notation(is_day=name in DAYS), language, turn)
        if said.get("units", {}).get(name) == "percent":
            return share(value, language, turn)
        if isinstance(value, Decimal):
            value *= DIVISORS.get(said.get("units", {}).get(name, ""), 1)
            text = number(value, language, turn, is_money=name in MONEY, is_narrow=self.is_narrow)
            noisy = name in said.get("decimals", {}) and text[:1].isdigit() and re.search("[.,][0-9][0-9]$", text)
            return text + NOISE if noisy else text
        if name in said.get("values", {}):
            words = said["values"][name][value]
            words = words if isinstance(words, list) else [words]
            word = str(words[turn % len(words)])
            return (word, word.upper(), word.capitalize())[turn % 3]
        separator = said.get("first_of", {}).get(name)
        return f"{value}{separator} 99" if separator and turn % 2 else str(value)

    def _value(self, head: Head, value: Any) -> object:
        """What stands in a workbook."""
        said, name = self.dialect.said, head.name.split(" ")[0]
        if isinstance(value, datetime):
            return value.date() if name in DAYS else value
        if isinstance(value, Decimal):
            value *= 100 if said.get("units", {}).get(name) == "percent" else 1
            return int(value) if value == int(value) else float(value)
        return self._cell(head, value, 0)

    def _name_in(self, block: int, head: Head) -> str:
        """What a block calls a header, if it knows it."""
        named = self.dialect.named(block)
        if head.block == block and head.name in named:
            return head.name
        return next((name for name, by in named.items() if self.dialect.wording(by) == head.text), "")

    def _canonical(self, name: str, value: Any) -> Any:
        if isinstance(value, datetime) and name in DAYS:
            return value.date()
        if name in {"category", "allocation", "type"} and value:
            return value.lower()
        return int(value) if name in COUNTS - {"value", "quantity"} and value is not None else value

    def _told(self, value: Any) -> str:
        """A moment as far as the export tells it."""
        has_time = "%M" in self.dialect.notation(is_day=False)
        return f"{value:%Y-%m-%d %H:%M:%S}" if has_time else f"{value:%Y-%m-%d}"

    def _in_utc(self, name: str, value: Any) -> Any:
        return in_utc(value, self.dialect.zone) if name in TIMES and value is not None else value


REPEATED = {"order_id"}
