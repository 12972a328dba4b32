"""What exports do that no rule of their dialect says: each of these once lost rows or refused whole files."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from vendor_files import read_with, said

from pipelines.inbox import FileRead, Unreadable

Read = Callable[..., FileRead]


def workbook(*rows: list[object], more: str = "") -> bytes:
    made = Workbook()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    if more:
        made.create_sheet(more).append(["Made by", "an example"])
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def column(read: FileRead, name: str) -> list[object]:
    found: list[object] = read.arrivals[0].rows[name].to_pylist()
    return found


def test_advertisements_without_a_url_are_summed_as_one_that_has_none(read: Read) -> None:
    header = "Day,Campaign,Ad group,Final URL,Currency code,Cost"
    found = read("ad_costs", f"{header}\n2026-09-01,A,G, --,EUR,1.50\n2026-09-01,A,G, --,EUR,2.25\n")
    assert (found.dialect, found.rejected, column(found, "cost")) == ("google_ads_ads", [], [Decimal("3.75")])


def test_a_note_beneath_the_table_needs_no_more_cells_than_it_has(read: Read) -> None:
    header = "TimePeriod,CampaignName,CurrencyCode,Spend"
    found = read("ad_costs", f"{header}\n2026-09-01,A,EUR,1.50\n©2026 Example Corporation. All rights reserved.\n")
    assert (found.rows_in, found.rejected, found.arrivals[0].flags["note_lines"]) == (1, [], 1)


def test_a_grand_total_of_a_workbook_may_say_so_beyond_the_last_header(read: Read) -> None:
    rows = [["# Free form 1"], ["Date", "Sessions"], ["20260901", 5], ["20260902", 7], ["", 12, "Grand total"]]
    found = read("metrics", workbook(*rows), "export.xlsx")
    assert (found.dialect, found.rejected, found.arrivals[0].flags["total_lines"]) == ("ga4_exploration", [], 1)


def test_what_stands_beneath_an_empty_row_of_a_workbook_is_no_row(read: Read) -> None:
    rows = [
        ["Lead ID", "Created Date", "Lead Source", "Lead Status"],
        ["1", "09/14/2026", "Web", "Open"],
        [],
        ["Leads"],
    ]
    found = read("leads", workbook(*rows), "export.xlsx")
    assert (found.dialect, found.rows_in, found.rejected) == ("salesforce_leads", 1, [])


def test_a_workbook_that_is_rows_of_two_kinds_may_have_another_sheet(read: Read) -> None:
    header = ["Record ID", "Create Date", "Lead Status", "Became a Lead Date"]
    rows = [header, ["1", "2026-09-01 09:30", "New", "2026-09-02 10:00"]]
    found = read("leads", workbook(*rows, more="About"), "export.xlsx")
    assert [one.file.kind for one in (found, *found.also)] == ["leads", "lead_stages"]


def test_a_campaign_told_by_its_moment_is_the_same_one_however_that_is_written(read: Read) -> None:
    header = "Campaign Name,Date Sent,Sends,Opens,Clicks,Unsubscribes,Spam Reports,Bounces"
    moments = ("9/14/2026 9:30 AM", "2026-09-14T09:30:00", "2026-09-14 09:30")
    texts = [f"{header}\nSpring,{moment},100,10,1,0,0,0\n" for moment in moments]
    ids = {column(read("email_campaigns", text), "campaign_id")[0] for text in texts}
    assert ids == {"Spring 2026-09-14 09:30:00"}


def test_a_report_with_the_headers_of_another_export_is_not_read_as_this_one(read: Read) -> None:
    header = "Record ID,Create Date,Lifecycle Stage"
    assert read("leads", f"{header}\n1,2026-09-14 09:30,Lead\n").dialect == "hubspot_contacts"
    with pytest.raises(Unreadable, match="with the headers 'company owner' it is no file of hubspot_contacts"):
        read("leads", f"{header},Company owner\n1,2026-09-14 09:30,Lead,Owner\n")


DEALS = """kind: deals
seen: in code
columns:
  deal_id: {en: Deal}
  created_at: {en: Created}
  stage: {en: Stage}
  closed_at: {en: Closed}
  quote_sent_at: {en: Quoted}
days: ["%m/%d/%Y", "%d/%m/%Y"]
"""


def test_one_column_of_days_decides_for_all_whether_the_month_comes_first(tmp_path: Path) -> None:
    found = read_with(tmp_path, DEALS, "Deal,Created,Stage,Closed\n1,9/14/2026,Open,10/1/2026\n")
    assert [one.isoformat(" ") for (one,) in said(found, "closed_at")] == ["2026-09-30 22:00:00"]


def test_columns_of_days_that_contradict_each_other_end_the_file(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="written with the day first and others with the month first"):
        read_with(tmp_path, DEALS, "Deal,Created,Stage,Closed,Quoted\n1,9/14/2026,Open,15/10/2026,10/1/2026\n")
