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
