"""What a night costs in GA4 tokens, by the accounting of the emulated property: the first one, and one that follows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from nightly import Company, new_warehouse, running_company, shipped_project

from pipelines.ga4_tokens import tokens_of, usual_night
from pipelines.sandbox.demo_company import DEMO, demo_company

pytestmark = pytest.mark.bench
HOURLY = 14_000


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    # tokens go by fields and days, not by visits
    truth = demo_company(replace(DEMO, sessions_per_day=30))
    with running_company(tmp_path / "inbox", truth) as company:
        company.deliver = lambda _: None
        yield company


def test_a_first_night_and_the_next_fit_into_an_hour_of_a_standard_property(company: Company) -> None:
    project, last = shipped_project(), company.truth.today
    spent = {}
    with closing(new_warehouse()) as warehouse:
        for name, today in (("first night", last - timedelta(days=1)), ("next night", last)):
            before = company.ga4_server.quota.spent
            company.read_on(warehouse, today, project, name)
            spent[name] = company.ga4_server.quota.spent - before
            assert not warehouse.execute(
                "select message from meta.source_outcome where run_id = ? and state <> 'read'", [name]
            ).fetchall()
    derived = usual_night(project.period_reports, last)
    print(
        f"\ntokens: {spent}, of {HOURLY} an hour; doctor's estimate of {len(derived)} derived requests of a night: "
        f"{sum(map(tokens_of, derived))}"
    )
    assert spent["next night"] < spent["first night"] < HOURLY
