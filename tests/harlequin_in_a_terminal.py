"""Types a statement into harlequin as a person would, and prints the screen once it shows what is looked for.

A script of its own: it runs in the environment in which harlequin, pexpect and pyte are installed.
Usage: python harlequin_in_a_terminal.py <statement> <looked for> <harlequin> [<argument> ...]
"""

from __future__ import annotations

import sys
import time
from tempfile import TemporaryDirectory

import pexpect
import pyte

ROWS, COLUMNS = 40, 150
PATIENCE_SECONDS = 60
RUN_QUERY = "\x0a"


class Terminal:
    """A program on a screen, in a home of its own: harlequin begins with what its user typed last."""

    def __init__(self, program: str, arguments: list[str], home: str) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        environment = {"TERM": "xterm-256color", "HOME": home}
        self.program = pexpect.spawn(program, arguments, dimensions=(ROWS, COLUMNS), env=environment)

    @property
    def shown(self) -> str:
        return "\n".join(self.screen.display)

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while text not in self.shown:
            if time.monotonic() > end:
                raise SystemExit(f"{text!r} did not come:\n{self.shown}")
            try:
                self.stream.feed(self.program.read_nonblocking(65536, timeout=1))
            except pexpect.TIMEOUT:
                continue


def main() -> None:
    statement, looked_for, harlequin, *arguments = sys.argv[1:]
    with TemporaryDirectory() as home:
        terminal = Terminal(harlequin, arguments, home)
        terminal.wait_for("kpi_mart")
        terminal.program.send(statement)
        terminal.wait_for(statement)
        terminal.program.send(RUN_QUERY)
        terminal.wait_for(looked_for)
        print(terminal.shown)
        terminal.program.close(force=True)


main()
