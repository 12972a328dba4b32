"""The monthly review page: one closed month, from its snapshot, as a self-contained HTML page."""

from pipelines.review.page import write_pages

__all__ = ["write_pages"]
