"""What must hold of the tables: keys and named rules from their headers, and checks between tables.

The key of a table blocks: with a double key nothing that follows can be trusted. A check between tables is one query
that returns the rows that are wrong; its header says how grave that is. One whose rows have the columns `what`, `why`
and `what_to_do` says itself what people read when it blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import duckdb
import sqlglot
from sqlglot import exp

from pipelines.configuration.problems import nearest
from pipelines.failures import WrongUse
from pipelines.tables import HEADER_WORD, Table

Severity = Literal["blocking", "error", "warning"]
SEVERITIES: tuple[Severity, ...] = ("blocking", "error", "warning")
TOLD = ("what", "why", "what_to_do")
KEY_CHECK = "key_is_unique_and_complete"


@dataclass(frozen=True)
class CheckResult:
    """Whether a check holds; `figure` counts the rows that break it, `told` is what, why and what to do about it."""

    table_name: str
    check_name: str
    severity: Severity
    passed: bool
    figure: int
    told: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class CrossCheck:
    """A query that returns what is wrong with `table_name`; no row means it holds."""

    name: str
    table_name: str
    severity: Severity
    description: str
    query: str
    text: str

    @property
    def dependencies(self) -> tuple[str, ...]:
        """The tables that the query reads."""
        return tuple(sorted({f"{table.db}.{table.name}" for table in self._tree.find_all(exp.Table) if table.db}))

    @property
    def tells(self) -> bool:
        """Whether its rows are written for people."""
        query = self._tree.find(exp.Query)
        return query is not None and query.named_selects == list(TOLD)

    @cached_property
    def _tree(self) -> exp.Expr:
        return sqlglot.parse_one(self.query, dialect="duckdb")


def read_cross_check(text: str, name: str) -> CrossCheck:
    """A check from its file: comment lines `table:` and `severity:`, then the query."""
    comments = [line.lstrip("-").strip() for line in text.splitlines() if line.startswith("--")]
    words = {match[1]: match[2] for match in (HEADER_WORD.match(line) for line in comments) if match}
    severity, table_name = words.get("severity", ""), words.get("table", "")
    if severity not in SEVERITIES or not table_name:
        raise WrongUse(
            f"check {name}", "its header lacks `table:` or `severity:`", f"add them ({', '.join(SEVERITIES)})"
        )
    query = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip().rstrip(";")
    description = " ".join(line for line in comments if not HEADER_WORD.match(line))
    known: Severity = next(word for word in SEVERITIES if word == severity)
    return CrossCheck(name, table_name, known, description, query, text)


def check_table(connection: duckdb.DuckDBPyConnection, table: Table) -> Iterable[CheckResult]:
    """The key and the named rules of one table."""
    yield CheckResult(table.name, KEY_CHECK, "blocking", *_outcome(connection, _key_breaks(table)))
    for name, rule in table.checks:
        broken = f"select count(*) from {table.name} where not ({rule})"
        yield CheckResult(table.name, name, "error", *_outcome(connection, broken))


def run_cross_check(connection: duckdb.DuckDBPyConnection, check: CrossCheck) -> CheckResult:
    """One check between tables."""
    passed, figure = _outcome(connection, f"select count(*) from ({check.query}) as broken")
    told = None if passed or not check.tells else _told(connection, check, figure)
    return CheckResult(check.table_name, check.name, check.severity, passed, figure, told)


def _told(connection: duckdb.DuckDBPyConnection, check: CrossCheck, figure: int) -> tuple[str, str, str]:
    """What the first row says, and how many there are besides."""
    what, why, what_to_do = connection.execute(f"{check.query} limit 1").fetchall()[0]
    return (f"{what} and {figure - 1} more" if figure > 1 else what), why, what_to_do


def broken_rows(tables: Mapping[str, Table], cross_checks: Iterable[CrossCheck], table_name: str, name: str) -> str:
    """The query that gives the rows that break a check of a table.

    Raises:
        WrongUse: there is no such check.
    """
    known = {(check.table_name, check.name): check.query for check in cross_checks}
    for table in tables.values():
        key = ", ".join(f'"{column}"' for column in table.key)
        twice = f"select {key} from {table.name} group by {key} having count(*) > 1"
        known[table.name, KEY_CHECK] = f"select * from {table.name} where {_missing(table)} or ({key}) in ({twice})"
        known |= {(table.name, rule): f"select * from {table.name} where not ({holds})" for rule, holds in table.checks}
    if (table_name, name) not in known:
        shown = f"{table_name} {name}"
        raise WrongUse("kpi check", f"there is no check {shown!r}", nearest(shown, [" ".join(pair) for pair in known]))
    return known[table_name, name]


def _key_breaks(table: Table) -> str:
    key = ", ".join(f'"{name}"' for name in table.key)
    return f"""select
      (select coalesce(sum(copies - 1), 0) from (select count(*) as copies from {table.name} group by {key}))
      + (select count(*) from {table.name} where {_missing(table)})"""


def _missing(table: Table) -> str:
    """The condition of a row that lacks what it has to have."""
    required = [column.name for column in table.columns if column.is_required]
    return " or ".join(f'"{name}" is null' for name in required) or "false"


def _outcome(connection: duckdb.DuckDBPyConnection, count_query: str) -> tuple[bool, int]:
    ((figure,),) = connection.execute(count_query).fetchall()
    return figure == 0, int(figure)
