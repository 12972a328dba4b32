"""The shipped catalogue with AOV redefined from per order to per customer, as a company would write it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

ECOMMERCE = "kpis/ecommerce.yaml"
EARLIER = """    reason: Customers pay in instalments since the new checkout, so orders no longer stand for purchases.
    earlier:
      - definition_version: 1
        formula:
          numerator: order value after discounts, ex VAT and shipping, before later returns, in EUR
          denominator: orders
        numerator: order_value_eur
        denominator: order_count
        additivity: ratio
        sources:
          - source: orders
            fields: orders.net_amount, currency, order_id, status, ordered_at
"""


def aov_per_customer(texts: Mapping[str, str], valid_from: date) -> dict[str, str]:
    """The texts of a configuration in which AOV is an amount per customer from a day on."""
    before, start, entry = texts[ECOMMERCE].partition("  - id: aov\n")
    entry, end, after = entry.partition("\n\n")
    for old, new in {
        "      denominator: orders\n": "      denominator: customers who ordered\n",
        "    denominator: order_count\n": "    denominator: ordering_customers\n",
        "    definition_version: 1\n": f"    definition_version: 2\n    valid_from: {valid_from}\n{EARLIER}",
    }.items():
        assert entry.count(old) == 1, f"{old!r} does not stand once in the entry of AOV"
        entry = entry.replace(old, new)
    return {**texts, ECOMMERCE: before + start + entry + end + after}
