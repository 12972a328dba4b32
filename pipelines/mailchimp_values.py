"""Typed values out of one JSON object of a Mailchimp answer: texts, counts, money, moments.

Every field is optional, and Mailchimp sends "" where it means nothing: both become None. Anything else that does not
fit its type is an error, never a guess. Which fields are read is `mailchimp`'s.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pipelines.mailchimp_errors import MailchimpUnavailableError, unexpected

MONEY_STEP = Decimal("0.000001")
MONEY_LIMIT = Decimal(10) ** 12


class Answer:
    """One JSON object; `path` walks into nested objects with dots. `what` names it in errors."""

    def __init__(self, document: dict[str, Any], what: str) -> None:
        self._document, self._what = document, what

    def text(self, path: str) -> str | None:
        """A text; NULL when it is empty or absent."""
        value = self._value(path)
        if value is not None and not isinstance(value, str | int):
            raise self._unfit(path, value, "text")
        return None if value is None else str(value)

    def identifier(self, path: str) -> str:
        """A text that has to be there."""
        value = self.text(path)
        if value is None:
            raise unexpected(self._what, f"an object comes without {path}")
        return value

    def count(self, path: str) -> int | None:
        """A whole number; some counters arrive as text."""
        number = self._number(path)
        if number is None:
            return None
        if number != number.to_integral_value() or abs(number) >= 2**63:
            raise self._unfit(path, number, "a whole number")
        return int(number)

    def money(self, path: str) -> Decimal | None:
        """An amount with six decimals."""
        number = self._number(path)
        if number is None:
            return None
        if abs(number) >= MONEY_LIMIT:
            raise self._unfit(path, number, "an amount of money")
        return number.quantize(MONEY_STEP)

    def rate(self, path: str) -> Decimal | None:
        """A fraction of one with six decimals."""
        number = self._number(path)
        if number is None:
            return None
        if not 0 <= number <= 1:
            raise self._unfit(path, number, "a fraction of 1")
        return number.quantize(MONEY_STEP)

    def moment(self, path: str) -> datetime | None:
        """A point in time, aware, in UTC; Mailchimp's times are UTC also when they do not say so."""
        value = self._value(path)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            raise self._unfit(path, value, "a point in time") from None

    def _number(self, path: str) -> Decimal | None:
        value = self._value(path)
        if value is None:
            return None
        try:
            number = Decimal(value) if isinstance(value, int | str | Decimal) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if isinstance(value, bool) or not number.is_finite():
            raise self._unfit(path, value, "a number")
        return number

    def _value(self, path: str) -> Any:
        value: Any = self._document
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return None if value == "" else value

    def _unfit(self, path: str, value: object, expected: str) -> MailchimpUnavailableError:
        return unexpected(self._what, f"{path} is {str(value)[:40]!r}, not {expected}")
