"""Globs of the channel map mean the same in SQL."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.configuration import like_pattern


@pytest.mark.parametrize(
    ("glob", "text", "is_match"),
    [
        ("", "anything", True),
        ("google", "google", True),
        ("Google", "google", True),
        ("google", "google.nl", False),
        ("google*", "google.nl", True),
        ("*paid*", "my_paid_social", True),
        ("paid_social", "paid_social", True),
        ("paid_social", "paidxsocial", False),
        ("100%", "100%", True),
        ("100%", "100 euro", False),
        ("a\\b*", "a\\b c", True),
    ],
)
def test_a_glob_matches_in_sql_what_a_reader_expects(glob: str, text: str, is_match: bool) -> None:
    with duckdb.connect() as connection:
        row = connection.execute(r"select ? like ? escape '\'", [text, like_pattern(glob)]).fetchone()
    assert row == (is_match,)
