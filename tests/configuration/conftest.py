"""The shipped configuration, and its texts with a word changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.configuration import Config, load_config


class Texts(dict[str, str]):
    """The texts of a configuration by path."""

    def changed(self, name: str, old: str, new: str) -> Texts:
        """The same texts with the first `old` of one file replaced."""
        assert old in self[name], f"{old!r} does not stand in {name}"
        return Texts({**self, name: self[name].replace(old, new, 1)})


@pytest.fixture(scope="session")
def shipped() -> Config:
    return load_config(Path(__file__).parents[2] / "config")


@pytest.fixture(scope="session")
def texts(shipped: Config) -> Texts:
    return Texts(shipped.texts)
