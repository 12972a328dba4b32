"""What GA4 said about its own answers, as rows by day or month, so that a doubtful answer lowers the trust in numbers.

How an answer is read belongs to `ga4`; what the doubts do to a number is decided by the tables.
"""

from __future__ import annotations

from datetime import date

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
    ("part", pa.string()),
)


def answer_arrival(report: Report, arrival: Arrival) -> Arrival:
    """One row per day or month that the requests of an arrival covered."""
    rows = [
        {
            "report": report.name,
            "period": period,
            "is_sampled": bool(request["sampling"]),
            "is_thresholded": request["subject_to_thresholding"],
            "has_other_row": request["data_loss_from_other_row"],
            "part": f"{report.name}/{period}",
        }
        for request in arrival.flags["requests"]
        for period in sorted(parts_between(report, _window(request)))
    ]
    return _arrival(rows)


def empty_answers() -> Arrival:
    """No answer, as the table that answers are stored in."""
    return _arrival([])


def _arrival(rows: list[dict[str, object]]) -> Arrival:
    table = pa.Table.from_pylist(rows, pa.schema(COLUMNS))
    return Arrival("ga4.answer", "raw.ga4_answer", ("report", "period"), table)


def _window(request: dict[str, str]) -> tuple[date, date]:
    return date.fromisoformat(request["from"]), date.fromisoformat(request["to"])
