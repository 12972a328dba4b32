"""What phone numbers, IP addresses and e-mail addresses without their sign look like in free text.

Dates, years, prices, codes and versions are to stay: a phone number begins with + or 0 and stands apart from letters,
and each pattern keeps what is known to be something else.
"""

from __future__ import annotations

import re

# between two digits of a phone number: a space, a hyphen or another sign, also around `(0)`; + is a space in a URL
_BETWEEN = r"[ ./()+\u2010-\u2015-]{0,4}"
_BETWEEN_UNREAD = "[ ./()+\u00a0\u2007\u2009\u202f\u2010-\u2015-]{0,4}"

# Without one of these (what is wide or small included) no pattern below fits. Arrow reads it too: no look-around, and
# no escapes of its own for characters.
SUSPICIOUS_NUMBER = "|".join(
    (
        rf"[+0](?:{_BETWEEN_UNREAD}[0-9]){{8}}",
        "[\uff10-\uff19\uff0b\ufe62]",
        r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
        r":[0-9a-f]{0,4}:[0-9a-f]{0,4}:",
        r"[(\[{<] ?at ?[)\]}>]",
        "[ \u00a0]at[ \u00a0][^ ]*[.( \\[]",
    )
)

_DATE = r"[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ](?:19|20)[0-9]{2}(?![0-9])"
_SHORT_DATE = r"[0-9]{2}[-./](?:0[1-9]|1[0-2])[-./][0-9]{2}(?![-./]?[0-9])"
_MONTH = r"(?<=[0-9]/)0[0-9]/(?:19|20)[0-9]{2}(?![0-9])"
_NO_DATE = rf"(?!{_DATE}|{_SHORT_DATE}|{_MONTH})"
# a code of twelve digits that begins with 0 is one of an article
_NO_ARTICLE = r"(?!0[0-9]{11}(?![0-9]))"
PHONE = re.compile(
    # a bracket around the first digits belongs to the number
    r"(?:\((?=\+?[0-9]{1,5}\)))?"
    r"(?:"
    rf"(?<![0-9+])\+ ?(?:[17](?:{_BETWEEN}[0-9]){{10}}|[2-689][0-9](?:{_BETWEEN}[0-9]){{7,13}})"
    rf"|(?<!\w)(?<![0-9][-.,])00 ?[2-689][0-9](?:{_BETWEEN}[0-9]){{7,12}}"
    rf"|(?<!\w)(?<![0-9][-.,]){_NO_DATE}{_NO_ARTICLE}0[1-9](?:{_BETWEEN}[0-9]){{7,10}}"
    r")(?!\w|[-.,][0-9])"
)

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_HEX = r"[0-9a-f]{1,4}"
IP_ADDRESS = re.compile(
    # numbers below 10 and zeros only are a version of a program, as 1.2.3.4 and 120.0.0.0 are
    rf"(?<![\w.])(?!(?:[0-9]\.){{3}}[0-9](?![0-9]))(?![0-9]+\.0\.0\.0(?![0-9])){_OCTET}(?:\.{_OCTET}){{3}}(?!\w|\.[0-9])"
    rf"|(?<![\w:])(?:{_HEX}:){{7}}{_HEX}(?![\w:])"
    # shortened, of the ranges that are in use
    rf"|(?<![\w:])(?:[23][0-9a-f]{{3}}|f[cde][0-9a-f]{{2}}):(?:{_HEX}:){{0,5}}(?:(?::{_HEX}){{1,6}}|:)(?![\w:])",
    re.IGNORECASE,
)

# who is "at" a site without being written to there
_NOBODY = r"(?!(?:us|me|now|shop|buy|order|online|sale|sales|look|live|only|here|more|visit|new|out|up|is|are|not)\b)"
_DOT = r"(?:\.| ?[(\[{] ?(?:dot|punt) ?[)\]}] ?)"
_SITE = rf"[a-z0-9-]+(?:{_DOT}[a-z0-9-]+)*{_DOT}[a-z]{{2,}}(?![\w-])"
WRITTEN_OUT_ADDRESS = re.compile(
    rf"(?<![\w.+-])[\w.+-]+ ?[(\[{{<] ?(?:at|@) ?[)\]}}>] ?{_SITE}"
    rf"|(?<![\w.+-]){_NOBODY}[\w.+-]+ (?:at|@) {_SITE}",
    re.IGNORECASE,
)
