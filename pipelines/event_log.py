"""The event log of a command's runs: Dagster's SQLite files, read and written through connections that stay open.

Dagster's own storage makes an engine, opens the file and looks for its tables anew for each event, and a first night
stores some eight thousand: one for each day of each report, planned and made. The files and what is in them stay the
same; the UI and the daemon use them through Dagster's own storage.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import DagsterInstance
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

# The shared index and the run under way are all that a run writes; whoever reads old runs opens them one by one.
KEPT_OPEN = 4
DAGSTERS_OWN = (DagsterSqliteStorage.__module__, DagsterSqliteStorage.__name__)


def instance_of(home: Path) -> DagsterInstance:
    """The instance of a home; its event log is kept open when it is Dagster's own of SQLite, and else left as it is."""
    ref = InstanceRef.from_dir(str(home))
    told = ref.storage_data
    if told is not None and (told.module_name, told.class_name) == DAGSTERS_OWN:
        ref = ref._replace(storage_data=ConfigurableClassData(__name__, SqliteKeptOpen.__name__, told.config_yaml))
    return DagsterInstance.from_ref(ref)


class EventLogKeptOpen(SqliteEventLogStorage):
    """The event log, which keeps the engines of the files that it used last, and which tables they have."""

    def __init__(self, base_dir: str) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._found_tables: set[str] = set()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._engines[shard] = _opened(self.conn_string_for_shard(shard))
        if shard not in self._initialized_dbs:
            self._initdb(self._engines[shard])
            # what made the file was connected before it had its write-ahead log
            self._engines[shard].dispose()
            self._initialized_dbs.add(shard)
        self._engines.move_to_end(shard)
        while len(self._engines) > KEPT_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return self._engines[shard]

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; one that was found is not looked for again."""
        if table_name not in self._found_tables and super().has_table(table_name):
            self._found_tables.add(table_name)
        return table_name in self._found_tables

    def dispose(self) -> None:
        """Closes all files."""
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()


class SqliteKeptOpen(DagsterSqliteStorage):
    """What an instance keeps in SQLite, with this event log in the place of Dagster's."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage: SqliteEventLogStorage = EventLogKeptOpen(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> SqliteKeptOpen:  # fmt: skip
        """How Dagster makes it from the settings of an instance."""
        return cls(config_value["base_dir"], inst_data)


def _opened(address: str) -> Engine:
    engine = create_engine(address, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        # a power cut can cost the last events then, and not the file; without a write-ahead log it could
        if connection.execute("pragma journal_mode").fetchone() == ("wal",):
            connection.execute("pragma synchronous = normal")

    return engine
