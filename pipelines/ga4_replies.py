"""From GA4's answers to typed columns: values by their headers, parts by date, nothing personal left in.

Also what an answer says about itself, and the refusal of answers that hide money. Fetching belongs to `ga4`, reading
the bytes of the rows to `ga4_wire`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from operator import attrgetter
from typing import Any, Protocol

import pyarrow as pa
from google.analytics.data_v1beta.types import MetricType, RestrictedMetricType

from pipelines.failures import DataFailed
from pipelines.ga4_lookback import Window
from pipelines.ga4_reports import Report, column_name
from pipelines.ga4_wire import UnknownShapeError, texts_of
from pipelines.privacy import masked, without_query

# Where the time of a row is no date, as in the row GA4 makes of everything that did not fit.
UNDATED_PART = "(other)"
PAGE_FIELDS = re.compile(r"^(landingPage|pagePath|fullPageUrl|pageReferrer|pageLocation|unifiedPagePath)")
CHANGED_API = "run again; when it stays, the API has changed and this program has to follow"


class Fields(Protocol):
    """What was asked for: a report, or the fields of a derived request."""

    @property
    def object(self) -> str:
        """The name that loads and errors go by."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions, in the order of the answer."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics, in the order of the answer."""


def columns_of(reply: Any, report: Fields) -> pa.Table:
    """The rows of a raw `RunReportResponse`: dimensions as text, integer metrics as int64, all others as float64.

    Raises:
        DataFailed: the answer has other fields than were asked for, also in a single row, or a value that its type
            cannot hold.
    """
    headers = [header.name for header in chain(reply.dimension_headers, reply.metric_headers)]
    asked = [*report.dimensions, *report.metrics]
    if headers != asked:
        why = f"asked for {', '.join(asked)}, answered {', '.join(headers) or 'nothing'}"
        raise DataFailed(report.object, why, CHANGED_API)
    dimension_headers, metric_headers = reply.dimension_headers, reply.metric_headers
    texts = _texts(reply, report)
    columns = {column_name(header.name): texts[place] for place, header in enumerate(dimension_headers)}
    for place, header in enumerate(metric_headers, len(dimension_headers)):
        kind = pa.int64() if header.type_ == MetricType.TYPE_INTEGER else pa.float64()
        try:
            columns[column_name(header.name)] = texts[place].cast(kind)
        except pa.ArrowInvalid as error:
            raise DataFailed(f"{report.object} {header.name}", f"a value is no number ({error})", CHANGED_API) from None
    return pa.table(columns)


def _texts(reply: Any, report: Fields) -> list[pa.Array]:
    """The values of an answer as text, one array per dimension, then one per metric."""
    dimension_count, metric_count = len(reply.dimension_headers), len(reply.metric_headers)
    try:
        return texts_of(reply.rows, dimension_count, metric_count)
    except UnknownShapeError:
        dimensions = _flat_pass(reply.rows, "dimension_values", dimension_count, report)
        return [*dimensions, *_flat_pass(reply.rows, "metric_values", metric_count, report)]


def _flat_pass(rows: Any, field: str, count: int, report: Fields) -> list[pa.Array]:
    """One list of all values, of which every `count`-th is of the same column (GA4 reference §11)."""
    values_of = attrgetter(field)
    if any(len(values) != count for values in map(values_of, rows)):
        why = f"a row has another number of {field.replace('_', ' ')} than the {count} of the header"
        raise DataFailed(report.object, why, CHANGED_API)
    values = list(map(attrgetter("value"), chain.from_iterable(map(values_of, rows))))
    return [pa.array(values[place::count], pa.string()) for place in range(count)]


def refuse_repeated_keys(rows: pa.Table, report: Fields) -> None:
    """All dimensions together identify a row; pages that overlap or skip show here.

    Raises:
        DataFailed: a row came twice.
    """
    distinct = rows.group_by([column_name(field) for field in report.dimensions]).aggregate([]).num_rows
    if distinct < rows.num_rows:
        why = f"{rows.num_rows - distinct} of {rows.num_rows} rows came twice"
        raise DataFailed(report.object, why, "run again; when it stays, read fewer days at a time")


def with_parts(rows: pa.Table, report: Report, window: Window) -> pa.Table:
    """The rows with a `part` column: the ISO day, or `(other)` where the time is no date and the window has more days.

    Raises:
        DataFailed: a row lies outside the days that were asked for.
    """
    times = rows[column_name(report.part_dimension)].combine_chunks().dictionary_encode()
    names = [_part(text, report, window) for text in times.dictionary.to_pylist()]
    parts = pa.DictionaryArray.from_arrays(times.indices, pa.array(names, pa.string())).cast(pa.string())
    return rows.append_column("part", parts)


def without_personal_text(rows: pa.Table, report: Fields) -> pa.Table:
    """The rows with personal text masked in every dimension, and page addresses without their query string."""
    for field in report.dimensions:
        name = column_name(field)
        column = masked(rows[name])
        if PAGE_FIELDS.match(field):
            column = without_query(column)
        rows = rows.set_column(rows.column_names.index(name), name, column)
    return rows


def parts_between(window: Window) -> frozenset[str]:
    """Every part of a window, whether rows came for it or not."""
    first, last = window
    return frozenset(date.fromordinal(number).isoformat() for number in range(first.toordinal(), last.toordinal() + 1))


def is_inexact(reply: Any, rows_per_page: int) -> bool:
    """Whether the same days in smaller portions may give a truer answer.

    GA4 reference §5: a sample or rare rows merged into `(other)`; §10, complaint 7: long ranges hide rows.
    """
    said = reply.metadata
    return bool(said.sampling_metadatas) or said.data_loss_from_other_row or reply.row_count > rows_per_page


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
        "truncation": [_truncation(one) for one in said.data_truncation_reasons],
        "quota_remaining": {field.name: status.remaining for field, status in quota.ListFields()},
    }


def flags_of(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the answers of one load say together, the last one of zone and currency, and each of them."""
    return {
        "currency_code": answers[-1]["currency_code"],
        "time_zone": answers[-1]["time_zone"],
        "data_loss_from_other_row": any(one["data_loss_from_other_row"] for one in answers),
        "subject_to_thresholding": any(one["subject_to_thresholding"] for one in answers),
        "is_sampled": any(one["sampling"] for one in answers),
        "is_truncated": any(one["truncation"] for one in answers),
        "requests": list(answers),
    }


def refuse_hidden_money(reply: Any, what: str) -> None:
    """A role that may not see costs or revenue gets zeros without an error, which must not pass for a fact.

    Raises:
        DataFailed: GA4 hides a metric that was asked for; `what` names the request.
    """
    hidden = _restrictions(reply)
    if hidden:
        why = ", ".join(f"{metric} is hidden ({', '.join(kinds)})" for metric, kinds in sorted(hidden.items()))
        remedy = "take the data restrictions off the service account's role, under Admin in GA4"
        raise DataFailed(what, f"{why}, so GA4 sends zeros", remedy)


def refuse_other_currency(reply: Any, what: str, currency_code: str) -> None:
    """Money in another currency than was asked for would be added to the wrong sums.

    Raises:
        DataFailed: the answer names another currency.
    """
    answered = reply.metadata.currency_code
    if answered and answered != currency_code:
        raise DataFailed(what, f"asked for {currency_code}, answered in {answered}", CHANGED_API)


def _restrictions(reply: Any) -> dict[str, list[str]]:
    return {
        one.metric_name: [RestrictedMetricType(kind).name for kind in one.restricted_metric_types]
        for one in reply.metadata.schema_restriction_response.active_metric_restrictions
    }


def _truncation(reason: Any) -> str:
    """GA4 reference §5: data cut by retention, by limits of an ad platform, or by dates of attribution."""
    kind = reason.DESCRIPTOR.fields_by_name["data_truncation_type"].enum_type.values_by_number
    name = kind[reason.data_truncation_type].name if reason.data_truncation_type in kind else "unknown"
    return f"{name.removeprefix('DATA_TRUNCATION_TYPE_').lower()}: {reason.data_truncation_message}".rstrip(": ")


def _part(text: str, report: Report, window: Window) -> str:
    day = _day(text)
    first, last = window
    if day is None:
        # GA4 reference §5: `(other)` can stand for a date; of one day's rows it is known which day they are of
        return first.isoformat() if first == last else UNDATED_PART
    if not first <= day <= last:
        why = f"a row of {text} came, although {first} to {last} was asked for"
        raise DataFailed(report.object, why, CHANGED_API)
    return day.isoformat()


def _day(text: str) -> date | None:
    """The day that a time stands for, None when it is no date."""
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day of the property, not a moment
    except ValueError:
        return None


def concatenated(tables: Sequence[pa.Table], report: Report) -> pa.Table:
    """The tables of several requests as one.

    Raises:
        DataFailed: a metric changed its type between two answers.
    """
    try:
        return pa.concat_tables(tables).combine_chunks()
    except pa.ArrowInvalid as error:
        raise DataFailed(report.object, f"two answers have different types ({error})", CHANGED_API) from None
