"""One link of a chain of hashes: what a row says, bound to the link before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable


def linked(before: str, says: Iterable[object]) -> str:
    """Sha256 over the link before, empty for the first, and what a row says."""
    told = json.dumps([before, *(str(value) for value in says)], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()
