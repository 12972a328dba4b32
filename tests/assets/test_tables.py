"""Every table and every check has cases: the rows that its story gives must become the rows that it expects."""

from __future__ import annotations

import math
from typing import Any

import pytest
from worked_cases import CASES, ROOT, Bench, Case, cases, columns_of

from pipelines.build import make_table
from pipelines.checks import run_cross_check

OF_TABLES = [case for case in cases() if not case.table.startswith("checks.")]
OF_CHECKS = [case for case in cases() if case.table.startswith("checks.")]


@pytest.mark.parametrize("case", OF_TABLES, ids=str)
def test_table_becomes_what_the_case_expects(case: Case) -> None:
    bench = Bench(case)
    table = bench.project.tables[case.table]
    bench.need(table)
    made = make_table(bench.connection, table)
    broken = [check.check_name for check in made.checks if not check.passed]
    assert broken == list(case.breaks)
    names = [column.name for column in table.columns]
    rows = bench.connection.execute(f"select * from {case.table} where {case.where}").fetchall()
    columns = columns_of(case.table, bench.project)
    expected = [bench.typed(row, columns) for row in case.expect]
    missing, left = compared(expected, [dict(zip(names, row, strict=True)) for row in rows])
    assert not missing and not left, told(missing, left, expected)


@pytest.mark.parametrize("case", OF_CHECKS, ids=str)
def test_check_finds_what_the_case_expects(case: Case) -> None:
    bench = Bench(case)
    (check,) = (one for one in bench.project.cross_checks if f"checks.{one.name}" == case.table)
    bench.need(check)
    assert run_cross_check(bench.connection, check).figure == int(case.expect_broken)


def test_every_table_and_check_has_a_case() -> None:
    texts = {f"{path.parent.name}/{path.stem}" for path in (ROOT / "assets").glob("*/*.sql")}
    told_of = {f"{path.parent.name}/{path.stem}" for path in CASES.glob("*/*.yaml")}
    assert not texts - told_of, f"give these a case in tests/data: {', '.join(sorted(texts - told_of))}"


@pytest.mark.parametrize("check", sorted({case.table for case in OF_CHECKS}))
def test_every_check_is_seen_to_hold_and_to_fail(check: str) -> None:
    found = {int(case.expect_broken) > 0 for case in OF_CHECKS if case.table == check}
    assert found == {True, False}


def compared(
    expected: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The expected rows that are missing, and the rows that nobody expected; only the columns a row names count."""
    missing, left = [], list(rows)
    for row in expected:
        found = next((one for one in left if all(equal(one[name], row[name]) for name in row)), None)
        if found is None:
            missing.append(row)
        else:
            left.remove(found)
    return missing, left


def equal(one: Any, other: Any) -> bool:
    """Equal to the cent and the day; binary fractions to nine digits."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)


def told(missing: list[dict[str, Any]], left: list[dict[str, Any]], expected: list[dict[str, Any]]) -> str:
    """Both sides of a difference, in the columns that were expected."""
    named = list(dict.fromkeys(name for row in expected for name in row))
    lines = [f"missing    {shown(row)}" for row in missing]
    lines += [f"unexpected {shown({name: row[name] for name in named} if named else row)}" for row in left]
    return "\n".join(["the rows differ", *lines])


def shown(row: dict[str, Any]) -> str:
    """A row as the cases write it."""
    return ", ".join(f"{name}: {'null' if value is None else value}" for name, value in row.items())
