"""YAML as plain data that remembers its lines.

Stricter than YAML allows, so that a file means what it looks like: only true and false are booleans, numbers with a
point are exact decimals, a key stands once, and there are no anchors. What a file means is said by the models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import yaml

from pipelines.configuration.problems import Place
from pipelines.failures import WrongUse


@dataclass(frozen=True)
class LocatedYaml:
    """A parsed file: `data` is dicts, lists, texts, ints, Decimals, bools, dates and None."""

    file: str
    data: Any
    lines: Mapping[Place, int]

    def line_of(self, place: Sequence[str | int]) -> int:
        """Line of a place, counted from 1; parts that the file does not have are passed over."""
        return self.lines[self.path_of(place)]

    def path_of(self, place: Sequence[str | int]) -> Place:
        """The parts of a place that the file has."""
        path: Place = ()
        for part in place:
            if (*path, part) in self.lines:
                path = (*path, part)
        return path


@lru_cache(maxsize=128)
def read_yaml(text: str, file: str) -> LocatedYaml:
    """Parse one text, once in a process: a run reads its configuration often. Nobody writes to what it gives.

    Raises:
        WrongUse: the text is not YAML of this strict kind; the line is named.
    """
    try:
        node = yaml.compose(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        why = " ".join(str(error.problem or "not YAML").split()).replace(":", "")
        raise WrongUse(f"{file} line {line}", f"not readable as YAML, {why}", "correct the line") from error
    except yaml.YAMLError as error:
        raise WrongUse(file, f"not readable as YAML, {' '.join(str(error).split())}", "correct the file") from error
    lines: dict[Place, int] = {(): 1}
    return LocatedYaml(file, {} if node is None else _plain(node, (), lines, file), lines)


class _StrictLoader(yaml.SafeLoader):
    """Composes nodes; anchors are refused, because a value is read where it stands."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(None, None, "anchors (& and *) are not used here", event.start_mark)
        return super().compose_node(parent, index)


_StrictLoader.add_implicit_resolver("null", re.compile(r"^(~|null|)$"), ["~", "n", ""])
_StrictLoader.add_implicit_resolver("bool", re.compile(r"^(true|false)$"), ["t", "f"])
_StrictLoader.add_implicit_resolver("int", re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789"))
_StrictLoader.add_implicit_resolver("decimal", re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), list("-+0123456789"))
_StrictLoader.add_implicit_resolver("date", re.compile(r"^\d{4}-\d{2}-\d{2}$"), list("0123456789"))

_SCALARS: dict[str, Callable[[str], Any]] = {
    "null": lambda text: None,
    "bool": lambda text: text == "true",
    "int": int,
    "decimal": Decimal,
    "date": date.fromisoformat,
}


def _plain(node: yaml.Node, path: Place, lines: dict[Place, int], file: str) -> Any:
    """A node as plain data; `lines` gets the line of every place below it."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, index), lines, file) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, file)
    try:
        return _SCALARS.get(node.tag, str)(node.value)
    except ValueError as error:
        line = node.start_mark.line + 1
        raise WrongUse(f"{file} line {line}", f"{node.value!r} is no {node.tag}", "correct the value") from error


def _mapping(node: yaml.MappingNode, path: Place, lines: dict[Place, int], file: str) -> dict[str, Any]:
    """A block of keys; a key that stands twice is refused, because YAML would keep the last silently."""
    plain: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise WrongUse(f"{file} line {line}", "a key is not a plain word", "write key, colon, value")
        key = str(key_node.value)
        if key in plain:
            raise WrongUse(f"{file} line {line}", f"the key {key!r} stands twice", "keep one of the two")
        lines[(*path, key)] = line
        plain[key] = _plain(value_node, (*path, key), lines, file)
    return plain
