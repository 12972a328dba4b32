"""`config/annotations.yaml`: what happened on a day or in a period, as a person tells it. Remarks change no figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationError, model_validator

from pipelines.configuration.company import Labels
from pipelines.configuration.located_yaml import LocatedYaml
from pipelines.configuration.problems import Problems, UnfitError
from pipelines.configuration.strict import Id, StrictModel, Text
from pipelines.privacy import masked_text


def _without_address(text: str) -> str:
    if masked_text(text) != text:
        raise UnfitError(
            "there is an e-mail address, phone or IP number in it",
            "leave it out: this text is published",
        )
    return text


def _labels_without_address(labels: Labels) -> Labels:
    for text in (labels.nl, labels.en):
        _without_address(text)
    return labels


def _shape(value: Any) -> str:
    return "by_language" if isinstance(value, Mapping) else "same_for_all"


PublicText = Annotated[Text, AfterValidator(_without_address)]
Told = Annotated[
    Annotated[PublicText, Tag("same_for_all")]
    | Annotated[Labels, AfterValidator(_labels_without_address), Tag("by_language")],
    Discriminator(_shape),
]


class Annotation(StrictModel):
    """A remark on a day or a period; without a KPI and a channel it is about all of them."""

    day: date | None = Field(default=None, alias="date")
    first_day: date | None = Field(default=None, alias="from")
    last_day: date | None = Field(default=None, alias="to")
    kpi: Id | None = None
    channel: Text | None = None
    text: Told
    author: PublicText

    @model_validator(mode="after")
    def _is_of_a_day_or_a_period(self) -> Self:
        if self.day is not None and (self.first_day or self.last_day):
            raise UnfitError("a date stands beside from and to", "keep the date, or from and to", "date")
        if self.day is None and (self.first_day is None or self.last_day is None):
            raise UnfitError("it has neither a date nor from and to", "write date, or both from and to")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise UnfitError(f"to is {self.last_day}, which lies before from", "exchange the two", "to")
        return self

    @property
    def period(self) -> tuple[date, date]:
        """Its first and its last day."""
        given = [day for day in (self.day, self.first_day, self.last_day) if day]
        return given[0], given[-1]

    def text_in(self, language: Literal["nl", "en"]) -> str:
        """What it says; a single text is for readers of every language."""
        return self.text if isinstance(self.text, str) else str(getattr(self.text, language))


def read_annotations(document: LocatedYaml, kpi_ids: Iterable[str], channels: Iterable[str]) -> tuple[Annotation, ...]:
    """The annotations of a file in its order.

    Raises:
        WrongUse: an entry is wrong, or names a KPI or a channel that nothing else names.
    """
    problems, listed = Problems(document.file), document.data or []
    if not isinstance(listed, list):
        problems.add(1, "the file is not one list", "begin each annotation with `- `")
        problems.raise_if_any()
    found = []
    for index, given in enumerate(listed):
        try:
            found.append(Annotation.model_validate(given))
        except ValidationError as error:
            problems.add_invalid(error, document, Annotation, (index,))
            continue
        named = (("kpi", "KPI", found[-1].kpi, kpi_ids), ("channel", "channel", found[-1].channel, channels))
        for key, what, name, right in named:
            if name is not None and name not in right:
                problems.add_unknown(document.line_of((index, key)), what, name, right)
    problems.raise_if_any()
    return tuple(found)
