"""What GA4 records of the website's visits: engagement, events and purchases, in the truth's columns.

Made in slices, so that millions of sessions fit into memory. Who came belongs to `demo_traffic`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.sandbox.demo_channels import HOST, SHOP_HOST
from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_traffic import DEVICES, Traffic, Whole, weighted
from pipelines.sandbox.truth import SESSION_SCHEMA

CONSENT_PERCENT = 88
SLICE_ROWS = 1 << 20


def sessions_table(traffic: Traffic, seed: int, revenue_eur: dict[int, float]) -> pa.Table:
    """The sessions in the truth's columns; `revenue_eur` by position of the session with the purchase."""
    rng = Dice(seed, Part.SESSIONS).generator
    batches = [
        _batch(traffic, rng, start, min(start + SLICE_ROWS, len(traffic.visitor)), revenue_eur)
        for start in range(0, len(traffic.visitor), SLICE_ROWS)
    ]
    return pa.Table.from_batches(batches, SESSION_SCHEMA)


def _batch(
    traffic: Traffic, rng: np.random.Generator, start: int, stop: int, revenue_eur: dict[int, float]
) -> pa.RecordBatch:
    rows, span = stop - start, slice(start, stop)
    engaged = traffic.engaged[span]
    buys = np.zeros(rows, np.int64)
    revenue = np.zeros(rows)
    for position in _inside(traffic.order_positions, start, stop):
        buys[position - start] = 1
        revenue[position - start] = revenue_eur.get(position, 0.0)
    leads = np.zeros(rows, np.int64)
    leads[np.array(_inside(traffic.lead_positions, start, stop), np.int64) - start] = 1
    # without consent GA4 never hears of the lead
    leads *= rng.integers(0, 100, rows) < CONSENT_PERCENT
    sign_ups = (engaged & (rng.integers(0, 1_000, rows) < 14)).astype(np.int64)
    half = (rng.integers(0, 1_000, rows) < 6) * 0.5
    views = np.where(engaged, rng.integers(2, 10, rows), 1)
    items = np.maximum(np.where(rng.integers(0, 100, rows) < 18, rng.integers(1, 5, rows), 0) * engaged, buys)
    carts = np.maximum(np.where(rng.integers(0, 100, rows) < 30, items, 0), buys)
    checkouts = np.maximum(np.where(rng.integers(0, 100, rows) < 45, np.minimum(carts, 1), 0), buys)
    columns: dict[str, Any] = {
        "session_id": np.arange(start + 1, stop + 1),
        "visitor_id": traffic.visitor[span],
        "started_at": pa.array(traffic.started_at[span] * 1_000_000).cast(pa.timestamp("us", "UTC")),
        "arrives_after_days": weighted(rng, (78, 14, 6, 2), rows).astype(np.int32),
        "device": _texts(traffic.device[span], DEVICES),
        "landing_page": _texts(traffic.page[span], traffic.pages),
        "host": _texts(traffic.page[span], [SHOP_HOST if page.startswith("/shop") else HOST for page in traffic.pages]),
        "is_first_visit": traffic.is_first_visit[span],
        "engaged": engaged,
        "engagement_seconds": np.where(engaged, rng.integers(10, 420, rows), rng.integers(0, 10, rows)),
        "page_views": views,
        "events": views + np.where(engaged, rng.integers(2, 9, rows), 1) + leads + buys,
        "generate_lead_events": leads,
        "sign_up_events": sign_ups,
        "key_events": (leads + sign_ups + buys).astype(np.float64) + half,
        "item_views": items,
        "add_to_carts": carts,
        "checkouts": checkouts,
        "purchases": buys,
        "revenue_eur": revenue,
    }
    for name in ("channel", "source", "medium", "campaign_id", "campaign", "ad"):
        columns[name] = _texts(traffic.origin[span], [getattr(one, name) for one in traffic.origins])
    return pa.RecordBatch.from_arrays(
        [pa.array(columns[field.name], field.type) for field in SESSION_SCHEMA], schema=SESSION_SCHEMA
    )


def _texts(positions: Whole, values: Sequence[str]) -> pa.Array:
    indices = pa.array(positions.astype(np.int32))
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string())).cast(pa.string())


def _inside(positions: Whole, start: int, stop: int) -> list[int]:
    first, last = np.searchsorted(positions, [start, stop])
    return [int(one) for one in positions[first:last]]
