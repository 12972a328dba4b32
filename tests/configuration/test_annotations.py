"""Remarks on a day or a period: what may be written, what is refused where, and the table that they become."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.failures import WrongUse

DAY = """
- date: 2026-03-12
  text: {nl: De meting lag stil., en: Tracking was down.}
  author: web team
"""
PERIOD = """
- from: 2026-03-16
  to: 2026-03-20
  kpi: new_leads
  channel: Paid Social
  text: Spring campaign; drop table x --'
  author: marketing
"""


def annotated(texts: Any, text: str) -> dict[str, str]:
    return {**texts, "annotations.yaml": text}


def test_the_remarks_become_a_table_in_the_order_of_the_file(texts: Any) -> None:
    table = load_project(config_from_texts(annotated(texts, DAY + PERIOD))).tables["reference.annotation"]
    with duckdb.connect() as connection:
        connection.execute("create schema reference")
        connection.execute(table.statement())
        rows = connection.execute("from reference.annotation order by annotation_id").fetchall()
    twelfth, campaign = date(2026, 3, 12), "Spring campaign; drop table x --'"
    assert rows == [
        (1, twelfth, twelfth, None, None, "De meting lag stil.", "Tracking was down.", "web team"),
        (2, date(2026, 3, 16), date(2026, 3, 20), "new_leads", "Paid Social", campaign, campaign, "marketing"),
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]"])
def test_the_file_may_be_empty(texts: Any, text: str) -> None:
    assert config_from_texts(annotated(texts, text)).annotations == ()


def test_the_file_may_be_left_out(texts: Any) -> None:
    without = {name: text for name, text in texts.items() if name != "annotations.yaml"}
    assert config_from_texts(without).annotations == ()


def test_a_remark_changes_no_hash_because_it_changes_no_figure(texts: Any) -> None:
    before, after = config_from_texts(texts), config_from_texts(annotated(texts, DAY))
    assert (after.config_hash, after.definitions_hash) == (before.config_hash, before.definitions_hash)
    assert load_project(after).models_hash == load_project(before).models_hash


def test_a_period_may_be_one_day(texts: Any) -> None:
    (annotation,) = config_from_texts(annotated(texts, PERIOD.replace("2026-03-20", "2026-03-16"))).annotations
    assert annotation.period == (date(2026, 3, 16), date(2026, 3, 16))


@pytest.mark.parametrize(
    ("text", "old", "new", "line", "words"),
    [
        pytest.param(PERIOD, "kpi: new_leads", "kpi: new_lead", 4, ["KPI 'new_lead'", "'new_leads'"], id="KPI"),
        pytest.param(PERIOD, "Paid Social", "Paid Socal", 5, ["channel 'Paid Socal'", "'Paid Social'"], id="channel"),
        pytest.param(PERIOD, "to: 2026-03-20", "to: 2026-03-02", 3, ["lies before from"], id="to before from"),
        pytest.param(PERIOD, "  to: 2026-03-20\n", "", 2, ["neither a date nor from and to"], id="from alone"),
        pytest.param(PERIOD, "- from: 2026-03-16\n ", "-", 2, ["neither a date nor from and to"], id="to alone"),
        pytest.param(PERIOD, "to:", "date: 2026-03-18\n  to:", 3, ["a date stands beside from"], id="date and period"),
        pytest.param(PERIOD, "  author: marketing\n", "", 2, ["'author' is missing"], id="no author"),
        pytest.param(PERIOD, "author: marketing", "author: ''", 7, ["author cannot be ''"], id="empty author"),
        pytest.param(PERIOD, "  text: Spring campaign; drop table x --'\n", "", 2, ["'text' is missing"], id="no text"),
        pytest.param(PERIOD, "from:", "form:", 2, ["unknown key 'form'", "'from'"], id="wrong key"),
        pytest.param(PERIOD, "marketing", "jo@example.org", 7, ["e-mail address", "published"], id="address of author"),
        pytest.param(DAY, "2026-03-12", "12-3-2026", 2, ["'12-3-2026'", "2026-01-31"], id="date"),
        pytest.param(DAY, ", en: Tracking was down.", "", 3, ["'en' is missing"], id="one language of two"),
        pytest.param(DAY, "{nl:", "{de: Pause, nl:", 3, ["unknown key 'de'"], id="third language"),
        pytest.param(DAY, "Tracking was", "ask jo@example.org", 3, ["e-mail address"], id="address in the text"),
        pytest.param(DAY, "{nl: De meting lag stil., en: Tracking was down.}", "7", 3, ["text is 7"], id="text"),
    ],
)
def test_a_wrong_remark_is_told_with_its_line_and_what_to_write(
    texts: Any, text: str, old: str, new: str, line: int, words: list[str]
) -> None:
    assert old in text
    with pytest.raises(WrongUse) as caught:
        config_from_texts(annotated(texts, text.replace(old, new, 1)))
    message = str(caught.value)
    assert message.startswith(f"config/annotations.yaml line {line}: "), message
    for word in words:
        assert word in message


def test_all_wrong_remarks_are_told_at_once(texts: Any) -> None:
    wrong = DAY.replace("2026-03-12", "soon") + PERIOD.replace("new_leads", "new_lead")
    with pytest.raises(WrongUse, match=r"annotations.yaml: line 2 .*; line 8 "):
        config_from_texts(annotated(texts, wrong))


def test_a_block_is_no_list(texts: Any) -> None:
    with pytest.raises(WrongUse, match="not one list"):
        config_from_texts(annotated(texts, "annotations: []"))
