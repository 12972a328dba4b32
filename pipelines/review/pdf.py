"""Prints a finished review page to PDF with the Chromium of this machine; nothing else of the pipeline needs one.

Two prints of a page by one Chromium are the same bytes: the moments in the file are those of the snapshot.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.failures import DataFailed, WrongUse
from pipelines.review.placing import placed

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PRINT_SECONDS = 180
# the page is the only thing that is looked at: no network, no profile, no first-run questions
OPTIONS = (
    *("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync", "--disable-quic"),
    *("--disable-background-networking", "--disable-component-update", "--disable-extensions"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer", "--disable-dev-shm-usage"),
)
MOMENT = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}([+-]\d\d'\d\d'|Z)?\)")


def print_page(page: Path, made_at: datetime) -> Path:
    """The PDF beside a page; `made_at` is when the snapshot was frozen, UTC.

    Raises:
        WrongUse: there is no Chromium, or no page.
        DataFailed: Chromium made no PDF of it.
    """
    chromium = _chromium()
    if not page.is_file():
        raise WrongUse(page.name, "the page is not there", "write it with `kpi publish`")
    with TemporaryDirectory(prefix="kpi-pdf-") as folder:
        made = Path(folder) / "page.pdf"
        why = _printed(chromium, page, made, Path(folder))
        content = made.read_bytes() if made.is_file() else b""
    if not content.startswith(b"%PDF-"):
        raise DataFailed(
            page.with_suffix(".pdf").name, f"Chromium made none ({why})", "try again, or print the page yourself"
        )
    return placed(page.with_suffix(".pdf"), _with_moment(content, made_at))


def _chromium() -> str:
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found is None:
        remedy = "install one (Debian: `apt-get install chromium fonts-dejavu-core`), or print the page yourself"
        raise WrongUse("kpi pdf", f"there is no Chromium ({', '.join(CHROMIUM_NAMES)})", remedy)
    return found


def _printed(chromium: str, page: Path, made: Path, folder: Path) -> str:
    """Prints the page; what it says when that went wrong."""
    # its sandbox refuses root, as whom containers run
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    command = [chromium, *OPTIONS, *as_root, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={made}"]
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the page is a file of our own
            [*command, page.resolve().as_uri()], capture_output=True, timeout=PRINT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it was not ready after {PRINT_SECONDS} seconds"
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"exit code {done.returncode}{f', {lines[-1][:200]}' if lines else ''}"


def _with_moment(content: bytes, made_at: datetime) -> bytes:
    """The moments in the file as the snapshot's; each keeps its length, because the file is found by its offsets."""
    digits = f"{made_at:%Y%m%d%H%M%S}".encode()

    def fixed(found: re.Match[bytes]) -> bytes:
        zone = found[2] or b""
        return b"/%s (D:%s%s)" % (found[1], digits, b"+00'00'" if len(zone) > 1 else zone)

    return MOMENT.sub(fixed, content)
