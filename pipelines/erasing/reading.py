"""Which columns of raw tables any table text reads: those that have to stay, or a sum or a replay would change.

Read too much, never too little: every name in a text counts as a column of every raw table that the text reads, and
what may stand for all columns counts as all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb
import sqlglot
from sqlglot import exp

from pipelines.build import Project
from pipelines.failures import DataFailed
from pipelines.stored_texts import kept_queries

RAW = "raw"


@dataclass(frozen=True)
class Read:
    """By raw table the columns that are read; `whole` are tables of which all of them may be."""

    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()

    def unread(self, table: str, columns: Iterable[str]) -> list[str]:
        """Those of the columns of a raw table that nothing reads."""
        read = self.columns.get(table, frozenset())
        return [] if table in self.whole else [name for name in columns if name.lower() not in read]


def read_by_any(connection: duckdb.DuckDBPyConnection, project: Project) -> Read:
    """What any text reads that was ever built with, and those of the project as it is now."""
    present = {name: table.text for name, table in project.tables.items()}
    present |= {f"check {check.name}": check.text for check in project.cross_checks}
    return columns_read(kept_queries(connection) | present)


def columns_read(texts: Mapping[str, str]) -> Read:
    """What texts of tables and checks read of raw tables; what each is called is named in errors.

    Raises:
        DataFailed: a text is no SQL, so that nobody knows what it reads.
    """
    columns: dict[str, frozenset[str]] = {}
    whole: frozenset[str] = frozenset()
    for name, text in texts.items():
        # most texts read no raw table, and parsing is what takes long
        if RAW not in text.lower():
            continue
        tree = _parsed(name, text)
        called = _raw_tables(tree)
        tables = frozenset[str]().union(*called.values())
        names = frozenset(one.name.lower() for one in tree.find_all(exp.Identifier))
        columns |= {table: columns.get(table, frozenset()) | names for table in tables}
        whole = whole.union(*(called[one] if one else tables for one in _whole_rows(tree, called)))
    return Read(columns, whole)


def _parsed(name: str, text: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(text, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        why = f"it cannot be read ({str(error).splitlines()[0]}), so what it reads is not known"
        raise DataFailed(f"the text of {name}", why, "put the warehouse back with `kpi restore`") from error


def _raw_tables(tree: exp.Expr) -> dict[str, frozenset[str]]:
    """The raw tables of a text by what they are called there; one word may mean several, in several places."""
    called: dict[str, frozenset[str]] = {}
    for table in tree.find_all(exp.Table):
        if table.db.lower() == RAW:
            word = table.alias_or_name.lower()
            called[word] = called.get(word, frozenset()) | {f"{RAW}.{table.name.lower()}"}
    return called


def _whole_rows(tree: exp.Expr, called: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """What raw tables of which whole rows are read are called in a text; nothing stands for all of them."""
    for star in tree.find_all(exp.Star):
        qualifier = star.parent.table.lower() if isinstance(star.parent, exp.Column) else ""
        is_count = isinstance(star.parent, exp.Count)
        # what else has a name lists its columns itself
        if not is_count and (not qualifier or qualifier in called):
            yield qualifier
    if tree.find(exp.Columns, exp.Pivot) or any(join.method.upper() == "NATURAL" for join in tree.find_all(exp.Join)):
        yield ""
    yield from (one.name.lower() for one in tree.find_all(exp.Column) if not one.table and one.name.lower() in called)
