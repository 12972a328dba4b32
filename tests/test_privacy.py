"""Nothing that tells who somebody is passes raw, however it is written; everything else passes as it is."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.privacy import (
    IP_MASK,
    MASK,
    PHONE_MASK,
    clean_url,
    masked,
    masked_text,
    printable,
    safe_id,
    without_query,
)

PEPPER = b"a test pepper"
WORDS = st.text(alphabet="abcäøЖ日z0129._-", min_size=1, max_size=8).map(lambda text: f"x{text}x")
ADDRESSES = st.builds(
    lambda name, sign, host, country: f"{name}{sign}{host}.{country}",
    WORDS,
    st.sampled_from("@\uff20\ufe6b"),
    st.text(alphabet="abcäøЖ日z01", min_size=1, max_size=8),
    st.sampled_from(["nl", "com", "рф", "xn--p1ai", "भारत"]),
)
ANY_TEXT = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="ab@.%2504Fmc_eid=?&;#/ ", max_size=40),
    st.text(alphabet="+0123(at).:-/ \uff10", max_size=40),
    st.lists(st.one_of(ADDRESSES, WORDS, st.sampled_from(["mc_eid=", "?", "&", ";", "%40", "%25", " "]))).map("".join),
)


def encoded(text: str, times: int) -> str:
    """The text percent-encoded so many times, every character of it that may be."""
    for _ in range(times):
        text = quote(text, safe="")
    return text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("for jan@example.com and others", "for (address) and others"),
        ("jörg@müller.de", "(address)"),
        ("jo\u0308rg@mu\u0308ller.de", "(address)"),
        ("jan\uff20x.nl", "(address)"),
        ("जन@उदाहरण.भारत", "(address)"),
        ("jan@x\u3002nl", "(address)"),
        ("jan%40x.nl", "(address)"),
        ("jan%2540x.nl", "(address)"),
        ("jan%40x%2Enl", "(address)"),
        ("j%C3%B6rg%40m%C3%BCller.de", "(address)"),
        ("o'brien+news@x.co.uk, today", "(address), today"),
        ("<jan@x.nl>", "<(address)>"),
        ("jan@x.nl%piet@y.nl, eva@z.nl", "(address), (address)"),
        ("mail=jan@x.nl&a=1%2F2", "mail=(address)&a=1%2F2"),
        ("mc_eid=abc123", "(recipient)"),
        ("link with MC_EID=abc123 in it", "link with (recipient) in it"),
        ('{"mc_eid": "abc123"}', '{"(recipient)"}'),
        ("mc%5Feid%3Dabc", "(recipient)"),
        ("/x;mc_eid=abc", "/x"),
        ("/a%3Fmc_eid%3Dabc", "/a"),
        ("?mc_eid=abc&utm_source=m", "?utm_source=m"),
        ("?utm_source=m&mc_eid=abc", "?utm_source=m"),
        ("jan(at)example.nl", "(address)"),
        ("mail jan [at] example [dot] nl", "mail (address)"),
        ("jan at example.com", "(address)"),
        ("jan @ example.com", "(address)"),
        ("bel 06-12345678", "bel (phone)"),
        ("+31 6 1234 5678", "(phone)"),
        ("+31 (0)6-12345678.", "(phone)."),
        ("(+31)6 12345678", "(phone)"),
        ("0031 6 12345678", "(phone)"),
        ("0475/12.34.56", "(phone)"),
        ("02 123 45 67", "(phone)"),
        ("+49 30 1234567", "(phone)"),
        ("0151 12345678", "(phone)"),
        ("+1 (555) 123-4567", "(phone)"),
        ("0612345678 2024", "(phone) 2024"),
        ("06-12345678/010-1234567", "(phone)/(phone)"),
        ("06\u00a012345678", "(phone)"),
        ("\uff10\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", "(phone)"),
        ("bel+0612345678", "bel+(phone)"),
        ("bel%2B31612345678", "bel(phone)"),
        ("from 83.163.12.9:80", "from (ip):80"),
        ("2001:db8::1", "(ip)"),
        ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "(ip)"),
    ],
)
def test_what_tells_who_somebody_is_is_masked(text: str, kept: str) -> None:
    assert masked_text(text) == kept


INNOCENT = (
    *("", "50% korting", "100%25 off", "a @ b", "@handle", "5@home", "spring%20sale", "ﬁne print", "mc_cid=1"),
    *("2026-11-26", "2024 09", "20240901", "2024090112", "01-02-2024 10:00", "01-02-2024 05-02-2024"),
    *("01/02/2024-05/02/2024", "01-02-24 05-02-24", "2026-11-26T10:30:00+01:00", "10:30:00", "+20% 2024"),
    *("order 000000123", "0123456789012", "036000291452", "SKU0612345678", "utm_0612345678", "1000000001"),
    *("€ 0,95", "EUR 1.234.567,89", "0.123456789", "1.0612345678", "100.000.000", "+100 punten"),
    *("1.2.3.4", "v2.10.3.1", "120.0.0.0", "120.0.6099.109", "std::cafe", "abc::def"),
    *("buy at example.com", "sale at bol.com today", "meet at noon. ok", "shop @ bol.com"),
)
SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", " - ", "\u00a0", "\u2011"])
PHONES = st.one_of(
    st.builds(
        lambda start, digits, sign: f"{start}{sign}{digits[:4]}{sign}{digits[4:]}",
        st.sampled_from(["+31", "+32", "+49", "+44", "0031", "+31 (0)"]),
        st.text(alphabet="3456789", min_size=8, max_size=10),
        SEPARATORS,
    ),
    st.builds(
        lambda start, digits, sign: f"{start}{sign}{digits}",
        st.sampled_from(["06", "010", "(020)", "0475"]),
        st.text(alphabet="3456789", min_size=7, max_size=7),
        SEPARATORS,
    ),
)
IP_ADDRESSES = st.one_of(
    st.builds("{}.{}.{}.{}".format, *(st.integers(10, 255) for _ in range(4))),
    st.builds("2{:03x}:{:x}::{:x}".format, *(st.integers(0, 0xFFF) for _ in range(3))),
)
WRITTEN_OUT = st.builds(
    lambda name, sign, host, country: f"{name}{sign}{host}.{country}",
    st.text(alphabet="xyz0189", min_size=4, max_size=8),
    st.sampled_from(["(at)", "[at]", " (at) ", " at ", " AT ", " @ "]),
    st.text(alphabet="abcz01", min_size=1, max_size=8),
    st.sampled_from(["nl", "com", "co.uk"]),
)


@pytest.mark.parametrize("text", INNOCENT)
def test_other_text_passes_as_it_is(text: str) -> None:
    assert masked_text(text) == text


@given(address=ADDRESSES, times=st.integers(0, 5), before=WORDS, after=WORDS)
def test_an_address_never_passes_however_often_it_is_encoded(address: str, times: int, before: str, after: str) -> None:
    kept = masked_text(f"{before} {encoded(address, times)} {after}")
    assert kept == f"{before} {MASK} {after}"


@given(planted=st.one_of(PHONES, IP_ADDRESSES, WRITTEN_OUT), times=st.integers(0, 5), before=WORDS, after=WORDS)
def test_a_number_or_written_out_address_never_passes(planted: str, times: int, before: str, after: str) -> None:
    kept = masked_text(f"{before}, {encoded(planted, times)}, {after}")
    assert kept in {f"{before}, {mask}, {after}" for mask in (MASK, PHONE_MASK, IP_MASK)}


@given(texts=st.lists(st.sampled_from(INNOCENT), min_size=1), planted=st.one_of(PHONES, IP_ADDRESSES, WRITTEN_OUT))
def test_what_is_planted_in_a_column_vanishes_and_its_other_texts_stay(texts: list[str], planted: str) -> None:
    *others, mask = masked(pa.array([*texts, planted])).to_pylist()
    assert others == texts
    assert mask in (MASK, PHONE_MASK, IP_MASK)


@given(value=st.text(alphabet="abc0189", min_size=6, max_size=12), times=st.integers(0, 5), start=ANY_TEXT)
def test_the_id_of_a_recipient_never_passes(value: str, times: int, start: str) -> None:
    text = f"{start}?mc_eid=secret{value}"
    assert f"secret{value}" not in masked_text(encoded(text, times))
    assert f"secret{value}" not in (clean_url(encoded(text, times)))


@given(text=ANY_TEXT)
def test_masking_what_was_masked_changes_nothing(text: str) -> None:
    assert masked_text(masked_text(text)) == masked_text(text)
    assert clean_url(clean_url(text)) == clean_url(text)


@given(texts=st.lists(st.one_of(st.none(), ANY_TEXT)), pieces=st.integers(1, 3))
def test_a_column_is_masked_as_each_of_its_texts(texts: list[str | None], pieces: int) -> None:
    column = pa.chunked_array([pa.array(texts, pa.string())] * pieces, pa.string())
    for whole, one in ((masked, masked_text), (without_query, clean_url)):
        expected = [None if text is None else one(text) for text in texts]
        assert whole(column).to_pylist() == expected * pieces
        assert whole(pa.array(texts, pa.string())).to_pylist() == expected
        assert whole(column).type == pa.string()


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.nl/a?b=1&utm_source=m&mc_cid=7#top", "https://x.nl/a?utm_source=m&mc_cid=7"),
        ("https://x.nl/a?utm_source=m;mc_eid=abc", "https://x.nl/a?utm_source=m"),
        ("https://x.nl/x;mc_eid=abc", "https://x.nl/x"),
        ("https://x.nl/a%3Fmc_eid%3Dabc", "https://x.nl/a"),
        ("https://x.nl/a%253Femail%253Djan", "https://x.nl/a"),
        ("https://x.nl/a?utm_source=m%26mc_eid%3Dabc", "https://x.nl/a?utm_source=m"),
        ("https://x.nl/u/jan%2540x.nl/?utm_term=a%20b", "https://x.nl/u/(address)/?utm_term=a%20b"),
        ("https://x.nl/caf%C3%A9", "https://x.nl/caf%C3%A9"),
    ],
)
def test_a_url_keeps_its_path_and_its_campaign(url: str, kept: str) -> None:
    assert clean_url(url) == kept


@given(text=ANY_TEXT)
def test_only_parameters_of_campaigns_are_left_in_a_url(text: str) -> None:
    query = clean_url(text).partition("?")[2]
    assert all(re.match(r"(?i)(utm_[a-z_]+|mc_cid)=", part) for part in query.split("&") if query)


@pytest.mark.parametrize("text", ["jan@x.nl", "JAN@X.NL", "jan\uff20x.nl", "jan%40x.nl", "jan%2540x.nl"])
def test_an_address_as_id_is_one_pseudonym_however_it_is_written(text: str) -> None:
    assert safe_id(text, PEPPER) == safe_id("jan@x.nl", PEPPER)
    assert safe_id(text, PEPPER).startswith("hmac:")


@pytest.mark.parametrize("text", ["00123", "a%b", "5@home", "0612345678", "83.163.12.9"])
def test_an_id_that_is_no_address_stays(text: str) -> None:
    assert safe_id(text, PEPPER) == text


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000 + " @",
        "a@" + "b." * 5_000 + "1",
        "a%40" * 2_500,
        "%25" * 3_300 + "40",
        "mc_eid=" * 1_400,
        "'@" * 5_000,
        "a@b.cc%" * 1_400,
        "a@b.cc%" * 1_400 + "@",
        "0" * 10_000,
        "0 1-" * 2_500,
        "+31 " * 2_500,
        "a at " * 2_000,
        "a at " + "b." * 5_000 + "1",
        "(at)" * 2_500,
        "2001:" * 2_000,
        "1." * 5_000,
        "a at b.cc " * 1_000,
        "0612345678/" * 900,
    ],
    ids=[
        *("word", "labels", "signs", "layers", "names", "quotes", "chain", "broken chain", "zeros", "digits", "plus"),
        *("at", "at labels", "brackets", "colons", "dots", "written", "phones"),
    ],
)
def test_a_long_cell_made_to_be_slow_is_not(text: str) -> None:
    started = time.perf_counter()
    masked_text(text)
    assert time.perf_counter() - started < 0.5


def test_characters_that_act_on_a_terminal_become_question_marks() -> None:
    assert printable("a\x1b]0;title\x07b\x9b31m\u202ec\r\n") == "a?]0;title?b?31m?c??"
    assert printable("Zoë, 日本 (rest)") == "Zoë, 日本 (rest)"
