"""The files about search, articles and handed-in figures, as they would lie there on a morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from pipelines.sandbox.export_files import ExportFile, is_past
from pipelines.sandbox.truth import Truth

# report -> its header: what it does not divide by is no column of it
REPORTS = {
    "queries": "date,query,device,clicks,impressions,position",
    "pages": "date,query,page,country,clicks,impressions,position",
    "crossed": "date,query,page,country,device,clicks,impressions,position",
    "positions": "date,query,country,position,tracked",
}
SITE = "date,clicks,impressions,position"
INDEX = "date,indexed_pages,submitted_pages,submitted_indexed_pages"
LINKS = "date,backlinks,referring_domains"


def search_files(truth: Truth, as_of: date) -> Iterator[ExportFile]:
    """Search reports lag, everything else is known up to the day before."""
    found = truth.findings
    counted_until = as_of - timedelta(days=found.search_lag_days)
    for report, header in REPORTS.items():
        until = as_of if report == "positions" else counted_until
        rows = [{**vars(one), "date": one.day} for one in found.sightings if one.report == report and one.day < until]
        yield ExportFile("seo_queries", header, rows, f"seo_{report}")
    yield ExportFile(
        "seo_site", SITE, [{**vars(one), "date": one.day} for one in found.site_days if one.day < counted_until]
    )
    measured = [{**vars(one), "date": one.day} for one in found.measurements if one.day < as_of]
    yield ExportFile("seo_site", INDEX, [one for one in measured if one["indexed_pages"] is not None], "seo_index")
    yield ExportFile("seo_site", LINKS, [one for one in measured if one["backlinks"] is not None], "seo_links")
    published = [vars(one) for one in found.articles if is_past(one.published_at, as_of, truth.time_zone)]
    yield ExportFile("content", "article_id,published_at,url,type", published)
    handed_in = [{**vars(one), "date": one.day} for one in found.handed_in if one.day < as_of]
    yield ExportFile("metrics", "metric_id,date,slice,member,value,numerator,denominator", handed_in)
