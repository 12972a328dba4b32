"""Files of e-mail tools: counts only, and none that cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.inbox import FileRead

Read = Callable[..., FileRead]
HEADER = "tool,campaign_id,sent_at,emails_sent,{}\n"


@pytest.mark.parametrize("column", ["delivered", "hard_bounces", "unique_opens", "unique_clicks", "complaints"])
def test_more_recipients_than_emails_sent_are_rejected_with_the_column(read: Read, column: str) -> None:
    header = HEADER.format(column)
    result = read("email_campaigns", header + "Brevo,1,2026-01-05T09:00,50,50\nBrevo,2,2026-01-05T09:00,50,51\n")
    assert [(one.line, one.column_name, one.reason) for one in result.rejected] == [
        (3, column, "more than emails_sent")
    ]
    assert result.arrivals[0].rows["campaign_id"].to_pylist() == ["1"]


def test_a_tool_is_one_tool_however_it_is_written(read: Read) -> None:
    result = read("email_lists", "tool,list,date\nBrevo,Dealers,2026-01-05\nBREVO,Dealers,2026-01-06\n")
    assert set(result.arrivals[0].rows["tool"].to_pylist()) == {"brevo"}


def test_addresses_in_names_are_masked(read: Read) -> None:
    line = "Brevo,1,2026-01-05T09:00,50,to jane@example.com only\n"
    result = read("email_campaigns", HEADER.format("segment") + line)
    assert "jane" not in str(result.arrivals[0].rows.to_pylist())
