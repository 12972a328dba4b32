"""Headers that exports hold besides those that a dialect knows, as vendors write them."""

from __future__ import annotations

GOOGLE = ["Campaign status", "Budget", "Budget name", "Budget type", "Status", "Status reasons", "Campaign type", "CTR",
          "Conv. rate", "Avg. CPC", "Cost / conv."]  # fmt: skip
META = ["Reporting starts", "Reporting ends", "Campaign delivery", "Results", "Result indicator", "Cost per results",
        "Reach", "CTR (link click-through rate)", "CPM (cost per 1,000 impressions) (EUR)"]  # fmt: skip
LINKEDIN = ["Campaign Type", "Campaign Start Date", "Campaign End Date", "Ad Introduction Text", "Ad Headline", "Reach",
            "Clicks to Landing Page", "Total Social Actions", "Reactions", "Comments", "Shares", "Follows", "Leads",
            "Click URL"]  # fmt: skip
MORE = ["Remarks", "Remarks"]
UNKNOWN: dict[str, list[str]] = {
    "dynamics_leads": ["(Do Not Modify) Row Checksum", "(Do Not Modify) Modified On", "Topic", "Job Title", "Rating"],
    "facebook_page_posts": ["Permalink", "Post Message", "Countries", "Lifetime Engaged Users",
                            "Lifetime Post Consumers"],
    "ga4_countries_report": ["Active users", "Engaged sessions", "Engagement rate", "Key events", "Total revenue"],
    "ga4_exploration": ["Engaged sessions", "Engagement rate"],
    "google_ads_ads": ["Headline", "Description", "CTR", "Interactions", "Interaction rate", "Avg. cost"],
    "google_ads_campaigns": GOOGLE,
    "hubspot_contacts": ["First Name", "Last Name", "Contact owner", "Associated Company"],
    "hubspot_deals": ["Deal Name", "Pipeline", "Deal owner"],
    "linkedin_ads_conversions": [*LINKEDIN, "Conversion Type", "Post-Click Conversions", "View-Through Conversions"],
    "linkedin_ads_performance": LINKEDIN,
    "linkedin_page_followers": ["Auto-invited followers"],
    "mailchimp_campaigns": ["Subject", "Send Weekday", "Total Bounces", "Forwarded Opens", "Open Rate", "Click Rate",
                            "Folder Id", "Total Orders", "Total Gross Sales", "Total Revenue"],
    "meta_ads_ads": META,
    "meta_ads_campaigns": META,
    "microsoft_ads_campaigns": ["DeviceType", "Network", "AveragePosition"],
    "pipedrive_deals": ["Deal - Title", "Deal - Owner", "Deal - Won time", "Deal - Organization", "Deal - Pipeline",
                        "Deal - Expected close date", "Organization - Sector"],
    "salesforce_leads": ["Lead Owner", "First Name", "Last Name", "Title", "Company / Account", "Email"],
    "salesforce_opportunities": ["Opportunity Owner", "Account Name", "Opportunity Name", "Fiscal Period",
                                 "Expected Revenue", "Age", "Next Step", "Type"],
    "shopify_orders": ["Fulfillment Status", "Subtotal", "Discount Code", "Lineitem sku", "Billing City", "Notes"],
    "zoho_leads": ["Company", "Lead Owner", "Mobile", "Website", "Industry", "Lead Status", "CONVERTED"],
    "zoho_potentials": ["Potential Owner", "Expected Revenue", "Campaign Id"],
}  # fmt: skip
# cells that no reader may stumble over: it does not know their columns
CELLS = ["", "n/a", " --", "line one\nline two", 'say "x", or not; again', "=1+1", "#N/A", "007"]


def unknown_headers(dialect: str) -> list[str]:
    """What a file of this dialect holds besides, two of one name among it."""
    return [*UNKNOWN.get(dialect, []), *MORE]
