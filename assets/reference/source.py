"""The sources as the KPI catalogue names them, whether they are switched on, and when their days settle."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- The sources as the KPI catalogue names them.
create table reference.source (
  source         varchar not null comment 'name of the source',
  is_enabled     boolean not null comment 'switched on in the configuration; files always are',
  is_file        boolean not null comment 'comes as files: a file that never came is no source',
  maturity_days  integer not null comment 'age at which a day of the source no longer changes',
  primary key (source)
) as
"""
# a post counts as it was at the end of its seventh day, which the morning after can tell
DAYS_UNTIL_A_POST_IS_OLD_ENOUGH = 8


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    sources, maturity = config.sources, config.company.maturity_days
    rows = [
        ("ga4", sources.ga4.enabled, False, maturity.ga4),
        ("ga4_period", sources.ga4.enabled, False, maturity.ga4),
        ("ga4_campaign", sources.ga4.enabled, False, maturity.ga4),
        ("ga4_event", sources.ga4.enabled, False, maturity.ga4),
        ("mailchimp", sources.mailchimp.enabled, False, maturity.mailchimp),
        ("email_campaign", True, True, maturity.mailchimp),
        ("email_list", True, True, 0),
        ("ad_cost", True, True, maturity.ad_cost),
        ("cost", True, True, 0),
        ("crm_leads", True, True, 0),
        ("crm_stages", True, True, 0),
        ("crm_deals", True, True, 0),
        ("crm_activities", True, True, 0),
        ("orders", True, True, 0),
        ("order_lines", True, True, 0),
        ("carts", True, True, 0),
        *((name, True, True, maturity.seo) for name in ("seo_site", "seo_query")),
        *((name, True, True, 0) for name in ("seo_index", "seo_sitemap", "seo_links", "content", "metrics")),
        ("social_posts", True, True, DAYS_UNTIL_A_POST_IS_OLD_ENOUGH),
        ("social_pages", True, True, 0),
        ("social_followers", True, True, 0),
        ("receipts", True, True, 0),
        ("footfall", True, True, 0),
    ]
    return HEADER + listed_rows(("source", "is_enabled", "is_file", "maturity_days"), rows)
