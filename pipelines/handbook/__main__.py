"""`python -m pipelines.handbook`: writes the handbook of the shipped configuration under docs/handbook."""

from pathlib import Path

from pipelines.configuration import load_config
from pipelines.handbook import write_handbook

ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    write_handbook(load_config(ROOT / "config"), ROOT / "docs" / "handbook")
