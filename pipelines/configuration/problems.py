"""What is wrong in a configuration file: lines and reasons, collected so that one error names them all.

Nothing here knows what a file means; it turns findings, pydantic's too, into one `WrongUse` line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, get_args

from pydantic import BaseModel, ValidationError

from pipelines.failures import WrongUse

Place = tuple[str | int, ...]

_KINDS = {
    "bool_type": "true or false",
    "date_type": "a date such as 2026-01-31",
    "decimal_type": "a number",
    "dict_type": "a block of keys",
    "int_type": "a whole number",
    "is_instance_of": "a number",
    "model_type": "a block of keys",
    "string_type": "a text",
    "tuple_type": "a list",
}


class UnfitError(ValueError):
    """A value that a model refuses, with what to do about it; `key` is where, when the block as a whole is refused."""

    def __init__(self, why: str, remedy: str, key: str | None = None) -> None:
        super().__init__(why)
        self.why, self.remedy, self.key = why, remedy, key


class Located(Protocol):
    """A parsed file that knows the line of each place in it."""

    @property
    def file(self) -> str:
        """What errors call the file."""
        ...

    def line_of(self, place: Sequence[str | int]) -> int:
        """Line of a place, counted from 1."""
        ...

    def path_of(self, place: Sequence[str | int]) -> Place:
        """The parts of a place that the file has."""
        ...


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong at a line; line 0 is the file as a whole."""

    line: int
    why: str
    remedy: str


@dataclass
class Problems:
    """The problems of one file."""

    file: str
    found: list[Problem] = field(default_factory=list)

    def add(self, line: int, why: str, remedy: str) -> None:
        """Note one problem."""
        self.found.append(Problem(line, why, remedy))

    def add_unknown(self, line: int, what: str, name: str, names: Iterable[str]) -> None:
        """Note a name that nothing has, with the nearest one that something has."""
        self.add(line, f"unknown {what} {name!r}", nearest(name, names))

    def add_invalid(self, error: ValidationError, document: Located, model: type[BaseModel], at: Place = ()) -> None:
        """Note what pydantic found in the part of a document at `at`."""
        for one in error.errors(include_url=False):
            self.found.append(_explained(one, document, model, at))

    def raise_if_any(self) -> None:
        """Stop when there is something to say.

        Raises:
            WrongUse: something was found.
        """
        if self.found:
            raise self.error()

    def error(self) -> WrongUse:
        """Everything that was found, as one line in the order of the file."""
        found = sorted(dict.fromkeys(self.found), key=lambda problem: problem.line)
        if len(found) == 1:
            return WrongUse(_at(self.file, found[0].line), found[0].why, found[0].remedy)
        each = "; ".join(f"{_at('', problem.line)} {problem.why} ({problem.remedy})".strip() for problem in found)
        return WrongUse(self.file, each, "correct these lines and run again")


def nearest(name: str, names: Iterable[str]) -> str:
    """A remedy that offers the nearest right name; when none is near, all of them if they are few."""
    known = [str(known) for known in names]
    by_lower = {known_name.lower(): known_name for known_name in reversed(known)}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    if near:
        return f"did you mean {by_lower[near[0]]!r}?"
    if len(known) <= 24:
        return f"use one of {', '.join(known)}" if known else "remove it"
    return f"the nearest name is {by_lower[difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0)[0]]!r}"


def _at(file: str, line: int) -> str:
    return f"{file} line {line}".strip() if line else file


def _explained(error: Any, document: Located, model: type[BaseModel], at: Place) -> Problem:
    """One pydantic error in words, with its line."""
    place: Place = (*at, *error["loc"])
    line, name, given = document.line_of(place), _last_key(document.path_of(place)), error["input"]
    cause = error.get("ctx", {}).get("error")
    if error["type"] == "extra_forbidden":
        return Problem(line, f"unknown key {name!r}", nearest(name, _keys_at(model, error["loc"][:-1])))
    if error["type"] == "missing":
        return Problem(line, f"the key {place[-1]!r} is missing", "add it")
    if isinstance(cause, UnfitError):
        return Problem(document.line_of((*place, cause.key)) if cause.key else line, cause.why, cause.remedy)
    if error["type"] == "literal_error":
        choices = [choice.strip("'") for choice in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        return Problem(line, f"{name} cannot be {_shown(given)}", nearest(str(given), choices))
    if error["type"] in _KINDS:
        return Problem(line, f"{name} is {_shown(given)}", f"write {_KINDS[error['type']]}")
    return Problem(line, f"{name} cannot be {_shown(given)}", _lowered(error["msg"]))


def _last_key(loc: Sequence[str | int]) -> str:
    """The name that a reader would use for a place: its last key."""
    words = [part for part in loc if isinstance(part, str)]
    return words[-1] if words else "the file"


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    if isinstance(value, bool) or value is None:
        text = {True: "true", False: "false", None: "empty"}[value]
    return text if len(text) <= 60 else f"{text[:57]}..."


def _lowered(message: str) -> str:
    """Pydantic's own words as a remedy."""
    return re.sub(r"^\w+ should ", "it must ", message).replace(":", ",")


def _keys_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The keys that a model knows at a place; parts that are no keys (positions, keys of a mapping) are passed over."""
    current = model
    for part in loc:
        if part in current.model_fields:
            current = _model_within(current.model_fields[str(part)].annotation) or current
    return [field.alias or name for name, field in current.model_fields.items()]


def _model_within(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation holds, through unions, lists and mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_within, get_args(annotation))), None)
