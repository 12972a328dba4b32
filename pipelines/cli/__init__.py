"""The command `kpi`: one module per group of commands, and one boundary where errors become lines and exit codes."""

from pipelines.cli.app import main

__all__ = ["main"]
