"""Reading a value that begins at a position: quoted, in brackets, or up to the next space."""

import re

from services.ai.redact.values import MAX_TOKEN, trim

Span = tuple[int, int]

QUOTES = {
    '"': '"',
    "'": "'",
    "`": "`",
    "“": "”",
    "”": "”",
    "«": "»",
    "»": "«",
    "„": "“",
    "‚": "‘",
    "‘": "’",
    "’": "’",
    "「": "」",
    "『": "』",
    "‹": "›",
}
ESCAPED_QUOTES = ('\\\\\\"', '\\"', "\\'", "&quot;", "&#34;", "&apos;", '""')
#: Another setting after a separator ends an unquoted value, as in a connection string.
NEXT_SETTING = re.compile(r"""[;&,|]\s?["']?[\w. -]{1,40}["']?\s?[=:]""")
CJK = "\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
TOKEN = re.compile(rf"[{CJK}]+|[^\s{CJK}]+")
UNQUOTED = re.compile(rf"[^\s\"<>{CJK}]{{1,{MAX_TOKEN}}}")


def read_value(line: str, start: int) -> tuple[Span, bool]:
    """The span of the value at `start`, and whether it was quoted. Empty if there is none."""
    quoted = read_quoted(line, start)
    if quoted:
        return quoted, True
    return read_unquoted(line, start), False


def read_quoted(line: str, start: int) -> Span | None:
    """The text inside the quotes that open at `start`; None where no quote does or none closes."""
    for mark in ESCAPED_QUOTES:
        if line.startswith(mark, start):
            inside = start + len(mark)
            end = line.find(mark, inside, inside + MAX_TOKEN)
            return (inside, end) if end > inside else None
    closing = QUOTES.get(line[start : start + 1])
    if closing is None:
        return None
    end = line.find(closing, start + 1, start + 1 + MAX_TOKEN)
    while end > 0 and line[end - 1] == "\\" and line[end] == '"':
        end = line.find(closing, end + 1, start + 1 + MAX_TOKEN)
    return (start + 1, end) if end > start + 1 else None


def read_unquoted(line: str, start: int) -> Span:
    match = UNQUOTED.match(line, start)
    if match is None:
        return start, start
    end = match.end()
    following = NEXT_SETTING.search(line, start, end + 42)
    if following and start < following.start() < end:
        end = following.start()
    for mark in ESCAPED_QUOTES[1:3]:
        cut = line.find(mark, start, end)
        if cut > start:
            end = cut
    return trim(line, start, end)


def read_token(line: str, start: int) -> Span:
    """Up to the next space, without punctuation around it."""
    match = TOKEN.match(line, start)
    return trim(line, start, match.end()) if match else (start, start)
