"""From GA4's answers to typed columns: one flat pass over the raw messages, parts by date, nothing personal left in.

Also what an answer says about itself, and the refusal of answers that hide money. Fetching belongs to `ga4`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain
from operator import attrgetter
from typing import Any

import pyarrow as pa
from google.analytics.data_v1beta.types import MetricType, RestrictedMetricType

from pipelines.failures import DataFailed
from pipelines.ga4_lookback import Window
from pipelines.ga4_reports import Report, column_name
from pipelines.privacy import masked, without_query

# Where the time of a row is no date, as in the row GA4 makes of everything that did not fit.
UNDATED_PART = "(other)"
PAGE_FIELDS = re.compile(r"^(landingPage|pagePath|fullPageUrl|pageReferrer|pageLocation|unifiedPagePath)")
CHANGED_API = "run again; when it stays, the API has changed and this program has to follow"


def columns_of(reply: Any, report: Report) -> pa.Table:
    """The rows of a raw `RunReportResponse`: dimensions as text, integer metrics as int64, all others as float64.

    Raises:
        DataFailed: the answer has other fields than were asked for, or a value that its type cannot hold.
    """
    headers = [header.name for header in chain(reply.dimension_headers, reply.metric_headers)]
    asked = [*report.dimensions, *report.metrics]
    if headers != asked:
        why = f"asked for {', '.join(asked)}, answered {', '.join(headers) or 'nothing'}"
        raise DataFailed(report.object, why, CHANGED_API)
    value = attrgetter("value")
    dimensions = list(map(value, chain.from_iterable(map(attrgetter("dimension_values"), reply.rows))))
    metrics = list(map(value, chain.from_iterable(map(attrgetter("metric_values"), reply.rows))))
    dimension_count, metric_count = len(reply.dimension_headers), len(reply.metric_headers)
    columns = {
        column_name(header.name): pa.array(dimensions[position::dimension_count], pa.string())
        for position, header in enumerate(reply.dimension_headers)
    }
    for position, header in enumerate(reply.metric_headers):
        kind = pa.int64() if header.type_ == MetricType.TYPE_INTEGER else pa.float64()
        try:
            column = pa.array(metrics[position::metric_count], pa.string()).cast(kind)
        except pa.ArrowInvalid as error:
            raise DataFailed(f"{report.object} {header.name}", f"a value is no number ({error})", CHANGED_API) from None
        columns[column_name(header.name)] = column
    return pa.table(columns)


def refuse_repeated_keys(rows: pa.Table, report: Report) -> None:
    """All dimensions together identify a row; pages that overlap or skip show here.

    Raises:
        DataFailed: a row came twice.
    """
    distinct = rows.group_by(list(report.key)).aggregate([]).num_rows
    if distinct != rows.num_rows:
        why = f"{rows.num_rows - distinct} of {rows.num_rows} rows came twice"
        raise DataFailed(report.object, why, "run again; when it stays, read fewer days at a time")


def with_parts(rows: pa.Table, report: Report, window: Window) -> pa.Table:
    """The rows with a `part` column: ISO day or month; a time that is no date goes to the part `(other)`.

    Raises:
        DataFailed: a row lies outside the days that were asked for.
    """
    times = rows[column_name(report.part_dimension)].combine_chunks().dictionary_encode()
    names = [_part(text, report, window) for text in times.dictionary.to_pylist()]
    parts = pa.DictionaryArray.from_arrays(times.indices, pa.array(names, pa.string())).cast(pa.string())
    return rows.append_column("part", parts)


def without_personal_text(rows: pa.Table, report: Report) -> pa.Table:
    """The rows with addresses masked in every dimension, and page addresses without their query string."""
    for field in report.dimensions:
        name = column_name(field)
        column = masked(rows[name])
        if PAGE_FIELDS.match(field):
            column = without_query(column)
        rows = rows.set_column(rows.column_names.index(name), name, column)
    return rows


def parts_between(report: Report, window: Window) -> frozenset[str]:
    """Every part of a window, whether rows came for it or not."""
    first, last = window
    days = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
    return frozenset(_name(day, report) for day in days)


def metadata_of(reply: Any) -> dict[str, Any]:
    """What the answer says about itself, as plain values."""
    said, quota = reply.metadata, reply.property_quota
    return {
        "currency_code": said.currency_code,
        "time_zone": said.time_zone,
        "data_loss_from_other_row": said.data_loss_from_other_row,
        "subject_to_thresholding": said.subject_to_thresholding,
        "sampling": [[one.samples_read_count, one.sampling_space_size] for one in said.sampling_metadatas],
        "restrictions": _restrictions(reply),
        "empty_reason": said.empty_reason,
        "truncation": [one.data_truncation_message for one in said.data_truncation_reasons],
        "quota_remaining": {field.name: status.remaining for field, status in quota.ListFields()},
    }


def refuse_hidden_money(reply: Any, report: Report) -> None:
    """A role that may not see costs or revenue gets zeros without an error, which must not pass for a fact.

    Raises:
        DataFailed: GA4 hides a metric of the report.
    """
    hidden = _restrictions(reply)
    if hidden:
        why = ", ".join(f"{metric} is hidden ({', '.join(kinds)})" for metric, kinds in sorted(hidden.items()))
        remedy = "take the data restrictions off the service account's role, under Admin in GA4"
        raise DataFailed(report.object, f"{why}, so GA4 sends zeros", remedy)


def refuse_other_currency(reply: Any, report: Report, currency_code: str) -> None:
    """Money in another currency than was asked for would be added to the wrong sums.

    Raises:
        DataFailed: the answer names another currency.
    """
    answered = reply.metadata.currency_code
    if answered and answered != currency_code:
        raise DataFailed(report.object, f"asked for {currency_code}, answered in {answered}", CHANGED_API)


def _restrictions(reply: Any) -> dict[str, list[str]]:
    return {
        one.metric_name: [RestrictedMetricType(kind).name for kind in one.restricted_metric_types]
        for one in reply.metadata.schema_restriction_response.active_metric_restrictions
    }


def _part(text: str, report: Report, window: Window) -> str:
    day = _day(text, report)
    if day is None:
        return UNDATED_PART
    first, last = window
    if not first <= day <= last:
        why = f"a row of {text} came, although {first} to {last} was asked for"
        raise DataFailed(report.object, why, CHANGED_API)
    return _name(day, report)


def _day(text: str, report: Report) -> date | None:
    """The first day that a time stands for, None when it is no date."""
    whole = f"{text}01" if report.is_monthly else text
    if not re.fullmatch(r"[0-9]{8}", whole):
        return None
    try:
        return datetime.strptime(whole, "%Y%m%d").date()  # noqa: DTZ007 - a day of the property, not a moment
    except ValueError:
        return None


def _name(day: date, report: Report) -> str:
    return f"{day:%Y-%m}" if report.is_monthly else day.isoformat()


def concatenated(tables: Sequence[pa.Table], report: Report) -> pa.Table:
    """The tables of several requests as one.

    Raises:
        DataFailed: a metric changed its type between two answers.
    """
    try:
        return pa.concat_tables(tables).combine_chunks()
    except pa.ArrowInvalid as error:
        raise DataFailed(report.object, f"two answers have different types ({error})", CHANGED_API) from None
