"""A KPI that is redefined keeps what it said before; a history with a gap or without days is refused with its line."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest
from redefining import ECOMMERCE, aov_per_customer

from pipelines.configuration import Config, config_from_texts
from pipelines.definitions import load_project
from pipelines.failures import WrongUse

SEPTEMBER = date(2026, 9, 1)


@pytest.fixture(scope="module")
def redefined(texts: Any) -> Any:
    """The texts with AOV per customer from September on."""
    return type(texts)(aov_per_customer(texts, SEPTEMBER))


def test_the_entry_is_the_newest_definition_and_the_others_stand_in_full_beside_it(redefined: Any) -> None:
    aov = config_from_texts(redefined).kpi("aov")
    assert [(one.definition_version, one.valid_from, one.measures) for one in aov.definitions] == [
        (1, None, ("order_value_eur", "order_count")),
        (2, SEPTEMBER, ("order_value_eur", "ordering_customers")),
    ]
    assert aov.earlier[0].formula_text.endswith(" / orders")


def test_a_table_says_from_when_to_when_each_definition_is_valid_and_why_it_changed(redefined: Any) -> None:
    table = load_project(config_from_texts(redefined)).tables["reference.kpi_definition"]
    connection = duckdb.connect()
    connection.execute("create schema reference")
    connection.execute(table.statement())
    rows = connection.execute(
        """select definition_version, valid_from, valid_to, denominator_measure, unit, left(reason, 9)
        from reference.kpi_definition where kpi_id = 'aov' order by definition_version"""
    ).fetchall()
    assert rows == [
        (1, None, SEPTEMBER, "order_count", "EUR", None),
        (2, SEPTEMBER, None, "ordering_customers", "EUR", "Customers"),
    ]


def test_an_earlier_definition_that_changes_changes_the_definitions_hash(redefined: Any) -> None:
    changed = redefined.changed(ECOMMERCE, "          denominator: orders", "          denominator: sales")
    other = config_from_texts(changed)
    assert other.definitions_hash != config_from_texts(redefined).definitions_hash


REFUSALS: dict[str, tuple[str, str, str]] = {
    "the earlier definition is not kept": (
        "    earlier:\n      - definition_version: 1\n",
        "    note_of_old:\n      - definition_version: 1\n",
        "unknown key 'note_of_old'",
    ),
    "a version is left out": (
        "definition_version: 2\n",
        "definition_version: 3\n",
        "aov is of definition 3, and its earlier ones are 1: keep 1 to 2, oldest first under earlier, as they stood",
    ),
    "a version stands twice": (
        "      - definition_version: 1\n",
        "      - definition_version: 2\n        valid_from: 2026-05-01\n        reason: another\n",
        "aov is of definition 2, and its earlier ones are 2: keep 1 under earlier, as they stood",
    ),
    "it begins in the middle of a month": (
        "valid_from: 2026-09-01",
        "valid_from: 2026-09-15",
        "2026-09-15 is in the middle of a month: a definition begins with one, for example 2026-10-01",
    ),
    "it does not say when it begins": (
        "    valid_from: 2026-09-01\n",
        "",
        "aov has a new definition without date or reason: add valid_from and reason",
    ),
    "it begins before the one before it": (
        "      - definition_version: 1\n",
        "      - definition_version: 1\n        valid_from: 2026-09-01\n",
        "definition 2 of aov does not begin after the one before it: give each definition a later valid_from",
    ),
    "the earlier one contradicts itself": (
        "        denominator: order_count\n",
        "",
        "definition 1 is a ratio without a denominator: name the measure and its words in formula",
    ),
    "the earlier one names an unknown stage": (
        "        additivity: ratio\n",
        "        additivity: ratio\n        stages: [led]\n",
        "unknown stage 'led': did you mean 'lead'?",
    ),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_history_that_contradicts_itself_is_refused_with_file_and_line(redefined: Any, what: str) -> None:
    old, new, why = REFUSALS[what]
    with pytest.raises(WrongUse) as refusal:
        config_from_texts(redefined.changed(ECOMMERCE, old, new))
    assert "ecommerce.yaml line " in str(refusal.value) and why in str(refusal.value)


def test_a_second_definition_without_its_first_is_refused(shipped: Config, texts: Any) -> None:
    lone = "definition_version: 2\n    valid_from: 2026-09-01\n    reason: another\n"
    with pytest.raises(WrongUse, match="orders is of definition 2, and its earlier ones are none: keep 1 under"):
        config_from_texts(texts.changed(ECOMMERCE, "definition_version: 1\n", lone))


@pytest.mark.parametrize(
    ("measure", "why"),
    [
        ("order_cout", "KPI aov, definition 1: there is no measure 'order_cout': did you mean order_count?"),
        (
            "newsletter_signups",
            "KPI aov, definition 1: the measure 'newsletter_signups' does not exist by campaign, channel, device",
        ),
    ],
)
def test_an_earlier_definition_needs_its_measures_for_as_long_as_its_months_are_shown(
    redefined: Any, measure: str, why: str
) -> None:
    changed = redefined.changed(ECOMMERCE, "        denominator: order_count", f"        denominator: {measure}")
    with pytest.raises(WrongUse) as refusal:
        load_project(config_from_texts(changed))
    assert why in str(refusal.value)
