"""Which channel a record belongs to: exclusions, what it says itself, the company's rules, and the rest by name."""

from __future__ import annotations

import re

from pipelines.sandbox.answer_key.rules import Rules

# who wrote an address into the name of a campaign is nobody's business
MAIL_ADDRESS = re.compile(r"[\w.]+@[\w.]+")
UNKNOWN, UNASSIGNED, UNALLOCATED = "(unknown)", "Unassigned", "(unallocated)"


def channel_of_record(
    rules: Rules, channel: str | None, source: str | None, medium: str | None, campaign: str | None
) -> str:
    """The channel of a lead, an order or a deal."""
    named = [(text or "").strip() for text in (channel, source, medium, campaign)]
    if not any(named):
        return UNKNOWN
    said, source, medium, campaign = named
    for pattern, target in rules.exclusions:
        if source and matches(pattern, source):
            return target
    return known_channel(rules, said) or _ruled(rules, source, medium, campaign, "")


def channel_of_advertisement(rules: Rules, channel: str | None, platform: str, campaign: str) -> str:
    """The channel of what a platform bills."""
    return known_channel(rules, (channel or "").strip()) or _ruled(rules, "", "", campaign.strip(), platform)


def channel_of_cost(rules: Rules, channel: str) -> str:
    """The channel that an invoice names."""
    return known_channel(rules, channel.strip()) or UNASSIGNED


def known_channel(rules: Rules, said: str) -> str | None:
    """The known name of a channel, whatever its capitals."""
    for name in rules.known_channels:
        if said and name.casefold() == said.casefold():
            return name
    return None


def label(text: str | None) -> str:
    """A value as it is, without an address, or the name of its absence."""
    return MAIL_ADDRESS.sub("(address)", text or "").strip() or UNKNOWN


def device_label(device: str | None) -> str:
    """A device in lower case."""
    return label(device).lower()


def matches(pattern: str, text: str) -> bool:
    """Whether a glob fits the whole text: `*` stands for any text, capitals do not count."""
    first, *rest = pattern.casefold().split("*")
    text = text.casefold()
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    text = text[len(first) :]
    *middle, last = rest
    for piece in middle:
        place = text.find(piece)
        if place < 0:
            return False
        text = text[place + len(piece) :]
    return text.endswith(last)


def _ruled(rules: Rules, source: str, medium: str, campaign: str, platform: str) -> str:
    for *patterns, target in rules.channel_rules:
        values = (source, medium, campaign, platform)
        if all(not pattern or matches(pattern, value) for pattern, value in zip(patterns, values, strict=True)):
            return target
    return UNASSIGNED
