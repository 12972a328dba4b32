"""Worked cases: what a few given rows become, read from YAML and made with the project's own texts.

A case names the rows it is about. What it does not give is made as a build makes it, each table by its own text: from
the given rows, the shipped configuration, and raw tables that are empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from pipelines.build import Project, macros
from pipelines.checks import CrossCheck
from pipelines.configuration import config_from_texts, load_config
from pipelines.definitions import load_project
from pipelines.intake import create_raw_tables
from pipelines.loads.schema import META_TABLES

CASES = Path(__file__).parents[1] / "data"
ROOT = CASES.parents[1]

Row = Mapping[str, str | None]
# column -> (type, may not be empty)
Columns = dict[str, tuple[str, bool]]

# What a required column holds when a case does not mention it, because its story has nothing to do with it.
UNMENTIONED = {
    "load_id": "1",
    "channel": "(unknown)",
    "device": "(unknown)",
    "segment": "(unknown)",
    **dict.fromkeys(("campaign", "ad", "offer", "region", "origin"), "(unknown)"),
    "created_day": "2024-01-01",
    "currency": "EUR",
    "level": "campaign",
    "allocation": "none",
    "deal_type": "new",
    "is_enabled": "true",
    "definition_version": "1",
}
NOTHING = {"text": "", "boolean": "false", "bigint": "0", "int": "0"}
RAW_UNMENTIONED = {"load_id": "1", "is_new_key": "true", "part": "all"}


@dataclass(frozen=True)
class Case:
    """One story. `expect` are the rows of the table; of a check, `expect_broken` is the number of rows it finds.

    `breaks` names the rules of the table that its rows break, `where` the rows that are compared, `settings` the
    entries of company.yaml that differ from the shipped ones.
    """

    table: str
    case: str
    given: Mapping[str, list[Row]]
    expect: list[Row] = field(default_factory=list)
    expect_broken: str = "0"
    breaks: tuple[str, ...] = ()
    where: str = "true"
    today: str = "2030-01-01"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.table}: {self.case}"


class Texts(yaml.SafeLoader):
    """YAML whose cells stay the texts they are written as, so that the columns decide what they mean."""


Texts.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag.endswith((":null", ":merge"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cases() -> Iterator[Case]:
    """Every case of every file; the place of the file says which table it is about."""
    for path in sorted(CASES.glob("*/*.yaml")):
        table = f"{path.parent.name}.{path.stem}"
        for entry in yaml.load(path.read_text(encoding="utf-8"), Texts):  # noqa: S506 - it constructs texts only
            yield Case(table, **{"given": {}, **entry})


@cache
def project(settings: str = "{}") -> Project:
    """The project with the shipped configuration; `settings` are entries of company.yaml that differ, as JSON."""
    texts = dict(load_config(ROOT / "config").texts)
    differing = {name: _plain(said) for name, said in json.loads(settings).items()}
    texts["company.yaml"] = yaml.safe_dump({**yaml.safe_load(texts["company.yaml"]), **differing})
    return load_project(config_from_texts(texts))


@cache
def read_for(settings: str, name: str) -> frozenset[str]:
    """What a table is made of, directly or by way of others, and itself."""
    tables = project(settings).tables
    reads = tables[name].dependencies if name in tables else ()
    return frozenset({name}).union(*(read_for(settings, read) for read in reads))


def _plain(said: Any) -> Any:
    """A text as the number, truth value or text that YAML reads in it."""
    return yaml.safe_load(said) if isinstance(said, str) else said


# Tables that no given row can change, by settings, day (where it matters) and name: hundreds of cases need the same.
UNCHANGED: dict[tuple[str, str, str], pa.Table] = {}


class Bench:
    """A database in which one case is made."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.settings = json.dumps(case.settings, sort_keys=True)
        self.project = project(self.settings)
        self.connection = duckdb.connect(config={"threads": "1"})
        self.connection.execute("set TimeZone = 'UTC'")
        for schema in ("raw", "meta", "reference", "staging", "facts", "measures", "marts"):
            self.connection.execute(f"create schema if not exists {schema}")
        self.connection.execute(macros(self.project.config))
        self._made: set[str] = set()
        for name in ("meta.build", "meta.check_result", "meta.current_part"):
            self.make(name)
        for name in case.given:
            self.make(name)

    def need(self, asked: CrossCheck | Any) -> None:
        """Makes everything that a table or check reads."""
        for name in asked.dependencies:
            self.make(name)

    def make(self, name: str) -> None:
        """A table as given; else by its own text, or empty when it has none."""
        if name in self._made:
            return
        self._made.add(name)
        tables = self.project.tables
        if name in self.case.given or name not in tables:
            self._create(name)
            return
        reads = read_for(self.settings, name)
        if not self.case.given.keys().isdisjoint(reads):
            self._make_by_its_text(name)
            return
        place = (self.settings, self.case.today if "meta.business_date" in reads else "", name)
        if place not in UNCHANGED:
            self._make_by_its_text(name)
            UNCHANGED[place] = self.connection.sql(f"from {name}").to_arrow_table()
            return
        self.connection.register("unchanged", UNCHANGED[place])
        self.connection.execute(f"create table {name} as from unchanged")
        self.connection.unregister("unchanged")

    def _make_by_its_text(self, name: str) -> None:
        self.need(self.project.tables[name])
        self.connection.execute(self.project.tables[name].statement())

    def typed(self, row: Row, columns: Columns) -> dict[str, Any]:
        """The texts of an expected row as values of their columns."""
        return {name: self._value(text, columns[name][0]) for name, text in row.items()}

    def _create(self, name: str) -> None:
        columns = columns_of(name, self.project)
        declared = ", ".join(f'"{column}" {kind}' for column, (kind, _) in columns.items())
        self.connection.execute(f"create table {name} ({declared})")
        rows = self.case.given.get(name, [])
        if name == "meta.business_date":
            rows = rows or [{"business_date": self.case.today}]
        for number, row in enumerate(rows, 1):
            self._insert(name, number, row, columns)
        if name.startswith("raw.") and "meta.current_part" not in self.case.given:
            # the newest load of each part counts, as the cut of a build has it
            self.connection.execute(
                f"""insert into meta.current_part (object, part, load_id)
                select ?, part, max(load_id) from {name} group by part""",
                [object_of(name)],
            )

    def _insert(self, name: str, number: int, row: Row, columns: Columns) -> None:
        unknown = set(row) - set(columns)
        assert not unknown, f"{name} has no column {', '.join(sorted(unknown))}"
        filled = {
            column: str(number) if column == "row_key" else unmentioned(name, column, columns) for column in columns
        }
        filled |= row
        untold = [column for column in filled if columns[column][1] and filled[column] is None and column not in row]
        assert not untold, f"a row of {name} needs {', '.join(untold)}"
        casts = ", ".join(f"cast(? as {columns[column][0]})" for column in filled)
        listed = ", ".join(f'"{column}"' for column in filled)
        self.connection.execute(f"insert into {name} ({listed}) values ({casts})", list(filled.values()))

    def _value(self, text: str | None, kind: str) -> Any:
        if text is not None and kind == "double":
            above, _, below = text.partition("/")
            return float(above) / float(below or 1)
        ((value,),) = self.connection.execute(f"select cast(? as {kind})", [text]).fetchall()
        return value


def unmentioned(name: str, column: str, columns: Columns) -> str | None:
    """What a column holds of which a row says nothing."""
    kind, is_required = columns[column]
    if name.startswith("raw."):
        return RAW_UNMENTIONED.get(column)
    if not is_required:
        return None
    return UNMENTIONED.get(column, "0" if kind.startswith("decimal") else NOTHING.get(kind))


def columns_of(name: str, of: Project) -> Columns:
    """The declared columns of a table: of its header, of the bookkeeping, or of what is read into it."""
    if name in of.tables:
        return {column.name: (column.type, column.is_required) for column in of.tables[name].columns}
    if name in META_TABLES:
        return {column: (kind, False) for column, kind, _ in META_TABLES[name][1]}
    return raw_columns()[name]


def object_of(raw_table: str) -> str:
    """The name under which the loads of a raw table are kept."""
    name = raw_table.removeprefix("raw.")
    source, _, report = name.partition("_")
    return f"{source}.{report}" if source in {"ga4", "mailchimp"} else name


@cache
def raw_columns() -> dict[str, Columns]:
    """The columns of the raw tables, as the sources hand them over."""
    connection = duckdb.connect()
    create_raw_tables(connection)
    described = connection.execute(
        """select 'raw.' || table_name, column_name, lower(data_type) from information_schema.columns
        where table_schema = 'raw' order by table_name, ordinal_position"""
    ).fetchall()
    connection.close()
    found: dict[str, Columns] = {}
    for table, column, kind in described:
        found.setdefault(table, {})[column] = (kind, False)
    return found
