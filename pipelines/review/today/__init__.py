"""The operational page: yesterday and the running month by the last build, rewritten each night.

It reads the tables of the build and no snapshot; a closed month is told on the pages beside this package.
"""

from pipelines.review.today.morning import Told, built_on
from pipelines.review.today.page import write_today

__all__ = ["Told", "built_on", "write_today"]
