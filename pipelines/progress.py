"""What a run shows while it goes on: one line per asset that was made, on standard error.

A logger that Dagster feeds with its events; it is chosen by whoever runs a job in this process.
"""

from __future__ import annotations

import logging
import sys

import dagster as dg

LOGGER = "kpi.progress"
# What cannot be made follows from what failed, and would be a line per table.
SKIPPED = "Dependencies for step"


@dg.logger(None, description="One plain line per asset that was made and per warning.")
def progress_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """A logger that writes to standard error what people want to follow; Dagster tells of its events at level debug."""
    logger = logging.Logger(LOGGER, logging.DEBUG)
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Selection())
    handler.setFormatter(_Line())
    logger.addHandler(handler)
    return logger


class _Selection(logging.Filter):
    """Warnings, and every asset once: a report of many days is one asset with many events."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: set[dg.AssetKey] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        event = _event(record)
        if event is None:
            return record.levelno >= logging.WARNING and not _message(record).startswith(SKIPPED)
        if not event.is_step_materialization or event.asset_key is None or event.asset_key in self._shown:
            return False
        self._shown.add(event.asset_key)
        return True


def _event(record: logging.LogRecord) -> dg.DagsterEvent | None:
    event = getattr(record, "dagster_event", None)
    return event if isinstance(event, dg.DagsterEvent) else None


def _message(record: logging.LogRecord) -> str:
    """What was logged, without the run and step that Dagster puts before it."""
    return str(getattr(record, "dagster_meta", {}).get("orig_message", record.getMessage()))


class _Line(logging.Formatter):
    """The line of an asset, or the message of a warning."""

    def format(self, record: logging.LogRecord) -> str:
        event = _event(record)
        return (event and line_of(event)) or f"  {record.levelname.lower()}: {_message(record)}"


def line_of(event: dg.DagsterEvent) -> str | None:
    """`marts/kpi_value  12,345 rows` when an asset was made."""
    if not event.is_step_materialization or event.asset_key is None:
        return None
    rows = event.step_materialization_data.materialization.metadata.get("dagster/row_count")
    shown = f"  {rows.value:,} rows" if isinstance(rows, dg.IntMetadataValue) else ""
    return f"  {event.asset_key.to_user_string()}{shown}"
