"""The README's example of a KPI: what a user adds to `config/kpis/` is counted the next night, and has its entry."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

from nightly import new_warehouse, night_of_files, project_without, tiny_truth

from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.handbook import handbook_files
from pipelines.sandbox.exports import write_exports

README = Path(__file__).parents[1] / "README.md"
EXAMPLE = re.compile(r"```yaml\n(  - id: orders_per_lead\n.*?)```", re.DOTALL)


def test_the_example_of_the_readme_is_all_that_a_new_kpi_takes(tmp_path: Path) -> None:
    (example,) = EXAMPLE.findall(README.read_text(encoding="utf-8"))
    texts = dict(project_without("ga4", "mailchimp").config.texts)
    texts["kpis/ecommerce.yaml"] += f"\n{example}"
    project, truth = load_project(config_from_texts(texts)), tiny_truth()
    write_exports(truth, tmp_path, truth.today)
    with closing(new_warehouse()) as connection:
        night_of_files(connection, tmp_path, truth.today, project)
        counted = connection.execute(
            """select n.numerator = o.value and n.denominator = l.value and n.value = o.value / l.value
            from marts.kpi_value as n
            inner join marts.kpi_value as o using (grain, period_start, slice, member)
            inner join marts.kpi_value as l using (grain, period_start, slice, member)
            where n.kpi_id = 'orders_per_lead' and o.kpi_id = 'orders' and l.kpi_id = 'new_leads' and l.value > 0"""
        ).fetchall()
    assert len(counted) > 10 and set(counted) == {(True,)}
    assert "Bestellingen per lead" in handbook_files(project.config)["nl/ecommerce.md"]
