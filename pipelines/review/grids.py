"""A table of a page as plain data: cells, rows, and the lettered notes that say why a cell is empty.

What stands in a table is decided by the section that makes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from string import ascii_lowercase

from pipelines.review.wording import MISSING, Phrase

NOTHING = Phrase("")


@dataclass(frozen=True)
class Cell:
    """A text, or the sign for no value with the letter of its note. `remarks` stand smaller below it, a line each.

    `language` is that of the texts, where it is not the page's own.
    """

    text: str
    letter: str = ""
    why: Phrase = NOTHING
    remarks: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True)
class Column:
    """The head of a column."""

    label: str
    is_number: bool = True


@dataclass(frozen=True)
class GridRow:
    """A row: what it is about, and a cell per further column."""

    head: str
    cells: tuple[Cell, ...]
    is_total: bool = False
    remark: str = ""


@dataclass
class Notes:
    """The reasons used in one table, each once, in order of first use."""

    phrases: list[Phrase] = field(default_factory=list)

    def letter(self, phrase: Phrase) -> str:
        """The letter of a reason, a new one when it is new."""
        if phrase not in self.phrases:
            self.phrases.append(phrase)
        place = self.phrases.index(phrase)
        # after z the letters double: aa, bb
        return ascii_lowercase[place % 26] * (place // 26 + 1)

    def missing(self, phrase: Phrase) -> Cell:
        """The cell of a value that is not there, and why."""
        return Cell(MISSING, self.letter(phrase), phrase)

    def listed(self) -> list[tuple[str, Phrase]]:
        """Letters and reasons, for below the table."""
        return [(self.letter(phrase), phrase) for phrase in self.phrases]


@dataclass(frozen=True)
class Grid:
    """A whole table; `head` names what its rows are about, `look` is a class of the style sheet."""

    caption: str
    head: str
    columns: tuple[Column, ...]
    rows: tuple[GridRow, ...]
    notes: list[tuple[str, Phrase]] = field(default_factory=list)
    look: str = ""
