"""Secrets in addresses, headers, cookies and webhooks."""

import re
from collections.abc import Iterator

from services.ai.redact.names import is_secret_name
from services.ai.redact.reading import Span
from services.ai.redact.values import DIGIT, entropy, is_placeholder, is_random
from services.ai.redact.words import word_list

USER_INFO = re.compile(
    r"""(?<![\w+.-])[a-z][\w+.-]{1,20}://[^\s:/@?#"'<>]{0,80}:([^\s/"'<>]{1,200})@(?=[\w\[%.-])""",
    re.IGNORECASE,
)
TOKEN_USER = re.compile(r"""https?://([\w.~-]{16,200})@[\w.-]{3,80}""")
QUERY = re.compile(r"""[?&;]([\w.~-]{1,40})=([^\s&#;"'<>\\]{4,1000})""")
QUERY_SECRETS = word_list("query_names")
PATH_TOKEN = re.compile(
    r"""https?://[^\s"'<>]{4,200}?/(?:reset|verify|confirm|activate|invite|magic|login|token|unsubscribe|share|password)[\w/-]{0,60}/([\w.~-]{20,300})""",
    re.IGNORECASE,
)
HOOK = re.compile(
    r"""https?://[^\s"'<>]{0,200}?(?:hook|/bot\d{6,12}:|/workflows/|/trigger/with/key/|/integrations?/|/incoming/|/alerts?/|/notify/)[^\s"'<>]{0,600}""",
    re.IGNORECASE,
)
SEGMENT = re.compile(r"[^/?&=@:]{6,}")
BOT = re.compile(r"(?<![\w])(\d{8,10}:[\w-]{35})(?![\w-])")
HEADER = re.compile(
    r"""(?:proxy-|x-)?authori[sz]ation["']?\s{0,4}[:=]\s{0,4}(?:\\?["'])?(?:(?:basic|bearer|digest|token|apikey|negotiate|ntlm|key|sharedkey|aws4-hmac-sha256|oauth|splunk|genie-?key|bot)\s{1,4})?([^\s"'\\]{6,4000})""",
    re.IGNORECASE,
)
DIGEST = re.compile(r"""\b(?:response|nc-response|cnonce)=\\?["']?([0-9a-f]{32})""", re.IGNORECASE)
BEARER = re.compile(r"\b(?:bearer|basic|token)\s{1,4}([\w.~+/=-]{16,4000})", re.IGNORECASE)
COOKIES = re.compile(
    r"""(?:set-)?cookies?["']?\s{0,4}[:=]\s{0,4}["']?([^\n]{4,3000})|(?:^|\s)(?:-b|--cookie)[ =]["']([^"'\n]{4,2000})""",
    re.IGNORECASE,
)
COOKIE = re.compile(r"""([\w.!#$%*+~^|-]{1,80})=("?)([^\s;,"']{4,2000})""")
COOKIE_HARMLESS = re.compile(
    r"(?:path|domain|expires|max-age|samesite|priority|version|lang|locale|theme|tz|timezone|currency|consent|_ga\w*|_gid|utm\w*|cookie_?consent|country|region|view|size)$",
    re.IGNORECASE,
)
SESSION_COOKIE = re.compile(
    r"sess|sid|auth|token|jwt|login|remember|csrf|xsrf|sso|ticket|aspx|phpsess|connect|identity|secure|key|user|id$",
    re.IGNORECASE,
)


def find_in_addresses(line: str) -> Iterator[Span]:
    for pattern in (USER_INFO, TOKEN_USER):
        for match in pattern.finditer(line):
            if not is_placeholder(match[1]) and match[1][:1] != "$":
                yield match.span(1)
    for match in QUERY.finditer(line):
        name = match[1].lower()
        if (name in QUERY_SECRETS or is_secret_name(name)) and is_query_secret(name, match[2]):
            yield match.span(2)
    for match in PATH_TOKEN.finditer(line):
        if entropy(match[1]) > 3.2 and DIGIT.search(match[1]):
            yield match.span(1)
    for match in HOOK.finditer(line):
        yield from find_in_hook(match)
    for match in BOT.finditer(line):
        yield match.span(1)


def is_query_secret(name: str, value: str) -> bool:
    if is_placeholder(value):
        return False
    if name in (
        "key",
        "code",
        "state",
        "hash",
        "reset",
        "session",
        "ticket",
        "invite",
        "auth",
        "token",
    ):
        return len(value) >= 8 and is_random(value)
    return True


def find_in_hook(match: re.Match[str]) -> Iterator[Span]:
    """The random segments of a webhook's address behind its host."""
    host_end = match[0].find("/", 8)
    if host_end < 0:
        return
    for segment in SEGMENT.finditer(match[0], host_end):
        text = segment[0].rstrip(".,;)")
        if is_random_segment(text):
            yield match.start() + segment.start(), match.start() + segment.start() + len(text)


def is_random_segment(text: str) -> bool:
    if not any(char.isalpha() for char in text):
        return len(text) >= 24
    if re.fullmatch(r"[0-9a-f-]{36}(?:@[0-9a-f-]{36})?|[A-Z]?[a-z]+(?:[-_A-Z][a-z]*)*", text):
        return False
    return (len(text) >= 16 and entropy(text) > 2.8) or (
        entropy(text) > 2.2 and re.search(r"\d", text) is not None
    )


def find_in_headers(line: str) -> Iterator[Span]:
    for pattern in (HEADER, BEARER):
        for match in pattern.finditer(line):
            value = match[1].rstrip(".,;)")
            if not is_placeholder(value) and (pattern is HEADER or is_credential(value)):
                yield match.start(1), match.start(1) + len(value)
    for match in DIGEST.finditer(line):
        yield match.span(1)
    for match in COOKIES.finditer(line):
        group = 1 if match[1] else 2
        for cookie in COOKIE.finditer(line, *match.span(group)):
            if is_session_cookie(cookie[1], cookie[3]):
                yield cookie.span(3)


def is_credential(value: str) -> bool:
    return (
        DIGIT.search(value) is not None and not value.startswith("realm=") and entropy(value) > 2.5
    )


def is_session_cookie(name: str, value: str) -> bool:
    if COOKIE_HARMLESS.match(name) or is_placeholder(value):
        return False
    return (len(value) >= 16 and is_random(value)) or (
        bool(SESSION_COOKIE.search(name)) and len(value) >= 6
    )
