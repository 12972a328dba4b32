"""The private warehouse file: one process at a time, under a lock that names who holds it.

Opens, runs and closes; knows no table. No extension is ever fetched, the session's zone is UTC, and a closed warehouse
leaves no write-ahead log behind.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.failures import SourceUnavailable, WrongUse

LOCK_WAIT_SECONDS = 60.0
MEMORY_LIMIT = "70%"
POLL_SECONDS = 0.1
# The name under which the warehouse is attached to a scratch database.
KEPT = "kept"
# How DuckDB names the process that has the file open.
OPEN_ELSEWHERE = re.compile(r"Conflicting lock is held in (?P<program>.*?) ?\(PID (?P<pid>\d+)\)")


@contextmanager
def all_or_nothing(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One transaction: whatever ends it early, a signal included, leaves nothing of it."""
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


@dataclass(frozen=True)
class Warehouse:
    """Where the warehouse lies and how much of the machine it may use."""

    path: Path
    threads: int | None = None

    @contextmanager
    def held(self, *, purpose: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
        """The warehouse's folder and lock, for work on the file itself: nobody has it open meanwhile."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self.path.with_suffix(".lock"), purpose, wait_seconds):
            yield

    @contextmanager
    def opened(self, *, purpose: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse for reading and writing; created, private to its owner, when it is missing."""
        with self.held(purpose=purpose, wait_seconds=wait_seconds):
            connection = _connect(self.path, self.threads, wait_seconds)
            self.path.chmod(0o600)
            try:
                yield connection
                connection.execute("checkpoint")
            finally:
                connection.close()

    @contextmanager
    def opened_for_reading(
        self, *, purpose: str, wait_seconds: float = LOCK_WAIT_SECONDS
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse as it is; refused when there is none yet."""
        self.refuse_absent()
        with self.opened(purpose=purpose, wait_seconds=wait_seconds) as connection:
            yield connection

    @contextmanager
    def looked_into(self, *, purpose: str, wait_seconds: float = 0.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse for a short look that changes nothing, not even the file; refused when there is none yet."""
        self.refuse_absent()
        with self.held(purpose=purpose, wait_seconds=wait_seconds):
            connection = _connect(self.path, self.threads, wait_seconds, read_only=True)
            try:
                yield connection
            finally:
                connection.close()

    @contextmanager
    def beside_scratch(self, *, purpose: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """An empty database, to which the warehouse is attached for reading as `kept`; it is removed at the end."""
        self.refuse_absent()
        with self.held(purpose=purpose), TemporaryDirectory(dir=self.path.parent, prefix="scratch-") as folder:
            connection = _connect(Path(folder) / "scratch.duckdb", self.threads, 0)
            try:
                with attached(connection, self.path, KEPT, "read_only"):
                    yield connection
            finally:
                connection.close()

    def refuse_absent(self) -> None:
        """Raises WrongUse when nothing was ever made here."""
        if not self.path.exists():
            raise WrongUse("warehouse", f"there is none at {self.path}", "make it with `kpi nightly`")


def _connect(
    path: Path, threads: int | None, wait_seconds: float, *, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """The open file; a program that does not know our lock may have it open, and is waited for like a run of ours."""
    spill = path.parent / "spill"
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(spill),
        "preserve_insertion_order": "true",
    }
    if threads:
        config["threads"] = str(threads)
    give_up_at = time.monotonic() + wait_seconds
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=read_only, config=config)
            break
        except duckdb.Error as error:
            holder = OPEN_ELSEWHERE.search(str(error))
            if holder is None:
                why = f"cannot be opened ({str(error).splitlines()[0]})"
                raise WrongUse(f"warehouse {path.name}", why, "restore it with `kpi restore`") from error
            if time.monotonic() >= give_up_at:
                why = f"process {holder['pid']} ({holder['program'] or 'unknown'}) has it open"
                raise SourceUnavailable(f"warehouse {path.name}", why, "close it there, then try again") from error
        time.sleep(POLL_SECONDS)
    connection.execute("set TimeZone = 'UTC'")
    return connection


@contextmanager
def scratch_beside(connection: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[str]:
    """Meanwhile statements go to an empty database; yields the name under which the open one is read."""
    ((name,),) = connection.execute("select current_database()").fetchall()
    with (
        TemporaryDirectory(dir=folder, prefix="scratch-") as place,
        attached(connection, Path(place) / "scratch.duckdb", "scratch"),
    ):
        connection.execute("use scratch")
        try:
            yield str(name)
        finally:
            connection.execute(f'use "{name}"')


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, path: Path, alias: str, options: str = "") -> Iterator[None]:
    """Another database file beside the open one; closed, and without a write-ahead log, at the end."""
    connection.execute(f"attach {quoted(str(path))} as {alias} {options and f'({options})'}")
    try:
        yield
    finally:
        connection.execute(f"detach {alias}")


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk; never for a database that is open here."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, purpose: str, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
    """An exclusive lock that the operating system drops when its holder dies."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(handle, path, wait_seconds)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()} {purpose}\n".encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def lock_holder(path: Path) -> str | None:
    """Process and purpose of whoever holds a lock now; None when nobody does."""
    if not path.exists():
        return None
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return path.read_text().strip() or "unknown"
    else:
        return None
    finally:
        os.close(handle)


def _wait_for(handle: int, path: Path, wait_seconds: float) -> None:
    give_up_at = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                pid, _, purpose = path.read_text().strip().partition(" ")
                raise SourceUnavailable(
                    path.stem,
                    f"process {pid or 'unknown'} holds it for {purpose or 'a run'}",
                    "try again when it ends",
                ) from None
            time.sleep(POLL_SECONDS)
