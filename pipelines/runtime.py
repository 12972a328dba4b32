"""What a run works with: settings, configuration, project and today's business date, put together once.

Opens nothing by itself; the warehouse and the sources are opened by whoever needs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import duckdb

from pipelines.build import Project
from pipelines.configuration import Config
from pipelines.engines.duckdb import Warehouse
from pipelines.failures import WrongUse
from pipelines.inbox import ReadingRules, hash_of_dialects, read_dialects
from pipelines.intake import create_raw_tables
from pipelines.loads import create_meta_tables
from pipelines.privacy import pseudonym
from pipelines.settings import Settings, ga4_property_id, uses_sandbox


@dataclass(frozen=True)
class Runtime:
    """Everything that is decided before a run starts."""

    settings: Settings
    config: Config
    project: Project
    # the business date of the run that is under way in this process, if there is one
    _held_dates: list[date] = field(default_factory=list, init=False, repr=False, compare=False)

    @cached_property
    def is_demo(self) -> bool:
        """Whether the demo company stands in for the sources."""
        return uses_sandbox(self.settings, self.config)

    @cached_property
    def reading_rules(self) -> ReadingRules:
        """What reading a file of the inbox depends on besides the file; raises WrongUse for a wrong dialect."""
        return ReadingRules(
            self.config.company.time_zone,
            self.settings.pepper_bytes,
            self.config.sources.platform_aliases,
            read_dialects(self.config.texts, self.config.place),
            hash_of_dialects(self.config.texts),
        )

    @property
    def business_date(self) -> date:
        """Today: KPI_TODAY, else the demo company's fixed last day, else the date in the company's zone.

        Asked anew each time, because a code server lives for weeks; a run keeps the date on which it began.
        """
        if self._held_dates:
            return self._held_dates[0]
        if self.settings.today:
            return self.settings.today
        if self.is_demo:
            from pipelines.sandbox.demo_company import DEMO

            return DEMO.today
        return datetime.now(ZoneInfo(self.config.company.time_zone)).date()

    @contextmanager
    def business_date_held(self) -> Iterator[date]:
        """One date from the beginning of a run to its end, whatever the clock says; the outermost hold decides."""
        self._held_dates.append(self.business_date)
        try:
            yield self._held_dates[0]
        finally:
            self._held_dates.pop()

    @property
    def property_id(self) -> str:
        """The GA4 property, as digits; the demo company has its own."""
        return ga4_property_id(self.settings, self.config) or "0"

    @property
    def warehouse(self) -> Warehouse:
        """The private database file."""
        return Warehouse(self.settings.data_dir / "warehouse" / "warehouse.duckdb", self.settings.threads)


def prepare_warehouse(connection: duckdb.DuckDBPyConnection, runtime: Runtime) -> None:
    """Brings bookkeeping and raw tables up to date and refuses a warehouse that belongs to something else.

    Raises:
        WrongUse: demo and real data would be mixed, or the HMAC secret is not the one the warehouse was made with.
    """
    create_meta_tables(connection)
    create_raw_tables(connection)
    stored = refuse_other_identity(connection, runtime)
    mine = _identity(runtime)
    for name in mine.keys() - stored.keys():
        connection.execute("insert into meta.identity values (?, ?)", [name, mine[name]])


def refuse_other_identity(connection: duckdb.DuckDBPyConnection, runtime: Runtime) -> dict[str, str]:
    """What the warehouse says it belongs to; only looks.

    Raises:
        WrongUse: demo and real data would be mixed, or the HMAC secret is not the one the warehouse was made with.
    """
    mine = _identity(runtime)
    stored = dict(connection.execute("select name, value from meta.identity").fetchall())
    if stored.get("is_demo", mine["is_demo"]) != mine["is_demo"]:
        holds, wants = ("demo", "real") if stored["is_demo"] == "true" else ("real", "demo")
        raise WrongUse(
            "warehouse", f"it holds {holds} data and this run would add {wants} data", "set KPI_DATA to another folder"
        )
    if stored.get("pepper", mine["pepper"]) != mine["pepper"]:
        raise WrongUse(
            "KPI_PEPPER", "the warehouse was made with another one", "set the old value, or KPI_DATA to another folder"
        )
    return stored


def _identity(runtime: Runtime) -> dict[str, str]:
    return {
        "is_demo": str(runtime.is_demo).lower(),
        "pepper": pseudonym("fingerprint", runtime.settings.pepper_bytes)[:16],
    }
