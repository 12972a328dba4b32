"""The answers to derived requests as rows of one table: whatever the grain and slice, one row per period and member.

Which requests there are is said by `ga4_periods`, what GA4's refusals mean by `ga4_errors`. Nothing is stored here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from google.analytics.data_v1beta.types import Filter, FilterExpression, FilterExpressionList, RunReportRequest

from pipelines.failures import SourceUnavailable
from pipelines.ga4 import Ga4Source
from pipelines.ga4_forms import METRICS, OBJECT, PeriodReport
from pipelines.ga4_periods import COLLAPSED_PERIOD, TABLE, Question
from pipelines.ga4_replies import (
    UNDATED_PART,
    columns_of,
    is_inexact,
    metadata_of,
    refuse_repeated_keys,
    without_personal_text,
)
from pipelines.ga4_reports import FRACTIONAL, column_name
from pipelines.ga4_requests import ROWS_PER_PAGE, cohort_spec, report_request
from pipelines.loads import Arrival

KEY = ("grain", "slice", "form", "period_start", "member", "split_member")
SCHEMA = pa.schema(
    [
        ("property_id", pa.string()),
        ("grain", pa.string()),
        ("slice", pa.string()),
        ("form", pa.string()),
        ("period_start", pa.date32()),
        ("member", pa.string()),
        ("split_member", pa.string()),
        *((column_name(one), pa.float64() if FRACTIONAL.search(one) else pa.int64()) for one in METRICS),
        ("part", pa.string()),
    ]
)
RANGE_FIELD, COHORT_FIELD = "dateRange", "cohort"


@dataclass(frozen=True)
class _Fields:
    """The fields of an answer: those of the report, and the range of a row where more than one was asked for."""

    object: str
    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]


def read_periods(source: Ga4Source, asked: Sequence[Question]) -> Arrival:
    """All rows of the questions as one arrival; each period of each report is a part.

    Raises:
        KpiError: as `Ga4Source.read`.
    """
    tables, answers = [], []
    for question, table, reply in _answered(source, asked):
        tables.append(table)
        parts = [report.part(period) for report, period in question.asked]
        answers.append({"parts": parts, "asked": question.report.asked, **metadata_of(reply)})
    rows = pa.concat_tables(tables) if tables else SCHEMA.empty_table()
    days = [day for question in asked for span in question.ranges for day in span]
    return Arrival(
        object=OBJECT,
        table=TABLE,
        key=KEY,
        rows=rows.combine_chunks(),
        parts_read=frozenset(part for answer in answers for part in answer["parts"]),
        keep_unchanged=True,
        gate=COLLAPSED_PERIOD,
        window=(min(days), max(days)) if days else None,
        rows_read=rows.num_rows,
        flags={"requests": answers},
    )


def said_together(arrival: Arrival) -> dict[str, Any]:
    """What the answers of an arrival say of themselves, in few words: each of them is kept apart from the load."""
    answers = arrival.flags["requests"]
    return {
        "time_zone": answers[-1]["time_zone"],
        "currency_code": answers[-1]["currency_code"],
        "requests": len(answers),
        "is_sampled": any(one["sampling"] for one in answers),
        "subject_to_thresholding": any(one["subject_to_thresholding"] for one in answers),
        "data_loss_from_other_row": any(one["data_loss_from_other_row"] for one in answers),
    }


def whole_night() -> Arrival:
    """The mark of a night whose derived requests were all answered: until then its periods are known."""
    rows = pa.table({"night": pa.array(["whole"]), "part": pa.array(["night"])})
    return Arrival("ga4.period_night", "raw.ga4_period_night", ("night",), rows, keep_unchanged=True)


def no_periods() -> Arrival:
    """No row, as the table that all derived requests are stored in."""
    return Arrival(OBJECT, TABLE, KEY, SCHEMA.empty_table())


def _request(source: Ga4Source, question: Question, offset: int = 0) -> RunReportRequest:
    report = question.report
    # GA4 reference §4: cohorts and date ranges exclude each other
    ranges = () if report.followed_steps else question.ranges
    request = report_request(
        source.property_name, report.dimensions, report.metrics, ranges, _chosen(report), offset=offset
    )
    if report.followed_steps:
        request.cohort_spec = cohort_spec(question.ranges, report.followed_steps)
    return request


def _chosen(report: PeriodReport) -> FilterExpression | None:
    """Which rows count: those of the listed events, on the listed pages."""
    filters = []
    if report.events:
        filters.append(Filter(field_name="eventName", in_list_filter=Filter.InListFilter(values=report.events)))
    if report.channel:
        of_channel = Filter.StringFilter(value=report.channel)
        filters.append(Filter(field_name="sessionDefaultChannelGroup", string_filter=of_channel))
    if report.pages:
        globs = "|".join(re.escape(glob).replace(r"\*", ".*") for glob in report.pages)
        is_one = Filter.StringFilter(match_type=Filter.StringFilter.MatchType.FULL_REGEXP, value=f"(?:{globs})")
        filters.append(Filter(field_name=report.page_field, string_filter=is_one))
    chosen = [FilterExpression(filter=one) for one in filters]
    if len(chosen) < 2:
        return chosen[0] if chosen else None
    return FilterExpression(and_group=FilterExpressionList(expressions=chosen))


def _answered(source: Ga4Source, asked: Sequence[Question]) -> Iterator[tuple[Question, pa.Table, Any]]:
    """Every question with its rows and what the answer says of itself; an inexact or long one is asked in pieces."""
    replies = source.batch([_request(source, question) for question in asked], OBJECT)
    for question, reply in zip(asked, replies, strict=True):
        pieces = [Question((pair,)) for pair in question.asked]
        # GA4 reference §5: sampling and merged rows go away with shorter ranges; pages need an order, which ranges lack
        is_long = reply.row_count > ROWS_PER_PAGE
        if len(pieces) > 1 and (is_long or (question.is_by_day and is_inexact(reply, ROWS_PER_PAGE))):
            yield from _answered(source, pieces)
        else:
            yield question, _all_rows(source, question, reply), reply


def _all_rows(source: Ga4Source, question: Question, reply: Any) -> pa.Table:
    """The rows of an answer and of the pages that follow it, as many as GA4 says there are."""
    fields = _fields_of(question)
    pages = [columns_of(reply, fields)]
    received, row_count = pages[0].num_rows, reply.row_count
    while received < row_count and pages[-1].num_rows == ROWS_PER_PAGE:
        (following,) = source.batch([_request(source, question, offset=received)], OBJECT)
        pages.append(columns_of(following, fields))
        received += pages[-1].num_rows
    if received != row_count:
        why = f"{received} of {row_count} rows of {question.name} came"
        raise SourceUnavailable(OBJECT, why, "run again; nothing of this request was stored")
    answered = pa.concat_tables(pages).combine_chunks()
    refuse_repeated_keys(answered, fields)
    return _rows(source.property_id, question, without_personal_text(answered, fields))


def _fields_of(question: Question) -> _Fields:
    is_ranged = len(question.ranges) > 1 and not question.report.followed_steps
    ranges = (RANGE_FIELD,) if is_ranged else ()
    return _Fields(OBJECT, (*question.report.dimensions, *ranges), question.report.metrics)


def _rows(property_id: str, question: Question, answered: pa.Table) -> pa.Table:
    report = question.report
    places, starts = _places(question, answered)
    nothing = pa.repeat(pa.scalar(""), answered.num_rows)
    columns = {
        "property_id": pa.repeat(pa.scalar(property_id), answered.num_rows),
        "grain": pa.array([one.grain for one, _ in question.asked]).take(places),
        "slice": pa.repeat(pa.scalar(report.slice), answered.num_rows),
        "form": pa.repeat(pa.scalar(report.form), answered.num_rows),
        "period_start": starts,
        "member": answered[column_name(report.slice_dimension)] if report.slice_dimension else nothing,
        "split_member": answered[column_name(report.split)] if report.split else nothing,
        "part": pc.binary_join_element_wise(
            pa.array([one.name for one, _ in question.asked]).take(places),
            pc.fill_null(starts.cast(pa.string()), UNDATED_PART),
            "/",
        ),
    }
    for metric in METRICS:
        name = column_name(metric)
        is_asked = metric in report.metrics
        columns[name] = answered[name] if is_asked else pa.nulls(answered.num_rows, SCHEMA.field(name).type)
    return pa.table([columns[field.name] for field in SCHEMA], schema=SCHEMA)


def _places(question: Question, answered: pa.Table) -> tuple[pa.Array, pa.Array]:
    """For every row which of the asked periods it is of, and its first day; NULL where GA4 merged rows of any day."""
    starts = pa.array([period.first_day for _, period in question.asked], pa.date32())
    only_one = pa.array([0] * answered.num_rows, pa.int32())
    if question.is_by_day:
        # GA4 reference §5: `(other)` can stand where a date is expected
        days = pc.strptime(answered["date"].combine_chunks(), format="%Y%m%d", unit="s", error_is_null=True)
        # what is of no date in the answer for one day is of that day
        return only_one, pc.fill_null(days.cast(pa.date32()), starts[0]) if len(starts) == 1 else days.cast(pa.date32())
    if len(question.ranges) == 1:
        return only_one, starts.take(only_one)
    # GA4 reference §4: ranges and cohorts without a name are numbered
    field, name = (COHORT_FIELD, "cohort") if question.report.followed_steps else (RANGE_FIELD, "date_range")
    names = pa.array([f"{name}_{place}" for place in range(len(question.ranges))])
    places = pc.index_in(answered[column_name(field)].combine_chunks(), value_set=names)
    return places, starts.take(places)
