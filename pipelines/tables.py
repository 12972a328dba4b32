"""A table as one text: header, columns, checks and query, read by sqlglot into plain data.

The header is for people and tools; the query below it is DuckDB SQL and runs exactly as written. Nothing here opens a
database or looks for files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import sqlglot
from sqlglot import exp

from pipelines.failures import WrongUse
from pipelines.portability import refuse_unportable

HEADER_WORD = re.compile(
    r"^(publish|snapshot|source|source of [\w, ]+|left out of \w+|asked of ga4|grains|further slices|measures"
    r"|adds up|kept|nulls|table|severity):\s*(.+)$"
)


ROLES = frozenset({"slice", "measure", "total", "unpriced", "distinct", "own currency", "claim"})


@dataclass(frozen=True)
class Column:
    """One declared column."""

    name: str
    type: str
    is_required: bool
    comment: str

    @property
    def role(self) -> str:
        """What the comment says of the column first: a slice, a measure, what is never summed, or nothing."""
        word, separator, _ = self.comment.partition(":")
        return word if separator and word in ROLES else ""


@dataclass(frozen=True)
class Table:
    """One table: `name` is schema.table, `query` its verbatim text."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    checks: tuple[tuple[str, str], ...]
    words: Mapping[str, str] = field(hash=False)
    query: str = field(repr=False)
    text: str = field(repr=False)
    # the query as it was read; whoever looks at it changes nothing of it
    tree: exp.Query = field(repr=False, compare=False)

    @property
    def schema(self) -> str:
        """The folder the table lives in."""
        return self.name.partition(".")[0]

    @cached_property
    def dependencies(self) -> tuple[str, ...]:
        """The tables that the query reads, by name."""
        named = {f"{table.db}.{table.name}" for table in self.tree.find_all(exp.Table) if table.db}
        return tuple(sorted(named))

    @cached_property
    def version(self) -> str:
        """A hash of what the table computes: layout and comments do not count."""
        meaning = self.tree.sql(dialect="duckdb", comments=False) + repr([(c.name, c.type) for c in self.columns])
        return hashlib.sha256(meaning.encode()).hexdigest()[:16]

    def statement(self, form: str = "table") -> str:
        """The runnable statement: the query with every column cast to its declared type; `form` may be `view`."""
        cast = ",\n  ".join(f'cast("{column.name}" as {column.type}) as "{column.name}"' for column in self.columns)
        return f"create or replace {form} {self.name} as\nselect\n  {cast}\nfrom (\n{self.query}\n)"


@lru_cache(maxsize=512)
def read_table(text: str, origin: str, *, is_kept: bool = False) -> Table:
    """The table a text declares; `origin` (a file name) is named in errors. A text is parsed once in a process.

    One that is kept was judged when it was built, by the rules of its day.
    """
    try:
        tokens = sqlglot.tokenize(text, dialect="duckdb")
        (tree, *_) = sqlglot.Dialect.get_or_raise("duckdb").parser().parse(tokens, text)
    except sqlglot.errors.SqlglotError as error:
        raise WrongUse(origin, str(error).splitlines()[0], "mend the SQL") from error
    if not isinstance(tree, exp.Create) or not isinstance(tree.this, exp.Schema) or tree.expression is None:
        raise WrongUse(origin, "it is no `create table schema.name (columns) as select`", "give the table its header")
    table = Table(
        name=f"{tree.this.this.db}.{tree.this.this.name}",
        description=_description(text),
        columns=tuple(_columns(tree.this)),
        key=_key(tree.this),
        checks=tuple(_checks(tree.this)),
        words=_words(text),
        query=_query(text, tokens, origin),
        text=text,
        tree=tree.expression,
    )
    if not is_kept:
        _refuse_disorder(table, tree, origin)
    return table


def in_order(tables: Mapping[str, Table]) -> list[Table]:
    """The tables so that each comes after those it reads; a cycle is an error."""
    ordered: dict[str, Table] = {}
    under_way: list[str] = []

    def visit(name: str) -> None:
        if name in ordered or name not in tables:
            return
        if name in under_way:
            raise WrongUse(name, f"it reads itself by way of {' -> '.join(under_way)}", "break the cycle")
        under_way.append(name)
        for needed in tables[name].dependencies:
            visit(needed)
        under_way.pop()
        ordered[name] = tables[name]

    for name in sorted(tables):
        visit(name)
    return list(ordered.values())


def _leading_comments(text: str) -> list[str]:
    lines = []
    for line in text.lstrip().splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.lstrip("-").strip())
    return lines


def _description(text: str) -> str:
    return " ".join(line for line in _leading_comments(text) if not HEADER_WORD.match(line))


def _words(text: str) -> dict[str, str]:
    matches = (HEADER_WORD.match(line) for line in _leading_comments(text))
    return {match[1]: match[2].strip() for match in matches if match}


def _columns(header: exp.Schema) -> Iterable[Column]:
    for column in header.find_all(exp.ColumnDef):
        kinds = [constraint.kind for constraint in column.constraints]
        comments = [kind.this.name for kind in kinds if isinstance(kind, exp.CommentColumnConstraint)]
        yield Column(
            name=column.name,
            type=column.args["kind"].sql(dialect="duckdb").lower(),
            is_required=any(isinstance(kind, exp.NotNullColumnConstraint) for kind in kinds),
            comment=comments[0] if comments else "",
        )


def _key(header: exp.Schema) -> tuple[str, ...]:
    keys = header.find(exp.PrimaryKey)
    return tuple(identifier.name for identifier in keys.expressions) if keys else ()


def _checks(header: exp.Schema) -> Iterable[tuple[str, str]]:
    for constraint in header.expressions:
        if isinstance(constraint, exp.Constraint):
            (check,) = constraint.expressions
            yield constraint.name, check.this.sql(dialect="duckdb")


def _query(text: str, tokens: Iterable[sqlglot.Token], origin: str) -> str:
    """The text behind the `as` that follows the header's closing parenthesis."""
    depth, seen_header = 0, False
    for token in tokens:
        if token.token_type == sqlglot.TokenType.L_PAREN:
            depth, seen_header = depth + 1, True
        elif token.token_type == sqlglot.TokenType.R_PAREN:
            depth -= 1
        elif token.token_type == sqlglot.TokenType.ALIAS and seen_header and depth == 0:
            return text[token.end + 1 :].strip().rstrip(";")
    raise WrongUse(origin, "the header is not followed by `as`", "write `) as select ...`")


def _refuse_disorder(table: Table, tree: exp.Create, origin: str) -> None:
    declared = [column.name for column in table.columns]
    selected = [projection.alias_or_name for projection in tree.expression.selects]
    if "*" not in selected and declared != selected:
        missing = sorted(set(declared) ^ set(selected)) or ["another order"]
        raise WrongUse(origin, f"declared and selected columns differ ({', '.join(missing)})", "make them equal")
    undescribed = [column.name for column in table.columns if not column.comment]
    if undescribed or not table.description:
        raise WrongUse(origin, f"no description of {', '.join(undescribed) or 'the table'}", "say what it holds")
    if not table.key:
        raise WrongUse(origin, "it has no primary key", "name the columns that identify a row")
    unknown = set(table.key) - set(declared)
    if unknown:
        raise WrongUse(origin, f"key column {', '.join(sorted(unknown))} is not declared", "declare it")
    refuse_unportable(tree.expression, origin, reads_raw=table.schema == "staging")
