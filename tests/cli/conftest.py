"""What tests of commands stand on that need no night: the shipped project, with a data folder of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.definitions import runtime_from_environment
from pipelines.runtime import Runtime


@pytest.fixture(scope="session")
def shipped() -> Runtime:
    """The runtime of the shipped configuration; made once, because it reads every table text."""
    return runtime_from_environment()


@pytest.fixture
def without_warehouse(shipped: Runtime, tmp_path: Path) -> Runtime:
    """The same on a machine on which nothing was ever made."""
    settings = shipped.settings.model_copy(update={"data_dir": tmp_path / "data"})
    return Runtime(settings, shipped.config, shipped.project)
