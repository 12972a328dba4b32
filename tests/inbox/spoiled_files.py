"""Files as no system should deliver them: good ones with lines, cells and bytes changed, in every format there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from export_bytes import as_text
from export_corpus import IGNORED, TEXTS
from export_writer import export
from hypothesis import strategies as st
from spoiled_formats import FORMATS, delimiter_of
from vendor_dialect import VendorDialect, languages_of

CANONICAL = {
    "ad_costs": "date,platform,campaign,cost,currency,clicks\n2026-09-01,meta,Spring,1.50,EUR,3\n"
                "2026-09-02,Meta,Autumn,12.345678,usd,1000\n",
    "deals": "deal_id,created_at,stage,amount,is_test,lead_id\n1,2026-09-01 10:00,Open,100,true,7\n"
             "2,2026-09-02T09:30:00+02:00,Won,,no,8\n",
    "email_campaigns": "tool,campaign_id,sent_at,emails_sent,opens\nkit,a1,2026-09-01 10:00,1000,10\n",
    "exchange_rates": "date,currency,rate\n2026-09-01,USD,1.0853\n2026-09-02,USD,1.0901\n",
    "leads": "lead_id,created_at,source,landing_page,score\n1,2026-09-01,web,https://example.com/?a=1,5\n2,2026-09-02,,,\n",
    "metrics": "metric_id,date,value\nnps,2026-09-01,31\n",
    "orders": "order_id,ordered_at,status,net_amount,currency,customer_id\n1,2026-09-01 10:00,paid,10.00,EUR,9\n"
              "2,2026-09-01 10:00,refunded,10.00,EUR,9\n",
    "seo_queries": "date,query,page,clicks,impressions,position\n2026-09-01,shoes,https://example.com/,1,10,3.2\n",
}  # fmt: skip
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "utf-32", "utf-7", "cp037", "gbk")
INSERTED = (
    *("\x00", '"', '""', ",", ";", "\t", "\n", "\r", "\r\n", "\ufeff", "\u2028", "\x85", "'", "\\", "\x1b[31m"),
    *("%", "=1+1", '=HYPERLINK("http://example.com")', "@SUM(1)", "+1", "-", "--", "#REF!", "#N/A", "nan", "Infinity"),
    *("1e308", "1.23E+18", "9" * 400, "0." + "3" * 400, "1,5", "1.234", "1.234.567,89", "(5)", "\u22125", "5K", "K"),
    *("99999999M", "31-02-2026", "2026-13-45", "02-03-2026", "0000-00-00", "9999-12-31", "2026-09-01T10:00:00+99:00"),
    *("someone@example.com", "Total: Account", "Grand total", "\u00a9", "\U0001f600", "\u0661\u0662\u0663", "\u0130"),
    *("$", "\u202e", "\u00b2", "a" * 12_000, "{line}", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Good:
    """A good file, to be spoiled."""

    kind: str
    text: str


def _good() -> list[Good]:
    found = [Good(kind, text) for kind, text in CANONICAL.items()]
    for turn, (name, said) in enumerate((name, said) for name, said in TEXTS.items() if name not in IGNORED):
        language = languages_of(said)[turn % len(languages_of(said))]
        made = export(VendorDialect(name, said, language, turn), rows=12)
        text = as_text(made, "utf-8", ",;\t"[turn % 3], ("\n", "\r\n")[turn % 2], quotes_all=turn % 4 == 3).decode()
        found.append(Good(made.expected[0].kind, text))
    return found


GOOD = _good()
Change = Callable[[str, int, int], str]


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True) or [""]


def _insert(text: str, at: int, what: int) -> str:
    place = at % (len(text) + 1)
    return text[:place] + INSERTED[what % len(INSERTED)] + text[place:]


def _replace_cell(text: str, at: int, what: int) -> str:
    lines = _lines(text)
    place = at % len(lines)
    cells = lines[place].split(delimiter := delimiter_of(text))
    cells[what % len(cells)] = INSERTED[(at // 7 + what) % len(INSERTED)]
    lines[place] = delimiter.join(cells)
    return "".join(lines)


def _in_each_line(text: str, change: Callable[[list[str]], list[str]]) -> str:
    delimiter = delimiter_of(text)
    return "\n".join(delimiter.join(change(line.split(delimiter))) for line in text.splitlines())


def _duplicate_column(text: str, at: int, to: int) -> str:
    return _in_each_line(text, lambda cells: [*cells, cells[at % len(cells)]])


def _swap_columns(text: str, at: int, to: int) -> str:
    def swapped(cells: list[str]) -> list[str]:
        one, other = at % len(cells), to % len(cells)
        cells[one], cells[other] = cells[other], cells[one]
        return cells

    return _in_each_line(text, swapped)


def _without_column(text: str, at: int, to: int) -> str:
    return _in_each_line(text, lambda cells: [*cells[: at % len(cells)], *cells[at % len(cells) + 1 :]] or [""])


def _repeat_lines(text: str, at: int, times: int) -> str:
    lines = _lines(text)
    place = at % len(lines)
    return "".join([*lines[:place], *[lines[place]] * (times % 300), *lines[place:]])


def _without_line(text: str, at: int, more: int) -> str:
    lines = _lines(text)
    place = at % len(lines)
    return "".join([*lines[:place], *lines[place + 1 + more % 3 :]])


def _swap_lines(text: str, at: int, to: int) -> str:
    lines = _lines(text)
    one, other = at % len(lines), to % len(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return "".join(lines)


CHANGES: Sequence[Change] = (
    _insert,
    _insert,
    _replace_cell,
    _replace_cell,
    _duplicate_column,
    _swap_columns,
    _without_column,
    _repeat_lines,
    _without_line,
    _swap_lines,
    lambda text, at, to: text[: at % (len(text) + 1)],
    lambda text, at, to: text[at % (len(text) + 1) :],
    lambda text, at, to: text + GOOD[at % len(GOOD)].text,
    lambda text, at, to: GOOD[at % len(GOOD)].text + text,
    lambda text, at, to: text.replace(delimiter_of(text), ",;\t|: "[at % 6]),
    lambda text, at, to: text.replace("\n", ("\r", "\r\n", "\n\n", "\n\r")[at % 4]),
    lambda text, at, to: text.upper() if at % 2 else text.swapcase(),
    lambda text, at, to: text.replace('"', "") if at % 2 else text.replace('"', '""'),
    lambda text, at, to: text.replace(str(at % 10), INSERTED[to % len(INSERTED)]),
)
BYTE_CHANGES: Sequence[Callable[[bytes, int, int], bytes]] = (
    lambda data, at, to: _flipped(data, at, to),
    lambda data, at, to: data[: at % (len(data) + 1)],
    lambda data, at, to: data[at % (len(data) + 1) :],
    lambda data, at, to: _inserted(data, at % (len(data) + 1), bytes([to % 256]) * (1 + to % 40)),
    lambda data, at, to: data + data,
    lambda data, at, to: data + GOOD[to % len(GOOD)].text.encode(),
    lambda data, at, to: data[: at % (len(data) + 1)] + data[(at + to % 64) % (len(data) + 1) :],
)  # fmt: skip


def _flipped(data: bytes, at: int, to: int) -> bytes:
    if not data:
        return data
    place = at % len(data)
    return data[:place] + bytes([data[place] ^ (1 << to % 8)]) + data[place + 1 :]


def _inserted(data: bytes, place: int, what: bytes) -> bytes:
    return data[:place] + what + data[place:]


_NUMBER = st.integers(0, 2**20)
_CHANGED = st.lists(st.tuples(st.sampled_from(range(len(CHANGES))), _NUMBER, _NUMBER), max_size=4)
_BYTES = st.lists(st.tuples(st.sampled_from(range(len(BYTE_CHANGES))), _NUMBER, _NUMBER), max_size=2)
# text is what people deliver, and what reading has most to say about
_ENDING = st.sampled_from([".csv"] * 7 + [*FORMATS, ".xlsx"])


@dataclass(frozen=True)
class Spoiled:
    """One spoiled file: its kind when it was good, where it is dropped, and its bytes."""

    kind: str
    folder: str
    name: str
    content: bytes


@st.composite
def spoiled_files(draw: st.DrawFn) -> Spoiled:
    good = draw(st.sampled_from(GOOD))
    text, ending = good.text, draw(_ENDING)
    for number, one, other in draw(_CHANGED):
        text = CHANGES[number](text, one, other)[:400_000]
    encoding = draw(st.sampled_from(["utf-8"] * 6 + [*ENCODINGS]))
    is_encoded = ending in {".csv", ".tsv"} and encoding != "utf-8"
    content = text.encode(encoding, "replace") if is_encoded else FORMATS[ending](text)
    for number, one, other in draw(_BYTES):
        content = BYTE_CHANGES[number](content, one, other)
    return Spoiled(good.kind, draw(st.sampled_from(["", good.kind])), f"export{ending}", content)
