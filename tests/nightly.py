"""A nightly run without Dagster: the same reading, storing and building, over both emulated APIs and export files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from pipelines.build import Made, Project, build
from pipelines.canonical import query_hash
from pipelines.configuration import Config, config_from_texts, load_config
from pipelines.definitions import load_project
from pipelines.ga4 import Ga4Source, connect
from pipelines.ga4_reports import REPORTS
from pipelines.inbox import ReadingRules, hash_of_dialects, read_dialects
from pipelines.intake import (
    FilesTaken,
    Night,
    create_raw_tables,
    due_questions,
    due_windows,
    take_in,
    take_in_files,
    take_in_periods,
    take_in_report,
)
from pipelines.loads import create_meta_tables, current_cut
from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect as connect_mailchimp
from pipelines.mailchimp_client import disconnect
from pipelines.sandbox.demo_company import TINY, demo_company
from pipelines.sandbox.exports import write_exports
from pipelines.sandbox.ga4_server import Ga4Server, serve_ga4
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, MailchimpServer, serve_mailchimp
from pipelines.sandbox.truth import Truth
from pipelines.tables import Table

CONFIG = Path(__file__).parents[1] / "config"
PEPPER = b"a test pepper"
HASHED_SCHEMAS = ("staging", "facts", "measures", "marts", "reference")
# A load id counts the reads of its own warehouse: it says where a row came from, never what the row says.
NUMBERS_OF_A_WAREHOUSE = frozenset({"load_id"})
# What a table tells of earlier loads depends on the nights that brought them.
HISTORY = "meta.held_part"
MORNINGS = "raw.mailchimp_list_day"
SIZE_OF_AUDIENCES = {"kpi_id": "('email_list_size')", "measure": "('list_size', 'list_net_growth')"}
# Surrogates of persons are drawn at random; raw.person knows whom each stands for, and that is compared instead.
PERSON_COLUMNS = frozenset({"person_key", "survivor_key", "merged_into_person_key", "customer_key"})
PERSON_TEXTS = frozenset({"row_key", "customer_identity", "customer"})


@cache
def tiny_truth() -> Truth:
    return demo_company(TINY)


@cache
def shipped_project() -> Project:
    """The project as shipped, except that it reads no days before those of the tiny company: they hold nothing."""
    texts = dict(load_config(CONFIG).texts)
    assert "start_date: " in texts["sources.yaml"]
    texts["sources.yaml"] = texts["sources.yaml"].replace("start_date: ", f"start_date: {TINY.first_day} ", 1)
    return load_project(config_from_texts(texts))


@cache
def project_without(*sources: str) -> Project:
    """The shipped project with sources switched off in `sources.yaml`."""
    texts = dict(shipped_project().config.texts)
    for source in sources:
        before, block, after = texts["sources.yaml"].partition(f"\n{source}:\n")
        assert block and "enabled: true" in after, source
        texts["sources.yaml"] = before + block + after.replace("enabled: true", "enabled: false", 1)
    return load_project(config_from_texts(texts))


def new_warehouse(path: Path | str = ":memory:", threads: int = 1) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), config={"threads": str(threads)})
    connection.execute("set TimeZone = 'UTC'")
    create_meta_tables(connection)
    create_raw_tables(connection)
    return connection


@dataclass
class Company:
    """The demo company with its servers running; `today` moves their clocks."""

    truth: Truth
    inbox: Path
    today: date
    ga4_server: Ga4Server = field(init=False)
    mailchimp_server: MailchimpServer = field(init=False)
    ga4: Ga4Source = field(init=False)
    mailchimp: MailchimpSource = field(init=False)
    hold_on_failure: bool = True
    deliver: Callable[[Company], object] = lambda company: write_exports(company.truth, company.inbox, company.today)

    def night(
        self,
        connection: duckdb.DuckDBPyConnection,
        today: date,
        project: Project | None = None,
        run_id: str | None = None,
    ) -> list[Made]:
        """Reads everything that is due on the morning of `today`, and builds every table."""
        project = project or shipped_project()
        run_id = run_id or f"run of {today}"
        self.read_on(connection, today, project, run_id)
        return build(connection, project, current_cut(connection), run_id=run_id, business_date=today)

    def read_on(
        self,
        connection: duckdb.DuckDBPyConnection,
        today: date,
        project: Project | None = None,
        run_id: str | None = None,
    ) -> None:
        """Reads what is due on the morning of `today`, and builds nothing."""
        self.today = today
        night = Night(run_id or f"run of {today}", today, self.hold_on_failure)
        self.deliver(self)
        read_sources(connection, self.ga4, self.mailchimp, self.inbox, project or shipped_project(), night)


def read_sources(
    connection: duckdb.DuckDBPyConnection,
    ga4: Ga4Source,
    mailchimp: MailchimpSource,
    inbox: Path,
    project: Project,
    night: Night,
) -> None:
    """What is due of the sources that are switched on, and every new file."""
    config, today = project.config, night.business_date
    if config.sources.ga4.enabled:
        for report in REPORTS:
            windows = due_windows(connection, report, config.sources.ga4, today)
            if windows:
                take_in_report(connection, lambda: ga4, report, windows, night)
        asked = due_questions(connection, project.period_reports, config.sources.ga4, today)
        take_in_periods(connection, lambda: ga4, asked, night)
    if config.sources.mailchimp.enabled:
        take_in(connection, "mailchimp", night, lambda: mailchimp.read(night.business_date))
    read_files(connection, inbox, config, night)


def read_files(connection: duckdb.DuckDBPyConnection, inbox: Path, config: Config, night: Night) -> FilesTaken:
    texts = config.texts
    dialects = (read_dialects(texts), hash_of_dialects(texts))
    rules = ReadingRules(config.company.time_zone, PEPPER, config.sources.platform_aliases, *dialects)
    return take_in_files(connection, inbox, rules, night)


def drop_files(inbox: Path, files: Mapping[str, str]) -> None:
    """Texts by path below the inbox, as a system would deliver them."""
    for name, text in files.items():
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_text(text)


def night_of_files(connection: duckdb.DuckDBPyConnection, inbox: Path, today: date, project: Project) -> list[Made]:
    """The night of a company without APIs: every new file, then every table."""
    run_id = f"run of {today}"
    read_files(connection, inbox, project.config, Night(run_id, today, hold_on_failure=True))
    return build(connection, project, current_cut(connection), run_id=run_id, business_date=today)


@contextmanager
def running_company(inbox: Path, truth: Truth | None = None, today: date | None = None) -> Iterator[Company]:
    truth = truth or tiny_truth()
    company = Company(truth, inbox, today or truth.today)
    with ExitStack() as stack:
        company.ga4_server = stack.enter_context(serve_ga4(truth, lambda: company.today))
        company.mailchimp_server = stack.enter_context(serve_mailchimp(truth, lambda: company.today))
        company.ga4 = stack.enter_context(connect(truth.property_id, company.ga4_server.endpoint))
        client = connect_mailchimp(DEMO_API_KEY, base_url=company.mailchimp_server.base_url, base_delay=0)
        stack.callback(disconnect, client)
        company.mailchimp = MailchimpSource(client)
        yield company


def build_hashes(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], *, same_warehouse: bool = False
) -> dict[str, str]:
    """Canonical hash of every table of a build, by name.

    Between two warehouses load ids are left out and surrogates of persons stand for the hashed id they were drawn for;
    within one warehouse nothing is left out.
    """
    return {
        name: query_hash(connection, _compared_rows(table, same_warehouse), table.key)
        for name, table in tables.items()
        if table.schema in HASHED_SCHEMAS and not {HISTORY, MORNINGS} & set(table.dependencies)
    }


def differing(found: Mapping[str, str], expected: Mapping[str, str]) -> list[str]:
    """Tables that are not the same, or that one side lacks."""
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def _compared_rows(table: Table, same_warehouse: bool) -> str:
    rows = f"select {_compared(table, same_warehouse)} from {table.name} as t"
    return rows if same_warehouse else rows + _but_mornings(table)


def _but_mornings(table: Table) -> str:
    """Leaves out sizes of audiences by day and week: they are known of the mornings that were read, and no other."""
    columns = {column.name for column in table.columns}
    named = [f"t.{name} in {values}" for name, values in SIZE_OF_AUDIENCES.items() if {name, "grain"} <= columns]
    return f" where not (({' or '.join(named)}) and t.grain in ('day', 'week'))" if named else ""


def _compared(table: Table, same_warehouse: bool) -> str:
    names = (column.name for column in table.columns)
    if same_warehouse:
        return ", ".join(f't."{name}"' for name in names)
    return ", ".join(_named_person(name) for name in names if name not in NUMBERS_OF_A_WAREHOUSE)


def _named_person(column: str) -> str:
    """A column with every surrogate replaced by what raw.person knows of it; a surrogate of nobody stays."""
    person = "(select p.source || ' ' || p.source_id_hmac from raw.person as p where p.person_key = {})"
    if column in PERSON_COLUMNS:
        return f'coalesce({person.format(f"t.{column}")}, cast(t.{column} as varchar)) as "{column}"'
    if column in PERSON_TEXTS:
        surrogate = f"try_cast(regexp_extract(t.{column}, '^(lead|shop) ([0-9]+)', 2) as bigint)"
        named = f"regexp_replace(t.{column}, '^(lead|shop) [0-9]+', {person.format(surrogate)})"
        return f'coalesce({named}, t.{column}) as "{column}"'
    return f't."{column}"'
