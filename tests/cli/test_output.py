"""The same rows for people and for programs."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from pipelines.cli.output import show_rows

ROWS = [{"kpi": "revenue", "month": date(2026, 10, 1), "value_eur": Decimal("10.10"), "note": None}]


def test_json_keeps_decimals_and_days_exact(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(ROWS, as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert shown == [{"kpi": "revenue", "month": "2026-10-01", "value_eur": "10.10", "note": None}]


def test_a_table_shows_every_column_and_cell(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(ROWS, as_json=False, title="Headlines")
    out = capsys.readouterr().out
    for word in ("Headlines", "kpi", "value eur", "revenue", "2026-10-01", "10.10"):
        assert word in out


def test_text_in_brackets_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([{"channel": "[red](rest)[/red]"}], as_json=False)
    assert "[red](rest)[/red]" in capsys.readouterr().out


def test_no_rows_are_said_to_people_and_are_an_empty_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([], as_json=False, if_none="no load was refused")
    show_rows([], as_json=True)
    assert capsys.readouterr().out == "no load was refused\n[]\n"


HOSTILE = "a\x1b]0;owned\x07\x9b31m\u202eb\u2066\n\tc\x7f"


def test_a_table_does_nothing_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([{f"col{HOSTILE}": HOSTILE}], as_json=False, title=HOSTILE)
    show_rows([], as_json=False, if_none=HOSTILE)
    out = capsys.readouterr().out
    assert out.count("a?]0;owned??31m?b?  c?") == 4
    assert all(character.isprintable() or character == "\n" for character in out)


def test_json_does_nothing_to_the_terminal_and_keeps_every_character(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"name": HOSTILE + "\ud800", "city": "Zoë 日本"}]
    show_rows(rows, as_json=True)
    out = capsys.readouterr().out
    assert json.loads(out) == rows
    assert "Zoë 日本" in out
    assert all(character.isprintable() or character == "\n" for character in out)
