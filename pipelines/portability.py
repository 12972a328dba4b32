"""The SQL that means the same on every engine; anything else is refused when the project loads.

The list is measured, not taken on trust: a function comes in with a line here and a parity probe. The reasons stand in
the messages, because they are what the author of a query needs.
"""

from __future__ import annotations

from sqlglot import exp

from pipelines.failures import WrongUse

# sqlglot's names of the functions that may be used.
ALLOWED = """
    ABS AND CASE CAST CEIL COALESCE CONCAT COUNT DATEDIFF DATE_ADD DATE_DIFF DATE_SUB DATE_TRUNC DAY DENSE_RANK EXISTS
    EXP EXPLODE EXPLODING_GENERATE_SERIES EXTRACT FLOOR GENERATE_SERIES GREATEST GROUP_CONCAT IF LAG LEAD LEAST LENGTH
    LN LOCAL_DATE LOCAL_MONTH LOWER MAX MEDIAN MIN MONTH NULLIF OR PERCENTILE_CONT QUANTILE_CONT RANGE RANK RATIO
    REPLACE ROUND ROW_NUMBER SHA2 SHA256 SIGN SPLIT_PART SQRT STARTS_WITH STRFTIME STR_TO_DATE STR_TO_TIME SUBSTRING
    SUM TIMESTAMP_TRUNC TRIM TRY_CAST TRY_STRPTIME TS_OR_DS_ADD UNNEST UPPER XOR YEAR
"""
ALLOWED_FUNCTIONS = frozenset(ALLOWED.split())

REFUSED_NODES: tuple[tuple[type[exp.Expression], str], ...] = (
    (exp.Qualify, "QUALIFY selects other rows elsewhere; number the rows in a subquery"),
    (exp.Avg, "a mean of ratios misleads and binary means change with threads; sum, then ratio()"),
    (exp.AnyValue, "any_value depends on the order of rows; use min or max"),
    (exp.First, "first depends on the order of rows; use min or max"),
    (exp.ArrayAgg, "list() loses its order elsewhere"),
)


def refuse_unportable(query: exp.Expression, origin: str, *, reads_raw: bool) -> None:
    """Raises WrongUse for the first construction that another engine would read differently."""
    for node, why in REFUSED_NODES:
        if query.find(node):
            raise WrongUse(origin, f"{node.__name__.lower()} is not portable", why)
    for group in query.find_all(exp.Group):
        if group.args.get("all"):
            raise WrongUse(origin, "GROUP BY ALL is not portable", "name the columns")
    for function in query.find_all(exp.Func):
        name = function.name.upper() if isinstance(function, exp.Anonymous) else function.sql_name().upper()
        if name not in ALLOWED_FUNCTIONS:
            raise WrongUse(
                origin, f"the function {name} is not on the portable list", "use another, or add a parity probe"
            )
    for division in query.find_all(exp.Div):
        raise WrongUse(
            origin, f"`{division.sql(dialect='duckdb')}` divides by hand", "use ratio(numerator, denominator)"
        )
    for literal in query.find_all(exp.Literal):
        if literal.is_number and "." in literal.name and "e" not in literal.name.lower():
            raise WrongUse(
                origin, f"the decimal literal {literal.name} differs by engine", "write it as 1.5e0 or cast it"
            )
    if reads_raw:
        for window in query.find_all(exp.Window):
            raise WrongUse(
                origin,
                f"`{window.sql(dialect='duckdb')}` windows over raw",
                "join meta.current_part and window in facts",
            )
