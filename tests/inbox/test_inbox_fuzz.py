"""Whatever is dropped into the inbox is read or refused in one line: no traceback, no hang, no row lost."""

from __future__ import annotations

import io
import resource
import tempfile
import traceback
import warnings
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from export_corpus import Numbers, records_of, rules
from hypothesis import HealthCheck, Phase, given, seed, settings
from spoiled_files import GOOD, Spoiled, spoiled_files

from pipelines.inbox import FileRead, InboxFile, Unreadable, discover, read_file

LONGEST = timedelta(seconds=20)
MOST_GROWTH_KIB = 1 << 20
SHARDS, EXAMPLES = 4, 2_500
UNHURRIED = settings(
    deadline=LONGEST,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


def assert_read_or_refused(spoiled: Spoiled) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder) / spoiled.folder / spoiled.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(spoiled.content)
        for file in discover(Path(folder), []):
            if file.state != "loaded":
                _read_or_refused(file, spoiled)


def _read_or_refused(file: InboxFile, spoiled: Spoiled) -> None:
    try:
        read = read_file(file, rules(), Numbers())
    except Unreadable as problem:
        assert problem.why and problem.remedy
        assert str(problem).isprintable()
        return
    for one in (read, *read.also):
        assert one.rows_in == one.arrivals[0].rows.num_rows + one.rows_repeated + one.rows_rejected
        assert one.rows_repeated >= 0
        assert all(row.reason and row.remedy and (row.reason + row.remedy).isprintable() for row in one.rejected)
        assert {row.line for row in one.rejected} <= set(range(1, _most_lines(spoiled.content) + 1))
    if not file.member and spoiled.name.endswith((".csv", ".tsv")):
        _assert_no_line_is_lost(read, spoiled.content)


def _assert_no_line_is_lost(read: FileRead, content: bytes) -> None:
    flags = read.arrivals[0].flags
    text = content.decode(str(flags["encoding"]))
    is_spread = read.file.kind in {"metrics", "exchange_rates"} and read.dialect != "canonical"
    if '"' not in text and not is_spread:
        lines = sum(1 for _ in io.StringIO(text, newline=""))
        assert read.rows_in + records_of(flags) == lines


def _most_lines(content: bytes) -> int:
    return max(1_048_576, len(content) + 2)


def peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_a_good_file_is_read_from_its_folder() -> None:
    for good in GOOD:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / good.kind / "export.csv"
            path.parent.mkdir()
            path.write_text(good.text, encoding="utf-8", newline="")
            (file,) = discover(Path(folder), [])
            read = read_file(file, rules(), Numbers())
            assert read.arrivals[0].rows.num_rows


@settings(UNHURRIED, max_examples=600, derandomize=True)
@given(spoiled_files())
def test_a_spoiled_file_is_read_or_refused_in_one_line(spoiled: Spoiled) -> None:
    before = peak_kib()
    assert_read_or_refused(spoiled)
    assert peak_kib() - before < MOST_GROWTH_KIB


def fuzz(shard: int) -> tuple[str, int]:
    """What went wrong in one process of its own, and by how much it grew."""
    assert_read_or_refused(Spoiled("leads", "leads", "export.csv", GOOD[0].text.encode()))
    before = peak_kib()

    @seed(shard)
    @settings(UNHURRIED, max_examples=EXAMPLES)
    @given(spoiled_files())
    def one(spoiled: Spoiled) -> None:
        assert_read_or_refused(spoiled)

    try:
        one()
    except BaseException:
        return traceback.format_exc(), peak_kib() - before
    return "", peak_kib() - before


@pytest.mark.torture
@pytest.mark.parametrize("shard", range(SHARDS))
def test_ten_thousand_spoiled_files_are_read_or_refused_in_bounded_memory(shard: int) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        wrong, growth_kib = alone.submit(fuzz, shard).result(timeout=580)
    assert wrong == ""
    assert growth_kib < MOST_GROWTH_KIB
