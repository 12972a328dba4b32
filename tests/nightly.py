"""A nightly run without Dagster: the same reading, storing and building, over both emulated APIs and export files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from pipelines.build import Made, Project, build
from pipelines.configuration import Config, load_config
from pipelines.definitions import load_project
from pipelines.ga4 import Ga4Source, connect
from pipelines.ga4_reports import REPORTS
from pipelines.inbox import ReadingRules
from pipelines.intake import Night, create_raw_tables, due_window, take_in, take_in_files, take_in_report
from pipelines.loads import create_meta_tables, current_cut
from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect as connect_mailchimp
from pipelines.mailchimp_client import disconnect
from pipelines.sandbox.demo_company import TINY, demo_company
from pipelines.sandbox.exports import write_exports
from pipelines.sandbox.ga4_server import Ga4Server, serve_ga4
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, MailchimpServer, serve_mailchimp
from pipelines.sandbox.truth import Truth

CONFIG = Path(__file__).parents[1] / "config"
PEPPER = b"a test pepper"


@cache
def tiny_truth() -> Truth:
    return demo_company(TINY)


@cache
def shipped_project() -> Project:
    return load_project(load_config(CONFIG))


def new_warehouse(path: Path | str = ":memory:", threads: int = 2) -> duckdb.DuckDBPyConnection:
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
    deliver: Callable[[Company], object] = lambda company: write_exports(company.truth, company.inbox, company.today)

    def night(
        self,
        connection: duckdb.DuckDBPyConnection,
        today: date,
        project: Project | None = None,
        run_id: str | None = None,
    ) -> list[Made]:
        """Reads everything that is due on the morning of `today`, and builds every table."""
        self.today = today
        project = project or shipped_project()
        self.read(connection, project.config, run_id or f"run of {today}")
        return build(connection, project, current_cut(connection), run_id=f"run of {today}", business_date=today)

    def read(self, connection: duckdb.DuckDBPyConnection, config: Config, run_id: str) -> None:
        night = Night(run_id, self.today, hold_on_failure=True)
        for report in REPORTS:
            window = due_window(connection, report, config.sources.ga4, self.today)
            if window:
                take_in_report(connection, self.ga4, report, window, night)
        take_in(connection, "mailchimp", night, lambda: self.mailchimp.read(self.today))
        self.deliver(self)
        take_in_files(connection, self.inbox, ReadingRules(config.company.time_zone, PEPPER), night)


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
