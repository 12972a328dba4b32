"""How vendors write numbers, shares, days and times: in the language of the user, and never twice alike.

Written apart from what reads them: nothing here knows the pipeline.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

NO_BREAK, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"
# what separates thousands, and what stands before the decimals
MARKS = {
    **dict.fromkeys(("en", "ja"), (",", ".")),
    **dict.fromkeys(("de", "nl", "pt", "es", "it"), (".", ",")),
    "fr": (NARROW, ","),
    "pl": (NO_BREAK, ","),
}
MONTHS = {
    "de": ["Jan.", "Feb.", "M\u00e4rz", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."],
    "fr": ["janv.", "f\u00e9vr.", "mars", "avr.", "mai", "juin", "juil.", "ao\u00fbt", "sept.", "oct.", "nov.",
           "d\u00e9c."],
    "nl": ["jan.", "feb.", "mrt.", "apr.", "mei", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.", "dec."],
}  # fmt: skip
WEEKDAYS = {
    "de": ["Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."],
    "fr": ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    "nl": ["ma", "di", "wo", "do", "vr", "za", "zo"],
}
STYLES = ("plain", "grouped", "sign", "code", "scaled")


def number(value: Decimal, language: str, turn: int, *, is_money: bool, is_narrow: bool) -> str:
    """A number in one of the ways that the language knows; `is_narrow`: the text holds none but old characters."""
    thousands, mark = MARKS[language]
    if thousands == NARROW and (is_narrow or turn % 2):
        thousands = NO_BREAK
    style = STYLES[turn % len(STYLES)]
    digits = f"{abs(value):f}"
    if style == "scaled" and abs(value) >= 1000 and value % 10 == 0:
        text = f"{(abs(value) / 1000).normalize():f}".replace(".", mark) + "K"
    elif style == "plain":
        text = digits.replace(".", mark)
    else:
        text = f"{abs(value):,f}".translate({ord(","): thousands, ord("."): mark})
    if is_money and style == "sign":
        text = f"\u20ac{text}" if language in {"en", "nl"} else f"{text}{NO_BREAK}\u20ac"
    if is_money and style == "code":
        text = f"{text} EUR"
    if value >= 0:
        return text
    return (f"-{text}", f"({text})", f"-{text}" if is_narrow else f"{MINUS}{text}")[turn % 3]


def share(value: Decimal, language: str, turn: int) -> str:
    """A share as percent, with or without its sign."""
    digits = f"{(value * 100).normalize():f}".replace(".", MARKS[language][1])
    return digits + ("%", " %", "")[turn % 3]


def moment(value: datetime, notation: str, language: str, turn: int) -> str:
    """A day or time in a notation of strptime, its words in the language; without zeros in front, now and then."""
    if language in MONTHS:
        notation = notation.replace("%b", MONTHS[language][value.month - 1])
        notation = notation.replace("%a", WEEKDAYS[language][value.weekday()])
    text = value.strftime(notation)
    return re.sub(r"\b0([0-9])/", r"\1/", text) if turn % 2 else text


def as_read(value: datetime, notation: str) -> datetime:
    """What a notation leaves of a moment."""
    if "%S" in notation:
        return value
    if "%M" in notation:
        return value.replace(second=0)
    return value.replace(hour=0, minute=0, second=0)
