"""Who fills the inbox reads its README: it names what can be handed in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.inbox.kinds import KINDS

README = Path(__file__).parents[2] / "README.md"
# told by the columns that a file fills, never handed in
DERIVED = {"carries"}


def test_every_kind_has_its_row_in_the_readme() -> None:
    assert set(_rows()) == set(KINDS)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_readme_names_every_column_of_a_kind(name: str) -> None:
    # a choice stands in brackets behind its column
    named = re.findall(r"\w+", re.sub(r"\([^)]*\)", "", _rows()[name]))
    assert sorted(named) == sorted({column.name for column in KINDS[name].columns} - DERIVED)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_readme_prints_the_required_columns_bold(name: str) -> None:
    bold = re.sub(r"\([^)]*\)", "", " ".join(re.findall(r"\*\*(.*?)\*\*", _rows()[name])))
    assert sorted(re.findall(r"\w+", bold)) == sorted(one.name for one in KINDS[name].columns if one.required)


def _rows() -> dict[str, str]:
    """Kind -> the cell that lists its columns."""
    found = re.findall(r"^\| `(\w+)/`[^|]* \| ([^|]+) \|", README.read_text(), re.MULTILINE)
    return dict(found)
