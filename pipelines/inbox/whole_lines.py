"""What the lines of a file say in all their cells, known columns or not: asked only where two rows have one key.

Two lines are the same when all their cells are. Which rows are compared is decided where keys are.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Sequence

Cells = Sequence[str | None]


class WholeLines:
    """The lines of one file by number, told apart by a number for all that each says."""

    def __init__(self) -> None:
        self._lines, self._told = array("q"), array("q")
        self._to_read: list[tuple[range, Callable[[], Iterable[Cells]]]] = []

    def note(self, line: int, cells: Cells) -> None:
        """A line that was read cell by cell."""
        self._lines.append(line)
        self._told.append(hash(tuple(cells)))

    def note_block(self, lines: range, read: Callable[[], Iterable[Cells]]) -> None:
        """Lines that were read at once; `read` gives the cells of each, should anybody ask."""
        self._to_read.append((lines, read))

    def of(self, lines: Collection[int]) -> dict[int, int]:
        """What is told of each of the lines."""
        wanted = frozenset(lines)
        told = {line: one for line, one in zip(self._lines, self._told, strict=True) if line in wanted}
        for block, read in self._to_read:
            if not wanted.isdisjoint(block):
                told |= {line: hash(tuple(cells)) for line, cells in zip(block, read(), strict=True) if line in wanted}
        return told
