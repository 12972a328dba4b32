"""The GA4 emulator's answers as raw messages: headers, one page of rows, aggregates, metadata, lists of fields.

What the rows are is computed by `ga4_query`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from google.analytics.data_v1beta.types import (
    CheckCompatibilityResponse,
    Compatibility,
    Metadata,
    MetricAggregation,
    RestrictedMetricType,
    RunReportResponse,
)

from pipelines.sandbox.ga4_checks import CURRENCY, Question
from pipelines.sandbox.ga4_faults import (
    Converted,
    Emptied,
    Faults,
    Hidden,
    Moved,
    Oversized,
    Renamed,
    Repeated,
    RolledUp,
    Sampled,
    Shortened,
    Truncated,
    Withheld,
)
from pipelines.sandbox.ga4_fields import DEMOGRAPHICS, DIMENSIONS, METRICS, incompatibility
from pipelines.sandbox.ga4_query import Table, Values

KIND = "analyticsData#runReport"


def report(question: Question, table: Table, time_zone: str, faults: Faults) -> Any:
    """A raw `RunReportResponse` with the page that was asked for."""
    answer = RunReportResponse.pb()()
    for name in table.dimensions:
        answer.dimension_headers.add(name=name)
    for name in question.metrics:
        answer.metric_headers.add(name=name, type_=METRICS[name].type)
    # GA4 reference §4: the reply tells the number of all rows and repeats neither offset nor limit
    answer.row_count = len(table.rows)
    page = table.rows[question.offset : question.offset + question.limit]
    for shortened in faults.all(Shortened):
        page = page[: -shortened.rows]
    for repeated in faults.all(Repeated):
        answer.row_count += len(page[-repeated.rows :])
        page = [*page, *page[-repeated.rows :]]
    if faults.all(Emptied):
        answer.row_count, page = 0, []
    _write(answer.rows, page, len(table.dimensions))
    _write(answer.totals, table.totals, len(table.dimensions))
    _write_extremes(answer, question, table)
    _write_metadata(answer.metadata, question, time_zone, faults)
    answer.kind = KIND + "".join(" " * one.size_bytes for one in faults.all(Oversized))
    return answer


def metadata(name: str, faults: Faults) -> Any:
    """A raw `Metadata` with every field that the emulator knows, and the names that fields had before."""
    answer = Metadata.pb()(name=name)
    renamed = {one.field: one.name for one in faults.all(Renamed)}
    for one in DIMENSIONS.values():
        _list(answer.dimensions, one.name, renamed)
    for metric in METRICS.values():
        _list(answer.metrics, metric.name, renamed, type_=metric.type)
    return answer


def _list(target: Any, field: str, renamed: Mapping[str, str], **more: int) -> None:
    """Adds a field under the name it has now, if it has one."""
    name = renamed.get(field, field)
    if name:
        target.add(api_name=name, ui_name=name, deprecated_api_names=[field] if name != field else [], **more)


def compatibility(dimensions: Sequence[str], metrics: Sequence[str]) -> Any:
    """A raw `CheckCompatibilityResponse`: which fields can be added to these."""
    answer = CheckCompatibilityResponse.pb()()
    for name in DIMENSIONS:
        fits = incompatibility({*dimensions, name}, metrics) is None
        added = answer.dimension_compatibilities.add(compatibility=_verdict(fits))
        added.dimension_metadata.api_name = name
    for name in METRICS:
        fits = incompatibility(dimensions, [*metrics, name]) is None
        added = answer.metric_compatibilities.add(compatibility=_verdict(fits))
        added.metric_metadata.api_name = name
    return answer


def _verdict(fits: bool) -> int:
    return int(Compatibility.COMPATIBLE if fits else Compatibility.INCOMPATIBLE)


def _write(target: Any, rows: Values, dimension_count: int) -> None:
    for row in rows:
        message = target.add()
        for text in row[:dimension_count]:
            message.dimension_values.add(value=text)
        for text in row[dimension_count:]:
            message.metric_values.add(value=text)


def _write_extremes(answer: Any, question: Question, table: Table) -> None:
    """GA4 reference §4: RESERVED_MIN and RESERVED_MAX rows."""
    wanted = question.request.metric_aggregations
    for kind, target, mark, choose in (
        (MetricAggregation.MINIMUM, answer.minimums, "RESERVED_MIN", min),
        (MetricAggregation.MAXIMUM, answer.maximums, "RESERVED_MAX", max),
    ):
        if kind in wanted and table.rows:
            columns = list(zip(*table.rows, strict=True))[len(table.dimensions) :]
            chosen = [choose(column, key=float) for column in columns]
            _write(target, [(*[mark] * len(table.dimensions), *chosen)], len(table.dimensions))


def _write_metadata(target: Any, question: Question, time_zone: str, faults: Faults) -> None:
    """GA4 reference §5: response metadata."""
    target.currency_code, target.time_zone = CURRENCY, time_zone
    for converted in faults.all(Converted):
        target.currency_code = converted.currency_code
    # the flag is about the table behind the answer, so it stays when a filter removes the row
    target.data_loss_from_other_row = any(one.dimension in question.dimensions for one in faults.all(RolledUp))
    target.subject_to_thresholding = bool(faults.all(Withheld) or DEMOGRAPHICS & {*question.dimensions})
    for moved in faults.all(Moved):
        target.time_zone = moved.time_zone
    days = max((one.last - one.first).days + 1 for one in question.ranges)
    for sampled in faults.all(Sampled):
        if days > sampled.longer_than_days:
            target.sampling_metadatas.add(samples_read_count=sampled.read, sampling_space_size=sampled.out_of)
    for truncated in faults.all(Truncated):
        target.data_truncation_reasons.add(
            data_truncation_type=truncated.kind, data_truncation_message=truncated.message
        )
    for hidden in faults.all(Hidden):
        if hidden.kind and hidden.metric in question.metrics:
            target.schema_restriction_response.active_metric_restrictions.add(
                metric_name=hidden.metric, restricted_metric_types=[int(getattr(RestrictedMetricType, hidden.kind))]
            )
