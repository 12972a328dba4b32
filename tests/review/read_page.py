"""A page as a browser would see it: elements with their attributes, and the text of any of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "link", "br"}


@dataclass
class Element:
    """One element; `text` is all text inside it, with single spaces."""

    tag: str
    attributes: dict[str, str]
    parents: tuple[Element, ...]
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.parts)).strip()

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())


class Page(HTMLParser):
    """All elements of a page in order."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.source = path.read_text(encoding="utf-8")
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.parts.append(data)

    def every(self, tag: str, css_class: str = "", inside: Element | None = None) -> list[Element]:
        return [
            element
            for element in self.elements
            if element.tag == tag
            and (not css_class or css_class in element.classes)
            and (inside is None or any(parent is inside for parent in element.parents))
        ]

    def section(self, name: str) -> Element:
        """The element with that id."""
        return next(element for element in self.elements if element.attributes.get("id") == name)

    def card(self, name: str) -> Element:
        """The headline card of a KPI."""
        titles = [heading for heading in self.every("h3") if heading.text == name]
        return next(parent for parent in titles[0].parents if parent.tag == "article")

    def row(self, head: str, caption: str) -> Element:
        """The row that begins with `head`, in the table with that caption."""
        named = next(element for element in self.every("caption") if element.text == caption)
        table = named.parents[-1]
        heads = [head_cell for head_cell in self.every("th", inside=table) if head_cell.text == head]
        return heads[0].parents[-1]


# writes the pages of a database and gives them by language
Written = Callable[..., dict[str, Page]]
