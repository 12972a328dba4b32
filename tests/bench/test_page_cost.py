"""The pages of a closed month cost little more than the drawings in them, and a chart little more than drawing it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sample_snapshot import CHECKS, NEWEST, PACK, sample_connection

from pipelines.review import Masthead, charts
from pipelines.review.page import write_month
from pipelines.review.reading import read_closed_month

pytestmark = pytest.mark.bench

# what a page does besides drawing: tables, texts, templates, in two languages, of the month and of its year
MOST_OF_PAGES = 4.0
# what a chart does besides being drawn: its specification
MOST_OF_CHARTS = 3.0


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    """Of every chart that is made: the seconds of making it, and those of drawing what was specified."""
    made: list[tuple[float, float]] = []
    bare: list[float] = []
    convert = charts._converted.__wrapped__

    def timed_conversion(spec: str, number_locale: charts.NumberLocale) -> str:
        began = time.perf_counter()
        svg: str = convert(spec, number_locale)
        bare.append(time.perf_counter() - began)
        return svg

    monkeypatch.setattr(charts, "_converted", timed_conversion)
    for module, name in (("charts", "bars"), ("charts", "sparkline"), ("daily", "days")):
        path = f"pipelines.review.{module}.{name}"
        maker = getattr(__import__(f"pipelines.review.{module}", fromlist=[name]), name)
        maker = getattr(maker, "__wrapped__", maker) if name == "sparkline" else maker

        def timed(*arguments: object, maker: Callable[..., str] = maker, **named: object) -> str:
            began = time.perf_counter()
            svg = maker(*arguments, **named)
            made.append((time.perf_counter() - began, bare[-1]))
            return svg

        monkeypatch.setattr(path, timed)
    return made


def test_pages_and_charts_cost_little_more_than_drawing(tmp_path: Path, drawn: list[tuple[float, float]]) -> None:
    connection = sample_connection()
    month, masthead = read_closed_month(connection, NEWEST), Masthead("Voorbeeld B.V.", False, PACK)
    # templates are compiled and the chart library is started once in a process
    write_month(month, tmp_path / "warm", masthead, CHECKS)
    drawn.clear()
    took = seconds(lambda: write_month(month, tmp_path / "cold", masthead, CHECKS))
    pages = list((tmp_path / "cold").rglob("*.html"))
    making, drawing = (sum(times) for times in zip(*drawn, strict=True))
    print(
        f"\n{len(pages)} pages of a month in {took:.2f} s, {1000 * took / len(pages):.0f} ms each, "
        f"{took / drawing:.1f} times their {len(drawn)} drawings; "
        f"a chart in {1000 * making / len(drawn):.0f} ms, {making / drawing:.1f} times drawing it"
    )
    assert took <= MOST_OF_PAGES * drawing
    assert making <= MOST_OF_CHARTS * drawing
