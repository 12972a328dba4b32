"""A KPI that the measures cannot give stops the project from loading: with file, line and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.failures import WrongUse

REFUSALS = {
    "an unknown measure": (
        ("kpis/lead_gen.yaml", "numerator: new_leads", "numerator: new_leeds"),
        r"config/kpis/lead_gen.yaml line 10 KPI new_leads: there is no measure 'new_leeds': did you mean new_leads\?",
    ),
    "the sum of a distinct count": (
        ("kpis/traffic.yaml", "additivity: non_additive_distinct", "additivity: additive"),
        r"kpis/traffic.yaml line \d+ KPI users: it is additive, and the measure 'users' is counted per period",
    ),
    "a slice that was never counted": (
        ("kpis/email.yaml", "slices: [total", "slices: [total, store"),
        r"kpis/email.yaml line \d+ KPI \w+: the measure '\w+' does not exist by store at the grain week",
    ),
    "the sum of months that keep other members each": (
        (
            "kpis/sales.yaml",
            "base: previous_12_months\n    grains: [month]\n    slices: [total]",
            "base: previous_12_months\n    grains: [month]\n    slices: [total, campaign]",
        ),
        r"config/kpis/sales.yaml line \d+: revenue_growth_rate adds up months by campaign: leave it out",
    ),
    "a missing unit": (
        ("kpis/lead_gen.yaml", "    unit: count\n", ""),
        r"config/kpis/lead_gen.yaml line 3: .*unit",
    ),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_the_project_does_not_load_with(texts: Any, what: str) -> None:
    change, message = REFUSALS[what]
    with pytest.raises(WrongUse, match=message):
        load_project(config_from_texts(texts.changed(*change)))
