"""The monthly review page: one closed month, from its snapshot, as a self-contained HTML page."""

from pipelines.review.outstanding import write_missing_pages
from pipelines.review.page import write_pages

__all__ = ["write_missing_pages", "write_pages"]
