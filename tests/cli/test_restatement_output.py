"""What `kpi restatement` says of a difference: totals, or how many members changed when no total did."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pipelines.cli.restating import show_restatement
from pipelines.snapshots import Amount, Restatement, Side
from pipelines.snapshots.sides import Cell, Figures

JULY = date(2026, 7, 1)
LEADS, EMAIL, DIRECT = ("new_leads", "total", ""), ("new_leads", "channel", "Email"), ("new_leads", "channel", "Direct")


def side(name: str, day: int, cells: dict[Cell, int | None]) -> Side:
    figures: dict[Cell, Figures] = {
        cell: (None, None, None) if figure is None else (Decimal(figure), None, float(figure))
        for cell, figure in cells.items()
    }
    return Side(name, None, JULY, date(2026, 8, day), {}, "", "", figures)


def shown(
    capsys: pytest.CaptureFixture[str],
    before: dict[Cell, int | None],
    after: dict[Cell, int | None],
    *amounts: Amount,
    members: bool = False,
) -> list[str]:
    found = Restatement(JULY, side("2026-07-v1", 6, before), side("2026-07 now", 20, after), amounts)
    show_restatement(found, members=members)
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def moved(cell: Cell, by: int, cause: str = "attribution") -> tuple[Amount, Amount]:
    return (Amount(*cell, cause, "numerator", Decimal(by)), Amount(*cell, cause, "value", Decimal(by)))


TITLE = "2026-07-v1 -> 2026-07 now: data up to 2026-08-06 and up to 2026-08-20"
EXACT = "the causes sum to every difference: residual 0"


def test_when_no_total_changed_the_members_that_did_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    before, after = {LEADS: 5, EMAIL: 3, DIRECT: 2}, {LEADS: 5, EMAIL: 2, DIRECT: 3}
    amounts = (*moved(EMAIL, -1), *moved(DIRECT, 1))
    assert shown(capsys, before, after, *amounts) == [
        f"{TITLE}: no total changed",
        "2 figures of channels and other members changed too: --members shows them",
        EXACT,
    ]
    assert shown(capsys, before, after, *amounts, members=True)[2:4] == [
        "new_leads channel Direct attribution +1 +1",
        "new_leads channel Direct difference +1 +1",
    ]


def test_a_value_is_shown_with_six_decimals_and_its_parts_with_all(capsys: pytest.CaptureFixture[str]) -> None:
    parts = {"numerator": Decimal("312.4512345678"), "value": Decimal("-0.003036562329")}
    amounts = [Amount(*LEADS, "late_data", part, amount) for part, amount in parts.items()]
    assert "new_leads late_data +312.4512345678 -0.003037" in shown(capsys, {LEADS: 5}, {LEADS: 6}, *amounts)
    tiny = Amount(*LEADS, "late_data", "value", Decimal("-0.00000012"))
    assert "new_leads late_data -0.00000012" in shown(capsys, {LEADS: 5}, {LEADS: 6}, tiny)


def test_a_month_that_did_not_change_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, {LEADS: 5}, {LEADS: 5}) == [f"{TITLE}: no figure changed"]


@pytest.mark.parametrize(
    ("before", "after", "amounts", "told"),
    [
        (5, None, moved(LEADS, -5), "new_leads difference, is unknown -5 -5"),
        (None, 5, moved(LEADS, 5), "new_leads difference, was unknown +5 +5"),
        (None, 0, (), "new_leads difference, was unknown"),
    ],
    ids=["is unknown", "was unknown", "was unknown and is 0"],
)
def test_a_figure_that_was_or_is_unknown_is_told_as_such(
    capsys: pytest.CaptureFixture[str],
    before: int | None,
    after: int | None,
    amounts: tuple[Amount, ...],
    told: str,
) -> None:
    lines = shown(capsys, {LEADS: before}, {LEADS: after}, *amounts)
    assert lines[-2:] == [told, EXACT]
