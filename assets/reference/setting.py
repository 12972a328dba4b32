"""The settings of the company that the tables compute with, as one row."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- The settings of the company that the tables compute with.
create table reference.setting (
  qualified_stage         varchar         not null comment 'stage that counts as qualified',
  handover_stage          varchar         not null comment 'stage in which marketing hands a lead over to sales',
  conversion_window_days  integer         not null comment 'days within which a conversion counts',
  customers_from          varchar         not null comment 'deals, orders or both',
  revenue_from            varchar         not null comment 'deals, orders or both',
  gross_margin            decimal(18, 6)  not null comment 'rate used where a row has no margin',
  customer_activity_days  integer         not null comment 'days after a purchase in which somebody is a customer',
  file_reach_days         integer         not null comment 'a file this fresh reaches to the day before it came',
  top_posts_minimum_reach integer         not null comment 'reach below which a post is not ranked',
  consent_caution         decimal(18, 6)  not null comment 'share of web leads that GA4 heard of, below which: caution',
  consent_bad             decimal(18, 6)  not null comment 'the same share, below which: bad',
  fewest_web_leads        integer         not null comment 'web leads below which that share says nothing',
  unattributed_caution    decimal(18, 6)  not null comment 'share without a known channel, above which: caution',
  unattributed_bad        decimal(18, 6)  not null comment 'the same share, above which: bad',
  fewest_attributed       integer         not null comment 'count below which that share says nothing',
  proxy_caution           decimal(18, 6)  not null comment 'share of the opens by mail proxies, above which: caution',
  proxy_bad               decimal(18, 6)  not null comment 'the same share, above which: bad',
  unread_api_days         integer         not null comment 'days after which an API that was not read is bad',
  unread_file_days        integer         not null comment 'days after which a file that did not come is bad',
  warn_above_share_rejected  decimal(18, 6)  not null comment 'share of a file''s rows rejected, above which: warning',
  stop_above_share_rejected  decimal(18, 6)  not null comment 'the same share, above which nothing is published',
  stop_from_rows             integer         not null comment 'rows of a file from which on that holds',
  primary key (qualified_stage)
) as
"""
COLUMNS = (
    "qualified_stage",
    "handover_stage",
    "conversion_window_days",
    "customers_from",
    "revenue_from",
    "gross_margin",
    "customer_activity_days",
    "file_reach_days",
    "top_posts_minimum_reach",
    *("consent_caution", "consent_bad", "fewest_web_leads"),
    *("unattributed_caution", "unattributed_bad", "fewest_attributed"),
    *("proxy_caution", "proxy_bad", "unread_api_days", "unread_file_days"),
    *("warn_above_share_rejected", "stop_above_share_rejected", "stop_from_rows"),
)


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    company, limits, inbox = config.company, config.company.trust_limits, config.sources.inbox
    consent, channels, opens = limits.consent_coverage, limits.unattributed_share, limits.proxy_opens
    row = (
        company.qualified_stage,
        company.delivered_stage,
        company.conversion_window_days,
        company.customers_from,
        company.revenue_from,
        company.gross_margin,
        company.customer_activity_days,
        config.sources.file_reach_days,
        company.top_posts_minimum_reach,
        *(consent.caution, consent.bad, consent.fewest_web_leads),
        *(channels.caution, channels.bad, channels.fewest),
        *(opens.caution, opens.bad, limits.unread_days.api, limits.unread_days.file),
        *(inbox.warn_above_share_rejected, inbox.stop_above_share_rejected, inbox.stop_from_rows),
    )
    return HEADER + listed_rows(COLUMNS, [row])
