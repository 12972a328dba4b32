"""What a dialect makes of several cells of a line: a number by a formula, a text by a template, its place among others.

Formulas know names, numbers, the four operations and brackets; nothing of them is ever run as code.
"""

from __future__ import annotations

import ast
import operator
import re
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation, Overflow

import numpy as np
import pyarrow as pa

from pipelines.configuration.problems import UnfitError
from pipelines.inbox.number_cells import NUMBER
from pipelines.inbox.row_groups import numbers_of
from pipelines.inbox.text_columns import plain

# what a template may name besides columns: the number of the line, and the moment at which the file was last changed
LINE, MODIFIED_AT = "line", "modified_at"
OF_THE_FILE = (LINE, MODIFIED_AT)
MOST_DECIMALS = Decimal("0.000001")
LONGEST_NUMBER = 40
_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_NO_RESULT = "(no number)"

Cells = Mapping[str, str | None]


@dataclass(frozen=True)
class Calculation:
    """One column that is made: `names` are the columns it is made of, `is_number` when a formula makes it."""

    column: str
    names: tuple[str, ...]
    is_number: bool
    make: Callable[[Cells], str | None]

    def of(self, columns: Mapping[str, pa.Array], lines: pa.Array) -> pa.Array:
        """The column, made of others; NULL where one of them is.

        A cell that is no number, where one is needed, stands in the result as it is: it is rejected with the row.
        """
        known = {LINE: lines.cast(pa.string()), **columns}
        texts = {name: known[name] for name in self.names}
        rows = zip(*(text.to_pylist() for text in texts.values()), strict=True)
        if not texts:
            return pa.repeat(pa.scalar(self.make({})), len(lines))
        made: dict[tuple[str | None, ...], str | None] = {}
        cells = []
        for row in rows:
            if row not in made:
                made[row] = None if None in row else self.make(dict(zip(texts, row, strict=True)))
            cells.append(made[row])
        return pa.array(cells, pa.string())


@dataclass(frozen=True)
class Numbering:
    """A column that counts the rows which say the same in another one: 1, 2, 3 in the order of the file."""

    column: str
    names: tuple[str]
    is_number = False

    def of(self, columns: Mapping[str, pa.Array], lines: pa.Array) -> pa.Array:
        """The column: later files that hold the same rows in the same order number them alike."""
        groups = numbers_of([pa.chunked_array([plain(columns[self.names[0]])])], len(lines))
        by_group = np.argsort(groups, kind="stable")
        first = np.flatnonzero(np.diff(groups[by_group], prepend=-1))
        sizes = np.diff(first, append=len(lines))
        places = np.empty(len(lines), np.int64)
        places[by_group] = np.arange(len(lines)) - np.repeat(first, sizes) + 1
        return pa.array(places).cast(pa.string())


def numbering(column: str, of: str) -> Numbering:
    """The places of rows among those that say the same in the column `of`."""
    return Numbering(column, (of,))


def formula(column: str, text: str) -> Calculation:
    """The number that a formula such as `quantity * price` makes.

    Raises:
        UnfitError: it holds something else than names, numbers, + - * / and brackets.
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UnfitError(f"{text!r} is no formula", "write one such as quantity * price") from None
    names = tuple(dict.fromkeys(_names(tree)))
    return Calculation(column, names, True, lambda cells: _calculated(tree, cells))


def template(column: str, text: str) -> Calculation:
    """The text that a template such as `{month}-{line}` makes, of columns and of what is known of the file.

    Raises:
        UnfitError: it is no template of names.
    """
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        raise UnfitError(f"{text!r} is no template", "write one such as {month}-{line}") from None
    names = [name for _, name, _, _ in parts if name is not None]
    if any(not re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names) or any(one[3] for one in parts):
        raise UnfitError(f"{text!r} is no template", "put names of columns in braces, as in {month}-{line}")
    for _, name, width, _ in parts:
        if name is not None and width and not re.fullmatch(r"0>[1-9]", width):
            raise UnfitError(f"{width!r} is no width", "write {month:0>2} for two digits")
    return Calculation(column, tuple(dict.fromkeys(names)), False, lambda cells: text.format_map(dict(cells)))


def _names(tree: ast.expr) -> Iterable[str]:
    if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATIONS:
        yield from _names(tree.left)
        yield from _names(tree.right)
    elif isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        yield from _names(tree.operand)
    elif isinstance(tree, ast.Name):
        yield tree.id
    elif not (isinstance(tree, ast.Constant) and type(tree.value) in (int, float)):
        raise UnfitError("a formula knows names, numbers, + - * / and brackets", "leave out everything else")


def _calculated(tree: ast.expr, cells: Cells) -> str:
    for cell in cells.values():
        if cell is not None and not (NUMBER.fullmatch(cell) and len(cell) <= LONGEST_NUMBER):
            return cell
    try:
        value = _value(tree, cells).quantize(MOST_DECIMALS, ROUND_HALF_UP)
    except (DivisionByZero, InvalidOperation, Overflow):
        return _NO_RESULT
    return f"{value:f}"


def _value(tree: ast.expr, cells: Cells) -> Decimal:
    if isinstance(tree, ast.BinOp):
        return _OPERATIONS[type(tree.op)](_value(tree.left, cells), _value(tree.right, cells))
    if isinstance(tree, ast.UnaryOp):
        return -_value(tree.operand, cells)
    if isinstance(tree, ast.Name):
        return Decimal(cells[tree.id] or 0)
    assert isinstance(tree, ast.Constant)  # noqa: S101 - every other part was refused when the formula was read
    return Decimal(repr(tree.value))
