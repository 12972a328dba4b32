"""What may never be summed: counts of distinct people, and money in several currencies. Refused when the project loads.

A column says so itself, by the first word of its comment (`distinct:` or `own currency:`). How measures are added up
belongs to `kpi_rollup`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlglot
from sqlglot import exp

from pipelines.failures import WrongUse
from pipelines.tables import Table

# role of a column -> what it holds, and what to do instead
NEVER_SUMMED = {
    "distinct": ("a count of distinct people", "read the figure that was counted for the period itself"),
    "own currency": ("money in several currencies", "convert every row to euros first, or group by currency"),
}


def refuse_impossible_sums(tables: Mapping[str, Table]) -> None:
    """Raises WrongUse for the first query that sums a column which must not be, of a table that it reads."""
    for name, table in sorted(tables.items()):
        roles = {
            column.name: column.role
            for read in table.dependencies
            if read in tables
            for column in tables[read].columns
            if column.role in NEVER_SUMMED
        }
        for column, role in _summed(table, roles) if roles else ():
            what, remedy = NEVER_SUMMED[role]
            raise WrongUse(name, f"it sums {column!r}, {what}", remedy)


def _summed(table: Table, roles: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The marked columns that the query sums; money may be, within one currency."""
    for total in sqlglot.parse_one(table.query, dialect="duckdb").find_all(exp.Sum):
        for column in total.find_all(exp.Column):
            role = None if _is_only_asked(column, total) else roles.get(column.name)
            if role == "distinct" or (role == "own currency" and not _is_of_one_currency(total)):
                yield column.name, role


def _is_only_asked(column: exp.Column, total: exp.Sum) -> bool:
    """Whether a column stands in the condition of a CASE: what is summed then is something else."""
    conditions = (choice.this for choice in total.find_all(exp.If))
    return any(column is asked for condition in conditions for asked in condition.find_all(exp.Column))


def _is_of_one_currency(total: exp.Sum) -> bool:
    select = total.find_ancestor(exp.Select)
    group = select.args.get("group") if select else None
    return group is not None and any(column.name == "currency" for column in group.find_all(exp.Column))
