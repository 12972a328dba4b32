"""Loads, parts and cuts: what arrived, what of it is current, what was refused.

Sources hand over an :class:`Arrival` per object; :func:`store` appends what changed; a cut says up to which load each
object counts. Nothing here knows what a table means.
"""

from pipelines.loads.arrivals import ROWS, Arrival, Control, Gate, NeverFree
from pipelines.loads.comparing import BESIDE_CONTENT, stored_hashes
from pipelines.loads.cuts import WITH_HISTORY, current_cut, fix_cut
from pipelines.loads.refused import refused_loads, refused_parts
from pipelines.loads.rejected import rejected_rows, rejections_with_values
from pipelines.loads.rulings import Ruled, Ruling, rule
from pipelines.loads.schema import create_bare_tables, create_meta_tables
from pipelines.loads.storing import Occasion, Stored, ensure_raw_table, newest_load, store, store_again

__all__ = [
    "BESIDE_CONTENT",
    "ROWS",
    "WITH_HISTORY",
    "Arrival",
    "Control",
    "Gate",
    "NeverFree",
    "Occasion",
    "Ruled",
    "Ruling",
    "Stored",
    "create_bare_tables",
    "create_meta_tables",
    "current_cut",
    "ensure_raw_table",
    "fix_cut",
    "newest_load",
    "refused_loads",
    "refused_parts",
    "rejected_rows",
    "rejections_with_values",
    "rule",
    "store",
    "store_again",
    "stored_hashes",
]
