"""Words and numbers in one language: the text catalogue, dates, amounts, and reasons that tables give in English.

Says nothing about what a page holds. Texts are in `texts/<language>.yaml`; both languages have the same keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from math import floor, log10
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.dates import format_date, format_datetime, format_interval
from babel.numbers import format_currency, format_decimal, format_percent

from pipelines.failures import WrongUse
from pipelines.review.charts import NumberLocale
from pipelines.review.month import Definition

TEXTS = Path(__file__).parent / "texts"
LOCALES = {"nl": "nl_NL", "en": "en_GB"}

NUMBER_LOCALES: Mapping[str, NumberLocale] = {"nl": "nl-NL", "en": "en-GB"}
EURO_SIGN = {"nl": "¤\u00a0{0};¤\u00a0-{0}", "en": "¤{0};-¤{0}"}
# A return of 3.4 means 3.4 euros for each euro; as 340 % it would read as a share.
SHOWN_AS_FACTOR = frozenset({"roas", "clv_cac_ratio", "cpa_to_margin_ratio"})
# The figure itself is a difference of two percentages.
SHOWN_AS_POINTS = frozenset({"ab_test_uplift"})
MISSING = "—"
# what a version is noted with that was frozen on a close day
CLOSE_DAY = re.compile(r"day (\d+)")
MINUS = "\u2212"
Number = float | int | Decimal
# what is said in English, and how the language says it
Said = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True)
class Phrase:
    """A text and its language, where that is not the page's own."""

    text: str
    language: str = ""


class Wording:
    """Everything that differs between two languages."""

    def __init__(self, language: str, texts: Mapping[str, str], reasons: Said, rejections: Said):
        self.language = language
        self.locale = LOCALES[language]
        self._texts, self._reasons, self._rejections = texts, reasons, rejections

    def __call__(self, key: str, **values: object) -> str:
        """The text of a dotted key with its values filled in; KeyError when there is none."""
        return self._texts[key].format(**values)

    def known(self, key: str) -> str | None:
        """The text of a key that need not exist."""
        return self._texts.get(key)

    def counted(self, key: str, count: int, **values: object) -> str:
        """The singular or plural form of a text for a count."""
        form = str(Locale.parse(self.locale).plural_form(count))
        return self(f"{key}.{form}", count=self.count(count), **values)

    def kpi_name(self, definition: Definition) -> str:
        """The name of a KPI in the page's language."""
        return definition.name_nl if self.language == "nl" else definition.name_en

    # ---- dates ----

    def month(self, month: date) -> str:
        """September 2026."""
        return str(format_date(month, "LLLL y", locale=self.locale))

    def month_short(self, month: date) -> str:
        """Sep 2026."""
        return str(format_date(month, "LLL y", locale=self.locale))

    def day(self, day: date) -> str:
        """5 November 2026."""
        return str(format_date(day, "d MMMM y", locale=self.locale))

    def period(self, first: date, last: date) -> str:
        """16 to 20 March 2026 with a dash, or one day."""
        return self.day(first) if first == last else str(format_interval(first, last, "yMMMMd", locale=self.locale))

    def moment(self, moment: datetime) -> str:
        """A day and a time, in UTC."""
        return f"{format_datetime(moment, 'd MMMM y, HH:mm', tzinfo=UTC, locale=self.locale)} UTC"

    # ---- numbers ----

    def count(self, value: Number) -> str:
        """A whole number, with one decimal when it is not whole."""
        pattern = "#,##0" if value == int(value) else "#,##0.0"
        return self._signed(format_decimal(value, pattern, locale=self.locale))

    def amount(self, value: Number, *, cents: bool) -> str:
        """Euros."""
        digits = EURO_SIGN[self.language].format("#,##0.00" if cents else "#,##0")
        text = format_currency(value, "EUR", digits, locale=self.locale, currency_digits=False)
        return self._signed(text)

    def percentage(self, value: Number, *, beside: Number | None = None) -> str:
        """A fraction as a percentage; small ones, and what stands `beside` them, get two decimals."""
        smallest = value if beside is None else beside
        pattern = "#,##0.00%" if 0 < abs(float(smallest)) < 0.01 else "#,##0.0%"
        return self._signed(format_percent(value, pattern, locale=self.locale))

    def points(self, difference: float) -> str:
        """A difference of two fractions in percentage points."""
        pattern = "#,##0.00" if abs(difference) < 0.01 else "#,##0.0"
        number = self._signed(format_decimal(difference * 100, pattern, locale=self.locale))
        return self("number.points", number=number)

    def factor(self, value: Number) -> str:
        """A multiple, such as a return of 3.42 times the spend."""
        return self._signed(format_decimal(value, "#,##0.00", locale=self.locale)) + "\u00d7"

    def figure(self, kpi_id: str, unit: str, value: Number, *, beside: Number | None = None) -> str:
        """A KPI's value in its unit, with the decimals that the figure `beside` it has."""
        if unit == "EUR":
            return self.amount(value, cents=abs(float(value if beside is None else beside)) < 1000)
        if kpi_id in SHOWN_AS_POINTS:
            return self.points(float(value))
        if unit == "ratio":
            return self.factor(value) if kpi_id in SHOWN_AS_FACTOR else self.percentage(value, beside=beside)
        if unit == "count":
            return self.count(value)
        number = self._signed(format_decimal(value, "#,##0.0", locale=self.locale))
        label = self.known(f"unit.{unit}")
        return f"{number} {label}" if label else number

    def difference(self, kpi_id: str, unit: str, difference: Number) -> str:
        """A difference with its sign, in the unit of its KPI, with at least two digits that are not 0."""
        is_share = self.is_share(kpi_id, unit)
        number = float(difference) * (100 if is_share else 1)
        if not number:
            return "0"
        usual = {"count": 0, "EUR": 2 if abs(number) < 1000 else 0, "ratio": 1 if is_share else 2}.get(unit, 1)
        needed = 0 if number == int(number) else 1 - floor(log10(abs(number)))
        places = min(max(usual, needed), 6)
        text = format_decimal(abs(number), f"#,##0.{'0' * places}".rstrip("."), locale=self.locale)
        if unit == "EUR":
            text = EURO_SIGN[self.language].partition(";")[0].format(text).replace("¤", "€")
        return ("+" if number > 0 else MINUS) + (self("number.points_short", number=text) if is_share else text)

    @staticmethod
    def is_share(kpi_id: str, unit: str) -> bool:
        """Whether a KPI is shown as a percentage, so that its differences are percentage points."""
        return unit == "ratio" and kpi_id not in SHOWN_AS_FACTOR

    def exact(self, value: Decimal, *, is_signed: bool = False) -> str:
        """A decimal number with all of its digits."""
        sign = "+" if is_signed and value > 0 else ""
        return sign + self._signed(format_decimal(value, f"#,##0.{'#' * 12}", locale=self.locale))

    @staticmethod
    def _signed(text: object) -> str:
        return str(text).replace("-", MINUS)

    def noted(self, note: str) -> str:
        """Why a version was frozen."""
        on_day = CLOSE_DAY.fullmatch(note)
        return self("note.day", day=on_day[1]) if on_day else self.known(f"note.{note}") or note

    # ---- reasons ----

    def reason(self, text: str) -> Phrase:
        """A reason that a table gives in English, in the page's language where it is known."""
        parts = [self._reason(part) for part in text.split("; ") if part]
        if all(part is not None for part in parts):
            return Phrase("; ".join(part for part in parts if part))
        return Phrase(text, "" if self.language == "en" else "en")

    def _reason(self, text: str) -> str | None:
        for pattern, template in self._reasons:
            if match := pattern.fullmatch(text):
                return template.format(**{name: self._named(name, part) for name, part in match.groupdict().items()})
        return text if self.language == "en" else None

    def rejection(self, text: str) -> Phrase:
        """Why a row of a file was rejected, or what to do about it, in the page's language where it is known."""
        for pattern, template in self._rejections:
            if match := pattern.fullmatch(text):
                return Phrase(template.format(**match.groupdict()))
        return Phrase(text, "" if self.language == "en" else "en")

    def _named(self, group: str, text: str) -> str:
        if group == "day":
            return self.day(date.fromisoformat(text))
        return ", ".join(self._texts.get(f"{group}.{part}", part) for part in text.split(", "))

    def sources(self, named: tuple[str, ...]) -> str:
        """Source names, separated by commas."""
        return ", ".join(self._texts.get(f"source.{name}", name) for name in named)


@lru_cache
def load_wording(language: str) -> Wording:
    """The wording of a language; raises WrongUse when there is no text catalogue for it."""
    path = TEXTS / f"{language}.yaml"
    if language not in LOCALES or not path.is_file():
        raise WrongUse(f"language {language!r}", "there are no texts in it", f"use one of {', '.join(sorted(LOCALES))}")
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    rejections = TEXTS / f"rejections.{language}.yaml"
    # they are made in English
    said = yaml.safe_load(rejections.read_text(encoding="utf-8")) if rejections.is_file() else ()
    return Wording(language, dict(_flat({**loaded, "reasons": {}})), _said(loaded["reasons"]), _said(said))


def _said(lines: Iterable[Mapping[str, str]]) -> Said:
    return tuple((re.compile(line["when"]), line["say"]) for line in lines)


def _flat(texts: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in texts.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", str(value).strip()))
    return found
