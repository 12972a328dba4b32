"""Nothing that tells who somebody is passes raw, however it is written; everything else passes as it is."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.privacy import MASK, clean_url, masked, masked_text, printable, safe_id, without_query

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
    ],
)
def test_what_tells_who_somebody_is_is_masked(text: str, kept: str) -> None:
    assert masked_text(text) == kept


@pytest.mark.parametrize(
    "text", ["", "50% korting", "100%25 off", "a @ b", "@handle", "5@home", "spring%20sale", "ﬁne print", "mc_cid=1"]
)
def test_other_text_passes_as_it_is(text: str) -> None:
    assert masked_text(text) == text


@given(address=ADDRESSES, times=st.integers(0, 5), before=WORDS, after=WORDS)
def test_an_address_never_passes_however_often_it_is_encoded(address: str, times: int, before: str, after: str) -> None:
    kept = masked_text(f"{before} {encoded(address, times)} {after}")
    assert kept == f"{before} {MASK} {after}"


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


@pytest.mark.parametrize("text", ["00123", "a%b", "5@home"])
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
    ],
    ids=["word", "labels", "signs", "layers", "names", "quotes", "chain", "broken chain"],
)
def test_a_long_cell_made_to_be_slow_is_not(text: str) -> None:
    started = time.perf_counter()
    masked_text(text)
    assert time.perf_counter() - started < 0.5


def test_characters_that_act_on_a_terminal_become_question_marks() -> None:
    assert printable("a\x1b]0;title\x07b\x9b31m\u202ec\r\n") == "a?]0;title?b?31m?c??"
    assert printable("Zoë, 日本 (rest)") == "Zoë, 日本 (rest)"
