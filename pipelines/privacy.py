"""What must never pass raw: addresses, per-person link ids and other personal text, removed while rows are read.

Works on whole Arrow columns, so that it costs nothing per row. The HMAC key is the caller's: nothing is read here.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import pyarrow as pa
import pyarrow.compute as pc

ADDRESS = r"[A-Za-z0-9._%+\-]+(?:@|%40)[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
KEPT_PARAMETERS = re.compile(r"^(utm_[a-z_]+|mc_cid)=", re.IGNORECASE)
MASK = "(address)"
_ADDRESS = re.compile(ADDRESS)


def masked(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Text with everything that looks like an e-mail address replaced by ``(address)``; NULL stays NULL."""
    return pc.replace_substring_regex(column, ADDRESS, MASK)


def without_query(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """URLs without query string and fragment, except ``utm_*`` and ``mc_cid``; addresses in the path masked."""
    distinct = (
        column.combine_chunks().dictionary_encode()
        if isinstance(column, pa.ChunkedArray)
        else column.dictionary_encode()
    )
    cleaned = pa.array([clean_url(url) for url in distinct.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(distinct.indices, cleaned).cast(pa.string())


def clean_url(url: str | None) -> str | None:
    """One URL as :func:`without_query` keeps it."""
    if url is None:
        return None
    path, _, query = url.partition("#")[0].partition("?")
    kept = "&".join(part for part in query.split("&") if KEPT_PARAMETERS.match(part))
    return _ADDRESS.sub(MASK, f"{path}?{kept}" if kept else path)


def pseudonym(text: str, pepper: bytes) -> str:
    """HMAC-SHA256 of an id, as hex: the same id gives the same pseudonym, and only the pepper's holder can tell."""
    return hmac.new(pepper, text.encode(), hashlib.sha256).hexdigest()


def safe_id(text: str, pepper: bytes) -> str:
    """The id itself, or its pseudonym when it looks like an address."""
    return f"hmac:{pseudonym(text.strip().lower(), pepper)[:32]}" if _ADDRESS.search(text) else text
