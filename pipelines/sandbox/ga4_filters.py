"""GA4 filters as SQL conditions, for dimensions before rows are grouped and for metrics after.

GA4 reference §4: filters. Whether the fields exist is checked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.analytics.data_v1beta.types import Filter

_MATCH = Filter.StringFilter.MatchType
_TEXT = {
    _MATCH.EXACT: "{field} = {value}",
    _MATCH.BEGINS_WITH: "starts_with({field}, {value})",
    _MATCH.ENDS_WITH: "ends_with({field}, {value})",
    _MATCH.CONTAINS: "contains({field}, {value})",
    _MATCH.FULL_REGEXP: "regexp_full_match({field}, {value})",
    _MATCH.PARTIAL_REGEXP: "regexp_matches({field}, {value})",
}
_OPERATION = Filter.NumericFilter.Operation
_NUMBER = {
    _OPERATION.EQUAL: "=",
    _OPERATION.LESS_THAN: "<",
    _OPERATION.LESS_THAN_OR_EQUAL: "<=",
    _OPERATION.GREATER_THAN: ">",
    _OPERATION.GREATER_THAN_OR_EQUAL: ">=",
}


def condition(expression: Any, fields: Mapping[str, str], parameters: dict[str, Any]) -> str:
    """The condition of a filter expression, "" for none; `fields` are SQL expressions, values go to `parameters`."""
    kind = expression.WhichOneof("expr")
    if kind is None:
        return ""
    if kind == "filter":
        return _single(expression.filter, fields[expression.filter.field_name], parameters)
    if kind == "not_expression":
        return f"not ({condition(expression.not_expression, fields, parameters)})"
    joined = [condition(one, fields, parameters) for one in getattr(expression, kind).expressions]
    return "(" + (" and " if kind == "and_group" else " or ").join(joined) + ")"


def _single(one: Any, field: str, parameters: dict[str, Any]) -> str:
    kind = one.WhichOneof("one_filter")
    if kind == "string_filter":
        return _string(one.string_filter, field, parameters)
    if kind == "in_list_filter":
        texts = list(one.in_list_filter.values)
        if not one.in_list_filter.case_sensitive:
            field, texts = f"lower({field})", [text.lower() for text in texts]
        return f"{field} in (select unnest({_parameter(texts, parameters)}))"
    if kind == "numeric_filter":
        operation = _NUMBER[_OPERATION(one.numeric_filter.operation)]
        return f"cast({field} as double) {operation} {_parameter(_number(one.numeric_filter.value), parameters)}"
    if kind == "between_filter":
        low, high = (_number(end) for end in (one.between_filter.from_value, one.between_filter.to_value))
        return f"cast({field} as double) between {_parameter(low, parameters)} and {_parameter(high, parameters)}"
    return f"{field} in ('', '(not set)')"


def _string(text: Any, field: str, parameters: dict[str, Any]) -> str:
    match = _MATCH(text.match_type) if text.match_type else _MATCH.EXACT
    value = text.value
    if not text.case_sensitive:
        field = f"lower({field})"
        # a pattern keeps its escapes: \D is not \d
        value = f"(?i){value}" if match in (_MATCH.FULL_REGEXP, _MATCH.PARTIAL_REGEXP) else value.lower()
    return _TEXT[match].format(field=field, value=_parameter(value, parameters))


def _number(value: Any) -> float:
    return float(getattr(value, value.WhichOneof("one_value") or "double_value"))


def _parameter(value: Any, parameters: dict[str, Any]) -> str:
    name = f"value_{len(parameters)}"
    parameters[name] = value
    return f"${name}"
