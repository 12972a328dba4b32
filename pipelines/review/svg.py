"""An SVG from the chart library, made fit to stand inside a page: named, described, scalable, with ids of its own.

Knows nothing of charts or months. What is not plain drawing (scripts, links, images, foreign content) is refused.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markupsafe import Markup

from pipelines.failures import DataFailed

DRAWING = frozenset(
    {"svg", "g", "path", "line", "rect", "circle", "text", "tspan", "defs", "clipPath", "title", "desc"}
)
LOCAL_REFERENCE = re.compile(r"url\(#([\w-]+)\)")
NOT_IN_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def drawable(text: str) -> str:
    """The text with a sign for each character that no SVG may hold, such as a backspace."""
    return NOT_IN_XML.sub("\ufffd", text)


def dressed(svg: str, *, name: str, title: str, description: str) -> Markup:
    """The SVG as an image with a title and a description; `name` is unique within the page."""
    # The text was made by the chart library a moment ago; it has no entities or external parts to expand.
    root = ElementTree.fromstring(svg)  # noqa: S314
    for element in root.iter():
        _simplify(element, name)
    _drop_background(root)
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    root.attrib = {
        "viewBox": root.attrib.get("viewBox", f"0 0 {width} {height}"),
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
        "focusable": "false",
    }
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        label = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        label.text = drawable(text)
        root.insert(place, label)
    # ElementTree escapes every text and attribute, so names from outside stay text.
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704


def _simplify(element: ElementTree.Element, name: str) -> None:
    tag = element.tag.rpartition("}")[2]
    if tag not in DRAWING:
        raise DataFailed(f"chart {name}", f"the drawing holds a <{tag}>", "report it; the page is not written")
    element.tag = tag
    for key in list(element.attrib):
        if (
            key.startswith(("aria-", "on"))
            or key in {"role", "font-family", "pointer-events", "class"}
            or "href" in key
        ):
            del element.attrib[key]
    if "id" in element.attrib:
        element.attrib["id"] = f"{name}-{element.attrib['id']}"
    for key, value in element.attrib.items():
        element.attrib[key] = LOCAL_REFERENCE.sub(rf"url(#{name}-\1)", value)


def _drop_background(root: ElementTree.Element) -> None:
    for child in list(root):
        if child.tag == "rect":
            root.remove(child)
