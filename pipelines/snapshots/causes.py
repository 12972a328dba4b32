"""Why a closed month differs: the causes, in the one order in which they are told apart.

Data first, then the rules, then what is computed. What is not named by an earlier cause falls to a later one, so that
nothing is left over. What a cause does to the loads that count is in `advancing`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from pipelines.stored_texts import Recipe

# contract.md §4, snapshots.restatement
CAUSES = (
    *("exchange_rate", "merge", "refund", "late_data", "source_correction"),
    *("attribution", "cost_allocation", "configuration", "definition"),
)
# cause -> the objects whose loads are its own
OBJECTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "exchange_rate": frozenset({"exchange_rate"}),
        "merge": frozenset({"lead_merge", "deal_merge"}),
        "refund": frozenset({"refund"}),
    }
)
# cause -> the tables that are compiled from the configuration it is about
TABLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "attribution": frozenset(
            {
                *("reference.channel_rule", "reference.channel_exclusion"),
                *("reference.known_channel", "reference.platform_alias"),
            }
        ),
        "cost_allocation": frozenset({"reference.cost_driver"}),
        "configuration": frozenset(
            {
                *("reference.setting", "reference.source", "reference.stage", "reference.website_event"),
                "reference.crm_term",
                *("reference.benchmark", "reference.funnel_step", "reference.funnel_target"),
            }
        ),
    }
)


# the tables that are compiled from the catalogue and, in part, from the settings of the company
CATALOGUE = frozenset({"reference.kpi", "reference.kpi_definition", "reference.kpi_grain"})
ZONE = re.compile(r"timezone\('[^']*'")


def with_rules_of(cause: str, recipe: Recipe, newer: Recipe, *, same_catalogue: bool) -> Recipe:
    """A recipe under the newer rules that a cause is about; under `definition` it is the newer one.

    Where the catalogue is the same on both sides, its tables differ by the settings of the company alone.
    """
    if cause == "definition":
        return newer
    names, macros = TABLES[cause], recipe.macros
    if cause == "configuration":
        names |= CATALOGUE if same_catalogue else frozenset()
        if ZONE.sub("", newer.macros) == ZONE.sub("", recipe.macros):
            macros = newer.macros
    replaced = {name: newer.tables[name] for name in names & recipe.tables.keys() & newer.tables.keys()}
    return Recipe({**recipe.tables, **replaced}, macros)


def changed_tables(recipe: Recipe, other: Recipe) -> frozenset[str]:
    """The tables of the other recipe that compute something else; all of them under other macros."""
    if recipe.macros != other.macros:
        return frozenset(other.tables)
    known = {name: table.version for name, table in recipe.tables.items()}
    return frozenset(name for name, table in other.tables.items() if known.get(name) != table.version)
