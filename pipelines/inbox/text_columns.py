"""A column of cells as text: plain, or by dictionary where many rows share few texts. Both mean the same.

A dictionary holds every text once, and no text that no row has. What cells mean belongs to `cells`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.string()
NO_TEXT = pa.scalar(None, pa.string())


def is_shared(cells: pa.Array) -> bool:
    """Whether the column is one by dictionary."""
    return bool(pa.types.is_dictionary(cells.type))


def plain(cells: pa.Array) -> pa.Array:
    """The column with a text of its own in every row."""
    return cells.dictionary_decode() if is_shared(cells) else cells


def trimmed(cells: pa.Array) -> pa.Array:
    """The cells without spaces around them, NULL where nothing is left."""
    return _each_text(cells, lambda texts: _without(pc.utf8_trim_whitespace(texts), [""]))


def without(cells: pa.Array, nothing: Iterable[str]) -> pa.Array:
    """The cells, NULL where they say one of the words that mean nothing."""
    words = sorted(nothing)
    return _each_text(cells, lambda texts: _without(texts, words)) if words else cells


def joined(chunks: Sequence[pa.Array]) -> pa.Array:
    """One column of all chunks, in the form that most of their rows have."""
    rows = sum(map(len, chunks))
    if 2 * sum(len(chunk) for chunk in chunks if is_shared(chunk)) <= rows:
        return pa.chunked_array([plain(chunk) for chunk in chunks], pa.string()).combine_chunks()
    return pa.chunked_array([chunk.dictionary_encode() for chunk in chunks]).unify_dictionaries().combine_chunks()


def each_distinct(cells: pa.Array, write: Callable[[str], object], of: pa.DataType = TEXT) -> pa.Array:
    """What `write` makes of each cell, asked once for cells that say the same; NULL stays NULL."""
    encoded = cells if is_shared(cells) else cells.dictionary_encode()
    written = [write(cell) for cell in encoded.dictionary.to_pylist()]
    return pa.array(written, of).take(encoded.indices)


def chosen(cells: pa.Array, rows: pa.Array) -> pa.Array:
    """The cells of the rows for which `rows` is true."""
    found = cells.filter(rows)
    return found.dictionary_decode().dictionary_encode() if is_shared(cells) else found


def _without(texts: pa.Array, words: Sequence[str]) -> pa.Array:
    says_nothing = pc.is_in(texts, value_set=pa.array(words, pa.string()))
    return pc.if_else(says_nothing, NO_TEXT, texts) if pc.any(says_nothing).as_py() else texts


def _each_text(cells: pa.Array, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """The cells with each text changed; texts that become the same share their place in the dictionary."""
    if not is_shared(cells):
        return change(cells)
    changed = change(cells.dictionary)
    if changed.equals(cells.dictionary):
        return cells
    encoded = changed.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(cells.indices), encoded.dictionary)
