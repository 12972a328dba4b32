"""The pages of an answer as an arrival: whole, each row once, in parts, without personal text. Answers put together.

What a page becomes belongs to `ga4_replies`, asking for it to `ga4`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from pipelines.failures import SourceUnavailable
from pipelines.ga4_lookback import Window
from pipelines.ga4_replies import (
    UNDATED_PART,
    concatenated,
    flags_of,
    metadata_of,
    parts_between,
    refuse_repeated_keys,
    with_parts,
    without_personal_text,
)
from pipelines.ga4_reports import Report
from pipelines.loads import Arrival


def arrival_of(
    report: Report, property_id: str, window: Window, pages: Sequence[pa.Table], reply: Any
) -> Arrival | None:
    """What a window of days holds now; `reply` is the raw message of the last page.

    None when rows of the answer belong to no day, although fewer days at a time would tell which.

    Raises:
        SourceUnavailable: rows are missing. DataFailed: the rows cannot be true.
    """
    rows = concatenated(pages, report)
    # GA4 reference §10, complaint 1: what GA4 says there is must have come
    if rows.num_rows != reply.row_count:
        raise incomplete(report, f"{rows.num_rows} of {reply.row_count} rows came")
    refuse_repeated_keys(rows, report)
    rows = without_personal_text(with_parts(rows, report, window), report)
    if window[0] < window[1] and UNDATED_PART in rows["part"].unique().to_pylist():
        return None
    said = {"from": str(window[0]), "to": str(window[1]), "rows": rows.num_rows, **metadata_of(reply)}
    return Arrival(
        object=report.object,
        table=report.table,
        key=report.key,
        rows=rows.add_column(0, "property_id", pa.array([property_id] * rows.num_rows, pa.string())),
        parts_read=parts_between(window),
        keep_unchanged=True,
        gate=report.gate,
        window=window,
        rows_read=rows.num_rows,
        flags=flags_of([said]),
    )


def put_together(report: Report, arrivals: Sequence[Arrival]) -> Arrival:
    """Arrivals of successive days as one.

    Raises:
        DataFailed: a metric changed its type between them.
    """
    windows = [arrival.window for arrival in arrivals if arrival.window]
    return replace(
        arrivals[0],
        rows=concatenated([arrival.rows for arrival in arrivals], report),
        parts_read=frozenset[str]().union(*(arrival.parts_read for arrival in arrivals)),
        window=(windows[0][0], windows[-1][1]),
        rows_read=sum(arrival.rows_read for arrival in arrivals),
        flags=flags_of([request for arrival in arrivals for request in arrival.flags["requests"]]),
    )


def incomplete(report: Report, why: str) -> SourceUnavailable:
    """The failure of an answer that is not whole."""
    return SourceUnavailable(report.object, why, "run again; nothing of these days was stored")
