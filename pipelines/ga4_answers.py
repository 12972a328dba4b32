"""What GA4 said about its own answers, as rows by period, so that a doubtful answer lowers the trust in numbers.

How an answer is read belongs to `ga4`; what the doubts do to a number is decided by the tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from pipelines.ga4_replies import parts_between
from pipelines.ga4_reports import Report
from pipelines.loads import Arrival

COLUMNS = (
    ("report", pa.string()),
    ("period", pa.string()),
    ("is_sampled", pa.bool_()),
    ("is_thresholded", pa.bool_()),
    ("has_other_row", pa.bool_()),
    ("is_truncated", pa.bool_()),
    ("asked", pa.string()),
    ("part", pa.string()),
)


def answer_arrival(report: Report, arrival: Arrival) -> Arrival:
    """One row per day that the requests of a daily report covered."""
    return _arrival(
        _row(report.name, day, request)
        for request in arrival.flags["requests"]
        for day in sorted(parts_between(_window(request)))
    )


def period_answers(arrival: Arrival) -> Arrival:
    """One row per period of each derived report that the requests covered."""
    return _arrival(
        _row(part.rpartition("/")[0], part.rpartition("/")[2], request)
        for request in arrival.flags["requests"]
        for part in request["parts"]
    )


def empty_answers() -> Arrival:
    """No answer, as the table that answers are stored in."""
    return _arrival([])


def _row(report: str, period: str, request: dict[str, Any]) -> dict[str, object]:
    return {
        "report": report,
        "period": period,
        "is_sampled": bool(request["sampling"]),
        "is_thresholded": request["subject_to_thresholding"],
        "has_other_row": request["data_loss_from_other_row"],
        "is_truncated": bool(request["truncation"]),
        "asked": request.get("asked"),
        "part": f"{report}/{period}",
    }


def _arrival(rows: Iterable[dict[str, object]]) -> Arrival:
    table = pa.Table.from_pylist(list(rows), pa.schema(COLUMNS))
    return Arrival("ga4.answer", "raw.ga4_answer", ("report", "period"), table)


def _window(request: dict[str, str]) -> tuple[date, date]:
    return date.fromisoformat(request["from"]), date.fromisoformat(request["to"])
