"""Who may know whom: the rules that keep the data flowing one way, read from the imports themselves."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHELL = ("pipelines.jobs", "pipelines.sensors", "pipelines.cli", "pipelines.definitions", "pipelines.running")
SOURCES = tuple(sorted(path.stem for name in ("ga4", "mailchimp") for path in (ROOT / "pipelines").glob(f"{name}*.py")))


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def breaks(paths: list[Path], forbidden: tuple[str, ...]) -> list[str]:
    return sorted(
        {
            f"{path.relative_to(ROOT)} imports {name}"
            for path in paths
            for name in imported(path)
            if any(name == one or name.startswith(f"{one}.") for one in forbidden)
        }
    )


def test_assets_know_what_computes_and_stores_but_not_when_it_runs() -> None:
    assert breaks(modules("assets"), (*SHELL, "pipelines.settings", "pipelines.sandbox", "pipelines.alerts")) == []


def test_only_the_composition_root_looks_into_assets() -> None:
    others = [path for path in modules("pipelines") if path.name != "definitions.py"]
    assert breaks(others, ("assets",)) == []


def test_sources_know_neither_dagster_nor_a_database() -> None:
    sources = [ROOT / "pipelines" / f"{name}.py" for name in SOURCES] + modules("pipelines/inbox")
    assert breaks(sources, ("dagster", "duckdb", "pipelines.engines", "pipelines.intake")) == []


def test_the_core_knows_no_dagster() -> None:
    names = ("build", "tables", "checks", "kpi_parts", "kpi_rollup", "publishing")
    core = [ROOT / "pipelines" / f"{name}.py" for name in names]
    core += [ROOT / "pipelines" / f"{name}.py" for name in ("backups", "canonical", "runtime", "source_access")]
    core += modules(
        "pipelines/loads", "pipelines/intake", "pipelines/snapshots", "pipelines/review", "pipelines/erasing"
    )
    assert breaks(core, ("dagster",)) == []


def test_the_answer_key_shares_no_code_with_what_it_checks() -> None:
    own = ("pipelines.sandbox.answer_key", "pipelines.sandbox.truth")
    others = [
        f"{path.name} imports {name}"
        for path in modules("pipelines/sandbox/answer_key")
        for name in imported(path)
        if name.startswith("pipelines.") and not name.startswith(own)
    ]
    assert others == []


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in modules("pipelines", "assets")
        if any(word in path.read_text(encoding="utf-8") for word in ("os.environ", "os.getenv", "getenv("))
    ]
    assert readers == ["pipelines/settings.py"]


@pytest.mark.parametrize("module", ["pipelines.definitions", "pipelines.cli", "pipelines.sandbox.ga4_server"])
def test_nothing_is_opened_or_written_at_import(tmp_path: Path, module: str) -> None:
    code = f"""
import socket, duckdb
def refuse(*_, **__):
    raise AssertionError("opened at import")
socket.socket.connect = refuse
duckdb.connect = refuse
import {module}
"""
    environment = {**os.environ, "KPI_DATA": str(tmp_path / "data"), "DAGSTER_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
