"""From the bytes of a file to text: unpacking, encoding, and the refusal of what is no text.

Cells and lines are not looked at here; `separated` does that.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.inbox.formats import GZIP, SAVE_AS_TEXT
from pipelines.inbox.unreadable import Unreadable

LARGEST_TEXT_BYTES = 1 << 30
SAMPLE_BYTES = 4096
LAST_GUESS = "cp1252"
PIECE_BYTES = 1 << 16
# how many bytes of a mark stand before the text
IN_UTF8 = {"utf-8": 0, "utf-8-sig": 3}
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Decoded:
    """Bytes that are text in a known encoding."""

    data: bytes
    encoding: str

    @property
    def is_guessed(self) -> bool:
        """Whether nothing in the bytes says the encoding: any of the old ones would read them."""
        return self.encoding == LAST_GUESS

    def lines(self) -> Iterator[str]:
        """The physical lines with their ends as they are, decoded as they are needed."""
        return iter(io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, newline=""))

    def in_utf8(self) -> tuple[bytes, int]:
        """The same text in UTF-8, and where it begins behind a byte order mark; not copied when it is UTF-8."""
        if self.encoding in IN_UTF8:
            return self.data, IN_UTF8[self.encoding]
        return self.data.decode(self.encoding).encode(), 0


def decode(data: bytes, name: str) -> Decoded:
    """The text in the bytes of the file `name`.

    Raises:
        Unreadable: it is empty, or no text.
    """
    decoded = Decoded(data, _encoding(data, name))
    if not any(line.strip("\r\n\t ,;\ufeff") for line in decoded.lines()):
        raise Unreadable(name, "there is nothing in it", "export it again; a file without rows still needs its header")
    return decoded


def unzipped(data: bytes, name: str) -> bytes:
    """What is in bytes that were compressed with gzip.

    Raises:
        Unreadable: they were not, are damaged, or hold more than the limit.
    """
    if not data.startswith(GZIP):
        raise Unreadable(name, "it is not compressed with gzip", "take .gz off its name, or compress it")
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            content = stream.read(LARGEST_TEXT_BYTES + 1)
    except EOFError:
        raise Unreadable(name, "the compressed data end too early", "copy it again, whole") from None
    except (gzip.BadGzipFile, zlib.error):
        raise Unreadable(name, "the compressed data are damaged", "copy or export it again") from None
    if len(content) > LARGEST_TEXT_BYTES:
        raise Unreadable(name, "it unpacks to more than 1 GiB", "split it into smaller files")
    return content


def _encoding(data: bytes, name: str) -> str:
    """Byte order mark, else the zero bytes of UTF-16, else UTF-8, else Windows-1252."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _checked(data, encoding, name)
    sample = data[:SAMPLE_BYTES]
    if b"\x00" in data:
        return _checked(data, _encoding_with_zero_bytes(sample, name), name)
    try:
        return _checked(data, "utf-8", name)
    except Unreadable:
        if _ends_inside_a_character(data):
            raise Unreadable(name, "it ends in the middle of a character", "copy it again, whole") from None
        return _checked(data, LAST_GUESS, name)


def _encoding_with_zero_bytes(sample: bytes, name: str) -> str:
    """UTF-16 has its zero bytes at one side of each pair; anything else with zero bytes is no text."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) // 4 and even == 0:
        return "utf-16-le"
    if even > len(sample) // 4 and odd == 0:
        return "utf-16-be"
    raise Unreadable(name, "it is not text", SAVE_AS_TEXT)


def _checked(data: bytes, encoding: str, name: str) -> str:
    if encoding in IN_UTF8 and data.isascii():
        return encoding
    try:
        _decode_in_pieces(data, encoding)
    except UnicodeDecodeError as error:
        why = f"byte {error.start + 1} is no text, neither as UTF-8 nor as Windows-1252"
        raise Unreadable(name, why, SAVE_AS_TEXT) from None
    return encoding


def _decode_in_pieces(data: bytes, encoding: str) -> None:
    """Decodes the bytes without ever holding the whole text.

    Raises:
        UnicodeDecodeError: they are none of this encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), PIECE_BYTES):
            decoder.decode(data[start : start + PIECE_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        # only the whole tells which byte it is
        data.decode(encoding)
        raise


def _ends_inside_a_character(data: bytes) -> bool:
    """Whether all but the last bytes are UTF-8: the file was cut off."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False
