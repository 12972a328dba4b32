"""YAML means what it looks like, and every place has its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pipelines.configuration.located_yaml import read_yaml
from pipelines.failures import WrongUse


def test_values_are_exactly_what_was_written() -> None:
    read = read_yaml("a: 0.1\nb: 7\nc: true\nd: 2026-01-31\ne:\nf: 'off'\n", "x.yaml")
    assert read.data == {"a": Decimal("0.1"), "b": 7, "c": True, "d": date(2026, 1, 31), "e": None, "f": "off"}


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "010", "1_000", "12:30", "0x1F", "1e3", ".inf"])
def test_a_word_that_yaml_would_turn_into_something_else_stays_a_text(word: str) -> None:
    assert read_yaml(f"a: {word}", "x.yaml").data == {"a": word}


def test_keys_and_list_items_know_their_line() -> None:
    read = read_yaml("a:\n  b: [1,\n      2]\n\nc: 3\n", "x.yaml")
    assert [read.line_of(place) for place in (("a",), ("a", "b"), ("a", "b", 1), ("c",))] == [1, 2, 3, 5]


def test_a_place_that_is_not_there_has_the_line_of_what_holds_it() -> None:
    assert read_yaml("a: 1\nb:\n  c: 2\n", "x.yaml").line_of(("b", "by_grain", "d")) == 2


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice"),
        ("a: 1\nb: [1, 2\n", 3, "not readable as YAML"),
        ("a: 1\n\tb: 2\n", 2, "not readable as YAML"),
        ("a: &x 1\nb: *x\n", 1, "anchors"),
        ("a: 1\n? [1, 2]\n: 3\n", 2, "not a plain word"),
        ("a: 1\nb: 2026-02-30\n", 2, "'2026-02-30' is no date"),
    ],
)
def test_a_text_that_can_be_misread_is_refused_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(WrongUse) as caught:
        read_yaml(text, "x.yaml")
    assert str(caught.value).startswith(f"x.yaml line {line}: ")
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_file_is_an_empty_block() -> None:
    assert read_yaml("# nothing yet\n", "x.yaml").data == {}
