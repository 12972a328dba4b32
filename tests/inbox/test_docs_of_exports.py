"""Who writes a dialect reads docs/exports.md: it names every dialect and every word of one, and its examples hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.inbox import read_dialects
from pipelines.inbox.dialects import Dialect
from pipelines.inbox.forms import Form

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
FORMS = read_dialects({f"exports/{path.name}": path.read_text("utf-8") for path in (ROOT / "config/exports").iterdir()})
ROWS = [line for line in TEXT.splitlines() if line.startswith("| `")]


def named_in(row: str) -> list[str]:
    return re.findall(r"`(\w+)`", row.split("|")[1])


def test_every_dialect_has_its_row() -> None:
    named = [name for row in ROWS if row.count(" | ") == 4 for name in named_in(row)]
    assert sorted(named) == sorted(form.name for form in FORMS)


@pytest.mark.parametrize("form", FORMS, ids=[form.name for form in FORMS])
def test_its_row_says_what_it_becomes_and_what_it_has_to_be_told(form: Form) -> None:
    (row,) = (row for row in ROWS if form.name in named_in(row))
    _, _, _, becomes, _, told, _ = (cell.strip() for cell in row.split("|"))
    kinds = {form.kind, *(one.kind for one in form.also)}
    assert becomes.startswith("nothing") if form.ignored else kinds <= set(re.findall(r"\w+", becomes))
    assert [name for name in form.unset if name.split("_")[0] not in told.lower()] == []


def test_every_word_of_a_dialect_is_told() -> None:
    words = {name for row in ROWS if row.count(" | ") == 1 for name in named_in(row)}
    assert set(Dialect.model_fields) - words == {"kind", "row", "seen"}


@pytest.mark.parametrize("number", range(2))
def test_the_examples_are_dialects(number: int) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert len(examples) == 2
    assert read_dialects({"exports/example.yaml": examples[number]})
