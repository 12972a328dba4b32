"""What any table text reads of raw tables stays; to read too much is allowed, to overlook a column is not."""

from __future__ import annotations

import pytest

from pipelines.erasing import columns_read
from pipelines.failures import DataFailed

COLUMNS = ["form", "score"]
JOINED = "select r.form from raw.lead as r inner join meta.current_part as p on p.part = r.part"
# query -> the columns of raw.lead that it leaves unread
QUERIES: dict[str, list[str]] = {
    JOINED: ["score"],
    "select form from raw.lead": ["score"],
    "select count(*) as leads, lower(r.form) as form from raw.lead as r group by r.form": ["score"],
    'select "Form" from raw."Lead"': ["score"],
    "select raw.lead.form from raw.lead": ["score"],
    "select r.form.first from raw.lead as r": ["score"],
    "with one as (select r.score from raw.lead as r) select score from one": ["form"],
    "select r.day from raw.deal as d inner join raw.lead as r using (form)": ["score"],
    "select 1 from raw.deal as d where exists (select 1 from raw.lead as r where r.score = d.amount)": ["form"],
    "select d.* from raw.deal as d inner join raw.lead as r on r.form = d.form": ["score"],
    "select p.*, r.form from raw.lead as r cross join staging.lead as p": ["score"],
    "select 1 as form, 2 as score from staging.lead": ["form", "score"],
    "select 1 as one from raw.lead_stage": ["form", "score"],
    "select * from raw.lead": [],
    "select r.* from raw.lead as r": [],
    "select p.form from (select * exclude (day) from raw.lead) as p": [],
    "from raw.lead": [],
    "select r from raw.lead as r": [],
    "select hash(r) from raw.lead as r": [],
    "select columns('f.*') from raw.lead": [],
    "select d.day from raw.deal as d natural join raw.lead": [],
    "pivot raw.lead on day using count(*)": [],
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_reads(query: str) -> None:
    assert columns_read({"marts.one": query}).unread("raw.lead", COLUMNS) == QUERIES[query]


def test_one_name_may_stand_for_several_raw_tables_of_a_text() -> None:
    text = "select r.form from raw.deal as r union all select r.form from raw.lead as r"
    read = columns_read({"marts.one": text})
    assert [read.unread(table, COLUMNS) for table in ("raw.deal", "raw.lead")] == [["score"], ["score"]]


def test_what_one_text_reads_stays_whatever_the_others_read() -> None:
    read = columns_read({"marts.one": JOINED, "marts.two": "select score from raw.lead", "marts.three": "select 1"})
    assert read.unread("raw.lead", COLUMNS) == []


def test_a_text_that_cannot_be_read_stops_everything() -> None:
    with pytest.raises(DataFailed, match=r"the text of marts\.one: it cannot be read"):
        columns_read({"marts.one": "select from from raw.lead where ("})
