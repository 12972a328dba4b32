"""What may never be summed: distinct people, money in several currencies, what several claim of the same sales.

Refused when the project loads. A column says so itself, by the first word of its comment (`distinct:`, `own currency:`,
`claim:`). How measures are added up belongs to `kpi_rollup`; a claim is no measure at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from pipelines.failures import WrongUse
from pipelines.tables import Table

# role of a column -> what it holds, and what to do instead
NEVER_SUMMED = {
    "distinct": ("a count of distinct people", "read the figure that was counted for the period itself"),
    "own currency": ("money in several currencies", "convert every row to euros first, or group by currency"),
    "claim": ("what several claim of the same sales", "count the sales, or group by who claims them"),
}
# role of a column -> the columns by one of which its sums make sense
SUMMED_WITHIN = {"distinct": frozenset(), "own currency": {"currency"}, "claim": {"platform", "claimant"}}


def refuse_impossible_sums(tables: Mapping[str, Table]) -> None:
    """Raises WrongUse for the first query that sums a column which must not be, or makes a measure of a claim."""
    for name, table in sorted(tables.items()):
        roles = {
            column.name: column.role
            for read in table.dependencies
            if read in tables
            for column in tables[read].columns
            if column.role in NEVER_SUMMED
        }
        if not roles:
            continue
        query = table.tree
        if table.schema == "measures":
            _refuse_claims(name, query, roles)
        for column, role in _summed(query, roles | dict.fromkeys(_claims_renamed(query, table, roles), "claim")):
            what, remedy = NEVER_SUMMED[role]
            raise WrongUse(name, f"it sums {column!r}, {what}", remedy)


def _refuse_claims(name: str, query: exp.Expr, roles: Mapping[str, str]) -> None:
    """A measure is summed over whatever a KPI names, so that no grouping of its own would make a claim safe."""
    for column in query.find_all(exp.Column):
        if roles.get(column.name) == "claim":
            raise WrongUse(name, f"it measures by {column.name!r}, which somebody claims", "count the sales themselves")


def _claims_renamed(query: exp.Expr, table: Table, roles: Mapping[str, str]) -> set[str]:
    """What the query makes of claims under other names; a table that says that it holds claims itself may sum those."""
    if any(column.role == "claim" for column in table.columns):
        return set()
    claims = {column for column, role in roles.items() if role == "claim"}
    named = [
        (alias.alias, {column.name for column in alias.find_all(exp.Column)}) for alias in query.find_all(exp.Alias)
    ]
    renamed: set[str] = set()
    while more := {name for name, made_of in named if made_of & (claims | renamed)} - claims - renamed:
        renamed |= more
    return renamed


def _summed(query: exp.Expr, roles: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The marked columns that the query sums; money may be within one currency, claims of one claimant."""
    for total in query.find_all(exp.Sum):
        for column in total.find_all(exp.Column):
            role = None if _is_only_asked(column, total) else roles.get(column.name)
            if role and not _grouped_by(total) & SUMMED_WITHIN[role]:
                yield column.name, role


def _is_only_asked(column: exp.Column, total: exp.Sum) -> bool:
    """Whether a column stands in the condition of a CASE: what is summed then is something else."""
    conditions = (choice.this for choice in total.find_all(exp.If))
    return any(column is asked for condition in conditions for asked in condition.find_all(exp.Column))


def _grouped_by(total: exp.Sum) -> set[str]:
    select = total.find_ancestor(exp.Select)
    group = select.args.get("group") if select else None
    return {column.name for column in group.find_all(exp.Column)} if group is not None else set()
