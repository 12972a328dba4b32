"""The KPI handbook: what every KPI means, in words, in Dutch and English, written from the catalogue.

Only what the catalogue says and what its texts translate belongs here; numbers stand on the review pages.
"""

from pipelines.handbook.writing import handbook_files, write_handbook

__all__ = ["handbook_files", "write_handbook"]
