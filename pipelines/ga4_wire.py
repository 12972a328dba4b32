"""The values of GA4's rows read column by column from their bytes, without a Python object per value.

GA4 reference §11: all rows of an answer have the same shape, so that numpy walks all of them at once, one cursor per
row. What is not of that shape is for the flat pass in `ga4_replies`, which knows what the values mean.
"""

from __future__ import annotations

from operator import methodcaller
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

# What stands before a value in protobuf's wire format, (field number << 3) | 2 for a field that has a length:
# Row.dimension_values = 1 with DimensionValue.value = 1, Row.metric_values = 2 with MetricValue.value = 4
DIMENSION_TAG, DIMENSION_TEXT_TAG = 0x0A, 0x0A
METRIC_TAG, METRIC_TEXT_TAG = 0x12, 0x22
# seven bits of a length each, so that a length has at most 28 bits
LONGEST_LENGTH_BYTES = 4
# the value around a text has two bytes more, and 127 is the most that one byte tells
LONGEST_SHORT_TEXT = 125
# a cursor at the end of the last row may still look at a tag and two lengths
MARGIN = bytes(2 + 2 * LONGEST_LENGTH_BYTES)
# Arrow's text has offsets of 32 bits
MOST_BYTES = 2**31 - 1

# one whole number per row: where a cursor stands in the bytes, or how many bytes something has
PerRow = NDArray[np.int64]
Bytes = NDArray[np.uint8]


class UnknownShapeError(ValueError):
    """The rows are not built as expected; the flat pass may still read them."""


def texts_of(rows: Any, dimension_count: int, metric_count: int) -> list[pa.Array]:
    """The values of the raw rows of an answer as text, one array per dimension, then one per metric; unset is empty.

    Raises:
        UnknownShapeError: a row has other fields, there is no row, or too much came at once.
    """
    messages = list(map(methodcaller("SerializeToString"), rows))
    row_ends = np.cumsum(np.fromiter(map(len, messages), np.int64, len(messages)))
    if not messages or row_ends[-1] > MOST_BYTES - len(MARGIN):
        raise UnknownShapeError
    wire = b"".join([*messages, MARGIN])
    read = np.frombuffer(wire, np.uint8)
    cursors = np.concatenate([[0], row_ends[:-1]])
    texts = []
    tags = [(DIMENSION_TAG, DIMENSION_TEXT_TAG)] * dimension_count + [(METRIC_TAG, METRIC_TEXT_TAG)] * metric_count
    for value_tag, text_tag in tags:
        starts, cursors = _next_texts(read, cursors, value_tag, text_tag)
        texts.append(_text_between(wire, starts, cursors))
    if not np.array_equal(cursors, row_ends):
        raise UnknownShapeError
    return texts


def _next_texts(read: Bytes, cursors: PerRow, value_tag: int, text_tag: int) -> tuple[PerRow, PerRow]:
    """Where the text of the value at each cursor starts and ends; an unset value starts where it ends."""
    heads = _four_bytes(read)[cursors].astype(np.int64)
    lengths = heads >> 24
    # tag, length, tag, length, the first in the lowest byte: a text so short that each length takes one byte
    short_heads = value_tag | (lengths + 2) << 8 | text_tag << 16 | lengths << 24
    starts = cursors + 4
    ends = starts + lengths
    others = np.flatnonzero((heads != short_heads) | (lengths > LONGEST_SHORT_TEXT))
    if len(others):
        starts[others], ends[others] = _other_texts(read, cursors[others], value_tag, text_tag)
    return starts, ends


def _four_bytes(read: Bytes) -> NDArray[np.uint32]:
    """The four bytes from every place on, each as one number."""
    return np.ndarray(len(read) - 3, "<u4", read.data, strides=(1,))


def _other_texts(read: Bytes, cursors: PerRow, value_tag: int, text_tag: int) -> tuple[PerRow, PerRow]:
    """As above, for values of any length, and for those that are not set."""
    _expect(read, cursors, value_tag)
    lengths, inner = _lengths(read, cursors + 1)
    ends = inner + lengths
    is_set = lengths > 0
    starts = ends.copy()
    starts[is_set] = _starts(read, inner[is_set], ends[is_set], text_tag)
    return starts, ends


def _starts(read: Bytes, inner: PerRow, ends: PerRow, text_tag: int) -> PerRow:
    """Where the texts start inside values that hold nothing else."""
    _expect(read, inner, text_tag)
    lengths, starts = _lengths(read, inner + 1)
    if not np.array_equal(starts + lengths, ends):
        raise UnknownShapeError
    return starts


def _expect(read: Bytes, cursors: PerRow, tag: int) -> None:
    if not (read[cursors] == tag).all():
        raise UnknownShapeError


def _lengths(read: Bytes, cursors: PerRow) -> tuple[PerRow, PerRow]:
    """The lengths at the cursors and where they end: seven bits a byte, the eighth says that another one follows."""
    first = read[cursors]
    lengths, after = (first & 0x7F).astype(np.int64), cursors + 1
    unfinished = np.flatnonzero(first & 0x80)
    for place in range(1, LONGEST_LENGTH_BYTES):
        if not len(unfinished):
            break
        following = read[after[unfinished]]
        lengths[unfinished] |= (following & 0x7F).astype(np.int64) << (7 * place)
        after[unfinished] += 1
        unfinished = unfinished[following & 0x80 != 0]
    if len(unfinished):
        raise UnknownShapeError
    return lengths, after


def _text_between(wire: bytes, starts: PerRow, ends: PerRow) -> pa.Array:
    """The bytes between the offsets as text: every other piece of the bytes cut at all of the offsets."""
    offsets = np.empty(2 * len(starts), np.int32)
    offsets[::2], offsets[1::2] = starts, ends
    pieces = pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(wire))
    return pieces.take(pa.array(np.arange(0, len(offsets), 2)))
