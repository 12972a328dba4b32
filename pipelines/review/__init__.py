"""The monthly review page: one closed month, from its snapshot, as a self-contained HTML page."""

from pipelines.review.frame import Masthead
from pipelines.review.outstanding import write_outstanding_pages
from pipelines.review.page import write_pages

__all__ = ["Masthead", "write_outstanding_pages", "write_pages"]
