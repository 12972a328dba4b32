"""What must never pass raw: addresses, phone numbers, per-person link ids, removed while rows are read.

Also characters that act on a terminal. Works on the distinct values of whole Arrow columns, so that it costs next to
nothing per row. The HMAC key is the caller's: nothing is read here. What phone numbers and addresses without their sign
look like stands in `personal_patterns`. Names of persons cannot be told from other words.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.personal_patterns import IP_ADDRESS, PHONE, SUSPICIOUS_NUMBER, WRITTEN_OUT_ADDRESS

# Any letter of any script may stand in an address: what ends it are spaces, brackets and what separates parameters.
_LOCAL = r"[^\s@<>()\[\]{}|,;:\"=&?#/\\]"
_LABEL = r"[^\s@<>()\[\]{}|,;:\"=&?#/\\'%.\u3002!*+~^$`]"
_AT = r"(?:@|%(?:25)*40)"
_DOMAIN = rf"{_LABEL}+(?:[.\u3002]{_LABEL}+)*[.\u3002][^\W\d_]{_LABEL}+"
# A look-behind lets every word be tried once only, so that a long cell costs no more than its length; addresses that
# hang together are one.
ADDRESS = rf"(?<!{_LOCAL}){_LOCAL}+{_AT}{_DOMAIN}(?:{_LOCAL}*{_AT}{_DOMAIN})*"
KEPT_PARAMETERS = re.compile(r"^(utm_[a-z_]+|mc_cid)=", re.IGNORECASE)
MASK = "(address)"
RECIPIENT_MASK = "(recipient)"
PHONE_MASK = "(phone)"
IP_MASK = "(ip)"
# what an id begins with that was an address
ADDRESS_PSEUDONYM = "hmac:"
# Text that was encoded more often than this was not encoded by an honest link.
MOST_DECODINGS = 8
# Without one of these (the signs in their wide and small forms too) a text holds nothing personal that can be told.
SUSPICIOUS = f"(?i)[@%\uff20\ufe6b\uff05\ufe6a]|mc_eid|{SUSPICIOUS_NUMBER}"
# Without one of these a URL stays as it is.
UNCLEAN_URL = rf"{SUSPICIOUS}|[?#]"

_SUSPICIOUS = re.compile(SUSPICIOUS)
_ADDRESS = re.compile(ADDRESS)
# Mailchimp's id of the recipient: a parameter before another one, the last parameter, or text of its own
_NAME_AND_VALUE = r"mc_eid[\"']?\s*(?:[=:]|%(?:25)*3D)\s*[\"']?[^\s&;#,\"'<>|?/)(]*+"
_PARAMETER = re.compile(
    rf"(?<=[?&;]){_NAME_AND_VALUE}[&;]|(?:[?&;]|%(?:25)*(?:3F|26|3B)){_NAME_AND_VALUE}(?![&;])", re.IGNORECASE
)
_RECIPIENT = re.compile(_NAME_AND_VALUE, re.IGNORECASE)
_REPEATED_ENCODING = re.compile(r"%(?:25)+(?=[0-9a-f]{2})", re.IGNORECASE)
_ENCODED_QUERY = re.compile(r"%(?:25)*(?:3F|23)", re.IGNORECASE)
# what moves the cursor, rings, colours, sets the title, or turns the direction of writing
ACTS_ON_TERMINALS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def masked(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Text with all that looks like an e-mail or IP address, a phone number or a recipient's id masked."""
    return _of_distinct(column, SUSPICIOUS, masked_text)


def masked_text(text: str) -> str:
    """One text as :func:`masked` keeps it.

    It is looked at decoded as often as it can be; what is only found decoded is kept decoded.
    """
    return _without(text, _without_personal)


def without_query(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """URLs without query string and fragment, except ``utm_*`` and ``mc_cid``; addresses in the path masked."""
    return _of_distinct(column, UNCLEAN_URL, clean_url)


def clean_url(url: str) -> str:
    """One URL as :func:`without_query` keeps it; an encoded question mark begins a query string too."""
    if "?" not in url and "#" not in url and not _SUSPICIOUS.search(url):
        return url
    path, _, query = url.partition("#")[0].partition("?")
    path = _ENCODED_QUERY.split(path, maxsplit=1)[0]
    kept = "&".join(part for part in re.split("[&;]", query) if KEPT_PARAMETERS.match(part))
    joined = f"{path}?{kept}" if kept else path
    cleaned = masked_text(joined)
    # what was decoded to be masked may have brought a query string to light
    return cleaned if cleaned == joined else clean_url(cleaned)


def printable(text: str) -> str:
    """The text with every character that acts on a terminal replaced by a question mark."""
    return ACTS_ON_TERMINALS.sub("?", text)


def pseudonym(text: str, pepper: bytes) -> str:
    """HMAC-SHA256 of an id, as hex: the same id gives the same pseudonym, and only the pepper's holder can tell."""
    return hmac.new(pepper, text.encode(), hashlib.sha256).hexdigest()


def is_pseudonym(text: str) -> bool:
    """Whether an id is one that :func:`safe_id` put in the place of an address."""
    return text.startswith(ADDRESS_PSEUDONYM)


def safe_id(text: str, pepper: bytes) -> str:
    """The id itself, or its pseudonym when it holds an address, the same one however the address is written.

    Numbers of orders and products look like phone numbers, so those stay.
    """
    if _without(text, _without_address) == text:
        return text
    plain = text
    for _ in range(MOST_DECODINGS):
        plain = _decoded(unicodedata.normalize("NFKC", plain))
    return f"{ADDRESS_PSEUDONYM}{pseudonym(plain.strip().lower(), pepper)[:32]}"


def _without(text: str, clean: Callable[[str], str]) -> str:
    """The text cleaned, also below its encodings, until nothing is found any more."""
    if not _SUSPICIOUS.search(text):
        return text
    kept = seen = text
    for _ in range(MOST_DECODINGS):
        normal = unicodedata.normalize("NFKC", seen)
        without = clean(normal)
        if without != normal:
            kept = without
        seen = _decoded(without)
        if seen == without == normal:
            return kept
    return MASK


def _without_address(text: str) -> str:
    return _ADDRESS.sub(MASK, _RECIPIENT.sub(RECIPIENT_MASK, _PARAMETER.sub("", text)))


def _without_personal(text: str) -> str:
    without = WRITTEN_OUT_ADDRESS.sub(MASK, _without_address(text))
    return PHONE.sub(PHONE_MASK, IP_ADDRESS.sub(IP_MASK, without))


def _decoded(text: str) -> str:
    """Without one layer of percent-encoding, however often its percent signs were encoded."""
    return unquote(_REPEATED_ENCODING.sub("%", text))


def _of_distinct(
    column: pa.Array | pa.ChunkedArray, pattern: str, change: Callable[[str], str]
) -> pa.Array | pa.ChunkedArray:
    """The column with every distinct text that the pattern fits changed once; NULL stays NULL."""
    encoded = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = encoded.dictionary_encode()
    fitting = pc.match_substring_regex(encoded.dictionary, pattern)
    if not pc.any(fitting).as_py():
        return column
    changed = [change(text) for text in encoded.dictionary.filter(fitting).to_pylist()]
    distinct = pc.replace_with_mask(encoded.dictionary, fitting, pa.array(changed, pa.string()))
    rows = distinct.take(encoded.indices)
    return pa.chunked_array([rows]) if isinstance(column, pa.ChunkedArray) else rows
