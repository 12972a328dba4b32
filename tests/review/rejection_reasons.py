"""Everything that the inbox can say of a rejected row, read from its modules themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from pipelines import inbox
from pipelines.configuration.problems import nearest

# what says why a row or cell is not taken -> the places of the reason and of the remedy among its arguments
SAYING = {"Wrong": (0, 1), "Finding": (1, 2), "RowRule": (1, 2), "BrokenLine": (1, 2)}
# as words are offered: one is near, few are known, many are
OFFERED = (nearest("pad", ["paid"]), nearest("x", ["paid", "test"]), nearest("x", map(str, range(99))))
FILLED_IN = "7"


def reasons_and_remedies() -> dict[str, str]:
    """Every sentence, with one number or name for all that is filled in, and the module that says it."""
    return {
        sentence: f"{path.name} line {call.lineno}"
        for path in sorted(Path(inbox.__file__).parent.glob("*.py"))
        for within, call in _calls(ast.parse(path.read_text(encoding="utf-8")))
        for place in SAYING[call.func.id]  # type: ignore[attr-defined]
        for sentence in _said(call.args[place], within)
    }


def _calls(module: ast.Module) -> Iterator[tuple[ast.AST, ast.Call]]:
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            around = [one for one in functions if node in ast.walk(one)]
            # the innermost, whose names are meant
            yield (max(around, key=lambda one: one.lineno) if around else module), node


def _said(node: ast.expr, within: ast.AST) -> list[str]:
    """What an expression can be; what is passed on was said elsewhere."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(parts) for parts in product(*(_said(part, within) for part in node.values))]
    if isinstance(node, ast.FormattedValue):
        return (_said(node.value, within) if isinstance(node.value, ast.Name) else None) or [FILLED_IN]
    if isinstance(node, ast.IfExp):
        return [*_said(node.body, within), *_said(node.orelse, within)]
    if isinstance(node, ast.Name):
        return [said for value in _assigned(node, within) for said in _said(value, within)]
    if isinstance(node, ast.Attribute):
        return []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "nearest":
        return list(OFFERED)
    raise AssertionError(f"{ast.unparse(node)} in line {node.lineno}: say it as a text, so that it can be translated")


def _assigned(name: ast.Name, within: ast.AST) -> list[ast.expr]:
    """What a name was given last in a function, where that is a text."""
    texts = (ast.Constant, ast.JoinedStr, ast.IfExp)
    given = [
        node
        for node in ast.walk(within)
        if isinstance(node, ast.Assign) and isinstance(node.value, texts) and node.lineno < name.lineno
        if any(isinstance(target, ast.Name) and target.id == name.id for target in node.targets)
    ]
    return [one.value for one in sorted(given, key=lambda one: one.lineno)[-1:]]
