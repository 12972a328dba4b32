"""Where visitors of the demo company come from: its advertisements and its unpaid origins, with their weights.

Facts of the company only; drawing sessions from them belongs to `demo_traffic`, the costs of the ads to `demo_ads`.
"""

from __future__ import annotations

from dataclasses import dataclass

NOT_SET = "(not set)"
PLANTED_ADDRESS = "jan.planted@example.com"
HOST = "www.demo-company.example"
SHOP_HOST = "shop.demo-company.example"


@dataclass(frozen=True)
class Advertisement:
    """One ad of one platform; `channel` as the platform's export says it (None: it does not).

    `clicks` per 10,000 sessions of the website, `cost_cents` per click in the account's currency, `ctr_permille`.
    """

    platform: str
    account: str
    campaign_id: str
    campaign: str
    ad_group: str
    ad: str
    channel: str | None
    source: str
    medium: str
    currency: str
    clicks: int
    cost_cents: int
    ctr_permille: int
    session_channel: str


@dataclass(frozen=True)
class Origin:
    """Where a session comes from, as GA4 names it, and what such sessions are worth (weights are whole numbers)."""

    channel: str
    source: str
    medium: str
    campaign_id: str
    campaign: str
    ad: str
    weight_new: int
    weight_returning: int
    engaged_permille: int
    lead_weight: int
    order_weight: int


def _google(number: int, campaign: str, channel: str, ad: str, clicks: int, cost_cents: int, ctr: int) -> Advertisement:
    campaign_id = f"2100000{number:03d}"
    group = f"{campaign} - main"
    return Advertisement(
        "google_ads", "100-200-3000", campaign_id, campaign, group, ad, channel, "google", "cpc", "EUR",
        clicks, cost_cents, ctr, channel,
    )  # fmt: skip


def _other(
    platform: str, account: str, number: int, campaign: str, ad: str, currency: str, clicks: int, cost_cents: int
) -> Advertisement:
    source, medium, channel, ctr = {
        "meta": ("facebook", "paid_social", "Paid Social", 11),
        "linkedin_ads": ("linkedin", "paid_social", "Paid Social", 6),
        "microsoft_ads": ("bing", "cpc", "Paid Search", 32),
    }[platform]
    # these exports leave the channel to the rules
    return Advertisement(
        platform, account, f"3100000{number:03d}", campaign, f"{campaign} - all", ad, None, source, medium, currency,
        clicks, cost_cents, ctr, channel,
    )  # fmt: skip


ADVERTISEMENTS = (
    _google(1, "Brand NL", "Paid Search", "brand-text-1", 420, 62, 140),
    _google(2, "Generic filters NL", "Paid Search", "filters-text-1", 330, 218, 48),
    _google(2, "Generic filters NL", "Paid Search", "filters-text-2", 210, 241, 41),
    _google(3, '=HYPERLINK("x")', "Paid Search", "formula-1", 90, 187, 30),
    _google(4, "Shopping NL", "Paid Shopping", "feed-all", 380, 71, 12),
    _google(5, "PMax spare parts", "Cross-network", "assets-1", 260, 88, 15),
    _google(6, "Display remarketing", "Display", "banner-728", 120, 54, 3),
    _other("meta", "act_55001", 1, "Retargeting <script>alert(1)</script>", "carousel-1", "EUR", 170, 96),
    _other("meta", "act_55001", 1, "Retargeting <script>alert(1)</script>", "video-1", "EUR", 130, 83),
    _other("meta", "act_55001", 2, 'L\'été "eau claire"; ünïcode € 2026', "image-1", "EUR", 150, 104),
    _other("linkedin_ads", "508811", 11, "Whitepaper lead gen", "single-image-1", "USD", 70, 612),
    _other("linkedin_ads", "508811", 12, f"Webinar {PLANTED_ADDRESS} invite", "text-1", "USD", 45, 655),
    _other("microsoft_ads", "B0042", 21, "Generic filters UK", "filters-uk-1", "GBP", 110, 148),
)

# channel, source, medium, campaign, weight new, weight returning, engaged per mille, lead weight, order weight
_UNPAID = (
    ("Organic Search", "google", "organic", "(organic)", 2700, 1500, 610, 26, 24),
    ("Organic Search", "bing", "organic", "(organic)", 260, 180, 600, 24, 22),
    ("Organic Search", "duckduckgo", "organic", "(organic)", 130, 110, 620, 24, 20),
    ("Direct", "(direct)", "(none)", "(direct)", 1250, 3300, 560, 20, 30),
    ("Organic Social", "linkedin.com", "referral", "(referral)", 310, 160, 450, 18, 6),
    ("Organic Social", "facebook.com", "referral", "(referral)", 260, 90, 380, 8, 14),
    ("Organic Video", "youtube.com", "referral", "(referral)", 110, 50, 420, 12, 8),
    ("Referral", "installers-guild.example", "referral", "(referral)", 290, 170, 640, 36, 12),
    ("Referral", "checkout.mollie.com", "referral", "(referral)", 20, 90, 700, 6, 40),
    ("AI Assistant", "chatgpt.com", "ai-assistant", "(ai-assistant)", 170, 70, 680, 34, 16),
    ("Affiliates", "awin", "affiliate", "awin-deals", 130, 80, 500, 4, 34),
    ("Unassigned", NOT_SET, NOT_SET, NOT_SET, 120, 110, 300, 10, 8),
    # a click whose tags were lost on the way: GA4 knows the channel and not the campaign
    ("Paid Search", "google", "cpc", NOT_SET, 80, 60, 520, 24, 20),
)
_WORTH = {  # engaged per mille, lead weight, order weight
    "Paid Search": (590, 52, 34),
    "Paid Shopping": (520, 4, 110),
    "Cross-network": (450, 20, 70),
    "Display": (310, 10, 10),
    "Paid Social": (400, 52, 26),
}
EMAIL_WEIGHT_NEW, EMAIL_WEIGHT_RETURNING = 160, 1150


def origins() -> tuple[Origin, ...]:
    """Every origin but e-mail, whose campaigns are the newsletters."""
    unpaid = [
        Origin(channel, source, medium, NOT_SET, campaign, NOT_SET, *weights)
        for channel, source, medium, campaign, *weights in _UNPAID
    ]
    return (*unpaid, *(_of_advertisement(one) for one in ADVERTISEMENTS))


def email_origin(utm_campaign: str, weight_new: int = 0, weight_returning: int = 0) -> Origin:
    """Sessions that one newsletter brought."""
    return Origin(
        "Email", "mailchimp", "email", NOT_SET, utm_campaign, NOT_SET, weight_new, weight_returning, 660, 30, 30
    )


def _of_advertisement(one: Advertisement) -> Origin:
    # three of four clicks become a new visitor's session, a part of the others a returning one's
    return Origin(
        one.session_channel,
        one.source,
        one.medium,
        one.campaign_id,
        one.campaign,
        one.ad,
        one.clicks,
        one.clicks // 2,
        *_WORTH[one.session_channel],
    )


def landing_pages(count: int) -> tuple[str, ...]:
    """Paths visitors land on, the busiest first; from the twelfth on, products of the shop."""
    first = (
        "/",
        "/filters",
        "/demo?gclid=EAIaIQobChMI0000",
        "/whitepaper",
        "/shop",
        "/pricing",
        "/contact",
        "/blog/hard-water",
        "/blog/legionella?utm_source=partner",
        "/cases",
        "/about",
    )
    products = (f"/shop/product-{number:05d}" for number in range(1, max(count - len(first), 1) + 1))
    return (*first, *products)


def planted_landing_page(campaign_id: str) -> str:
    """A page address that holds what must never pass raw: a per-person link id, an address and a name."""
    return (
        f"/webinar?utm_source=mailchimp&utm_medium=email&mc_cid={campaign_id}"
        f"&mc_eid=deadbeef01&email={PLANTED_ADDRESS}&name=Jan%20Planted"
    )
