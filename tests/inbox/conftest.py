"""An inbox on disk, files dropped into it, and what reading them gives."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from pipelines.inbox import FileRead, Persons, ReadingRules, discover, read_dialects, read_file

PEPPER = b"a test pepper"
EXPORTS = Path(__file__).parents[2] / "config" / "exports"
DIALECTS = read_dialects({f"exports/{path.name}": path.read_text(encoding="utf-8") for path in EXPORTS.glob("*.yaml")})
RULES = ReadingRules("Europe/Amsterdam", PEPPER, dialects=DIALECTS)

Read = Callable[..., FileRead]


@pytest.fixture
def persons() -> Persons:
    """Persons whose surrogates are 1, 2, 3, ... in the order in which they are met."""
    numbers = count(1)
    return Persons(PEPPER, draw=lambda: next(numbers))


@pytest.fixture
def read(tmp_path: Path, persons: Persons) -> Read:
    """Drops a file of a kind into the inbox and reads it."""

    def drop_and_read(kind: str, content: str | bytes, name: str = "export.csv") -> FileRead:
        path = tmp_path / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        (found,) = (one for one in discover(tmp_path, []) if one.path == path)
        return read_file(found, RULES, persons)

    return drop_and_read
