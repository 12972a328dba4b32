r"""The canonical form of rows and its sha256: what "identical" means for tables, snapshots and replays.

One row is one line: rows by key, columns in declared order, cells set apart by a tab, lines ended by a newline. NULL is
``\N``; a backslash, tab or newline inside a text is escaped, so that no two tables share a form. Decimals keep their
scale, doubles have 17 significant digits, moments with a zone are in UTC. Nothing here knows a table by name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import duckdb

from pipelines.failures import WrongUse

LINES_AT_ONCE = 20_000
SIZE_OF_TYPE = re.compile(r"\(\d+(, ?\d+)?\)$")
TEXT = frozenset({"VARCHAR", "JSON"})
FLOATING = frozenset({"DOUBLE", "FLOAT"})
WITH_ZONE = "TIMESTAMP WITH TIME ZONE"
PLAIN = frozenset(
    {
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
        *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
        *("DECIMAL", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "UUID"),
    }
)


def table_hash(
    connection: duckdb.DuckDBPyConnection, table_name: str, columns: Sequence[str], key: Sequence[str]
) -> str:
    """Sha256 of the canonical form of these columns of a table."""
    listed = ", ".join(f'"{column}"' for column in columns)
    return query_hash(connection, f"select {listed} from {table_name}", key)


def query_hash(
    connection: duckdb.DuckDBPyConnection, query: str, key: Sequence[str], parameters: Sequence[object] = ()
) -> str:
    """Sha256 of the canonical form of what a query yields, its columns in the order the query names them.

    Rows that share a key, or have none, go by their whole line: threads and insertion order never show.

    Raises:
        WrongUse: a column has a type without a canonical form, such as a list.
    """
    yielded = connection.execute(f"select * from ({query}) limit 0", parameters).description or []
    # one call of many arguments: a chain of || over wide tables takes long to plan
    line = f"concat({', chr(9), '.join(_cell(column[0], str(column[1])) for column in yielded)}, chr(10))"
    order = [f'"{column}" nulls first' for column in key] + ["canonical_line"]
    lines = connection.execute(
        f"""select canonical_line from (select *, {line} as canonical_line from ({query}))
        order by {", ".join(order)}""",
        parameters,
    )
    digest = hashlib.sha256()
    while batch := lines.fetchmany(LINES_AT_ONCE):
        digest.update("".join(row[0] for row in batch).encode())
    return digest.hexdigest()


def _cell(column: str, kind: str) -> str:
    """The expression that writes one cell."""
    name, family = f'"{column}"', SIZE_OF_TYPE.sub("", kind)
    if family in TEXT:
        text = rf"replace(replace(replace({name}, '\', '\\'), chr(9), '\t'), chr(10), '\n')"
    elif family in FLOATING:
        # SQL calls -0 and 0 equal, and the sign of a NaN depends on the processor.
        text = f"""case when isnan({name}) then 'nan' when {name} = 0 then '0'
            else format('{{:.17g}}', cast({name} as double)) end"""
    elif family == WITH_ZONE:
        text = f"cast(timezone('UTC', {name}) as varchar)"
    elif family in PLAIN:
        text = f"cast({name} as varchar)"
    else:
        raise WrongUse(f"column {column}", f"{kind} has no canonical form", "cast it to text, a number or a date")
    return rf"coalesce({text}, '\N')"
