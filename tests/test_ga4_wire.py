"""The columns read from the bytes of rows are those that reading value by value gives, or none are."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pytest
from google.analytics.data_v1beta.types import Row, RunReportResponse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.failures import DataFailed
from pipelines.ga4_replies import columns_of
from pipelines.ga4_reports import Report
from pipelines.ga4_wire import UnknownShapeError, texts_of

INTEGER, FLOAT = 1, 2
# lengths around those where protobuf needs another byte for a length, of the text or of what holds it
EDGES = [0, 1, 12, 13, 125, 126, 127, 128, 129, 16_000, 16_379, 16_380, 16_383, 16_384]
UNSET = None

texts = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["", "\0", "(other)", "\n\x12\x22", "/söka?q=😀", *["x" * length for length in EDGES]]),
)
whole_numbers = st.integers(-(2**63), 2**63 - 1).map(str)
numbers = st.one_of(
    whole_numbers,
    st.sampled_from(["0", "-0", "007", "1.5", "1e3", "", "(other)", "9223372036854775808", " 1", "NaN", UNSET]),
)
counts = st.integers(0, 4)


def reply_of(rows: list[tuple[list[str | None], list[str | None]]], dimensions: int, kinds: list[int]) -> Any:
    """A raw answer of these rows: the values of the dimensions and those of the metrics, None where one is unset."""
    reply = RunReportResponse.pb()()
    for place in range(dimensions):
        reply.dimension_headers.add(name=f"dimension{place}")
    for place, kind in enumerate(kinds):
        reply.metric_headers.add(name=f"metric{place}", type_=kind)
    for dimension_values, metric_values in rows:
        row = reply.rows.add()
        for value in dimension_values:
            row.dimension_values.add(value=value)
        for value in metric_values:
            row.metric_values.add(value=value)
    return reply


def report_of(reply: Any) -> Report:
    dimensions, metrics = (
        tuple(header.name for header in headers) for headers in (reply.dimension_headers, reply.metric_headers)
    )
    return Report("any", dimensions, metrics)


def read_one_by_one(reply: Any) -> list[list[str]]:
    """The columns of an answer as text, each value fetched by itself."""
    rows = [[value.value for value in (*row.dimension_values, *row.metric_values)] for row in reply.rows]
    return [list(column) for column in zip(*rows, strict=True)]


def table_or_error(reply: Any) -> str:
    """Names, types and values of the table as text, in which NaN is NaN, or what was refused."""
    try:
        table = columns_of(reply, report_of(reply))
    except DataFailed as error:
        return str(error)
    return f"{table.schema}\n{table.to_pydict()}"


@st.composite
def answers(draw: st.DrawFn, values: st.SearchStrategy[str | None]) -> Any:
    dimensions, kinds = draw(counts), draw(st.lists(st.sampled_from([INTEGER, FLOAT]), max_size=4))
    row = st.tuples(
        st.lists(texts, min_size=dimensions, max_size=dimensions),
        st.lists(values, min_size=len(kinds), max_size=len(kinds)),
    )
    return reply_of(draw(st.lists(row, max_size=12)), dimensions, kinds)


@settings(max_examples=150, deadline=None)
@given(answers(texts))
@example(reply_of([(["a"], []), (["b"], [])], 1, []))
@example(reply_of([([], ["1"])], 0, [INTEGER]))
@example(reply_of([([UNSET], [UNSET])], 1, [INTEGER]))
@example(reply_of([([], [])], 0, []))
def test_every_text_is_the_one_that_was_sent(reply: Any) -> None:
    dimensions, metrics = len(reply.dimension_headers), len(reply.metric_headers)
    if not reply.rows:
        with pytest.raises(UnknownShapeError):
            texts_of(reply.rows, dimensions, metrics)
        return

    found = texts_of(reply.rows, dimensions, metrics)

    for column in found:
        column.validate(full=True)
        assert column.type == pa.string()
    assert [column.to_pylist() for column in found] == read_one_by_one(reply)


@settings(max_examples=150, deadline=None)
@given(st.one_of(answers(whole_numbers), answers(numbers)))
@example(reply_of([([], ["NaN", "7"]), ([], ["-0", "-0"])], 0, [FLOAT, INTEGER]))
def test_table_and_refusal_are_those_of_the_flat_pass(reply: Any) -> None:
    with patch("pipelines.ga4_replies.texts_of", side_effect=UnknownShapeError):
        expected = table_or_error(reply)

    assert table_or_error(reply) == expected


uneven = st.lists(st.tuples(st.lists(texts, max_size=3), st.lists(texts, max_size=3)), min_size=1, max_size=5)


@settings(max_examples=150, deadline=None)
@given(uneven, counts, counts)
@example([([], ["1"]), (["a", "b"], ["1"])], 1, 1)
@example([([], ["1"]), ([], ["1", "2", "3"])], 0, 2)
def test_rows_with_other_values_than_the_header_are_never_misread(
    rows: list[tuple[list[str | None], list[str | None]]], dimensions: int, metrics: int
) -> None:
    reply = reply_of(rows, dimensions, [FLOAT] * metrics)
    if all((len(left), len(right)) == (dimensions, metrics) for left, right in rows):
        assert len(texts_of(reply.rows, dimensions, metrics)) == dimensions + metrics
        return

    with pytest.raises(UnknownShapeError):
        texts_of(reply.rows, dimensions, metrics)
    with pytest.raises(DataFailed, match="a row has another number of"):
        columns_of(reply, report_of(reply))


@pytest.mark.parametrize(
    "added",
    [b"\x1a\x01z", b"\x0a\x05\x0a\x01b\x20\x01", b"\x0a\x03\x1a\x01z"],
    ids=["in the row", "after the text", "instead of the text"],
)
def test_a_field_that_is_new_in_the_api_leaves_the_values_readable(added: bytes) -> None:
    reply = reply_of([(["a"], [])], 1, [])
    row = Row.pb(Row()).FromString(added if added.startswith(b"\x0a") else b"\x0a\x03\x0a\x01b" + added)
    reply.rows.append(row)

    with pytest.raises(UnknownShapeError):
        texts_of(reply.rows, 1, 0)
    assert columns_of(reply, report_of(reply))["dimension0"].to_pylist() == ["a", row.dimension_values[0].value]


def test_more_bytes_than_arrow_has_offsets_for_are_left_to_the_flat_pass() -> None:
    reply = reply_of([(["a" * 50], []), (["b" * 50], [])], 1, [])
    with patch("pipelines.ga4_wire.MOST_BYTES", 100):
        with pytest.raises(UnknownShapeError):
            texts_of(reply.rows, 1, 0)
        assert columns_of(reply, report_of(reply))["dimension0"].to_pylist() == ["a" * 50, "b" * 50]
