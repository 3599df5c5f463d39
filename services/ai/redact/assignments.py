"""Settings: `name = value`, `"name": "value"`, `<name>value</name>`, `--name value`.

The name says whether the value is a secret (names.py), whatever the format is.
"""

import re
from collections.abc import Iterator

from services.ai.redact import values
from services.ai.redact.names import is_password_name, is_secret_name
from services.ai.redact.reading import Span, read_value
from services.ai.redact.values import MIXED, is_placeholder, is_random, strength
from services.ai.redact.words import NOT_SECRET

NAME = r"[^\W\d](?:[\w.-]{0,60}\w)?"
ASSIGNED = re.compile(
    rf"""(?<![\w$])({NAME})(?:\[[\w'"]{{0,30}}\])?(?:\\{{0,3}}["']|&quot;|")?[ \t]{{0,20}}(?:=>|:=|==?|:(?!//))[ \t]{{0,20}}"""
)
VARIABLE = re.compile(rf"""\$(?:env:|global:|script:)?({NAME})\s{{0,10}}=\s{{0,10}}""")
FLAG = re.compile(rf"""(?<![\w-])(?:--?|/)({NAME})(?:[ \t]{{1,3}}|=|:)(?![-/&|>])""")
SETX = re.compile(
    rf"""\b(?:setx|set|export|ENV|define)\b\s*\(?\s*['"]?({NAME})['"]?[ \t,=]{{1,4}}"""
)
INNER = (
    r"(?:<(?:value|string|text|val|plain\w*)\b[^<>]{0,80}>\s{0,4})?(?:<!\[CDATA\[)?([^<>\n]{1,400})"
)
ELEMENT = re.compile(
    rf"""<(?:[\w-]{{1,20}}:)?({NAME})(?:\s[^<>]{{0,200}})?>\s{{0,4}}{INNER}(?:\]\]>)?\s{{0,4}}</""",
    re.IGNORECASE,
)
CDATA = re.compile(
    rf"""<(?:[\w-]{{1,20}}:)?({NAME})(?:\s[^<>]{{0,200}})?>\s{{0,4}}<!\[CDATA\[([^\n]{{1,400}}?)\]\]>""",
    re.IGNORECASE,
)
#: `variable "db_pass" { default = "x" }`, `"adminPassword": {"value": "x"}` on one line.
BLOCK = re.compile(
    rf"""["']?({NAME})["']?\s{{0,4}}[:=]?\s{{0,4}}\{{[^{{}}\n]{{0,200}}?\b(?:default\w{{0,6}}|value)["']?\s{{0,4}}[:=]\s{{0,4}}["']([^"'\n]{{1,400}})["']""",
    re.IGNORECASE,
)
#: Names of settings in capitals that end in KEY, with a long random value.
KEY_SETTING = re.compile(
    r"""(?<![\w$])(?!PUBLIC|\w*PUB_)([A-Z][A-Z0-9]{0,20}(?:_[A-Z0-9]{1,20}){0,5}_(?:KEY|SALT|SEED|PEPPER|IV|ENC|BASE))["']?\s{0,4}[:=]\s{0,4}["']?(?:base64:|hex:)?([A-Za-z0-9+/_=-]{24,400})"""
)
NAMED_ELEMENT = re.compile(
    rf"""<[\w:-]{{1,40}}\s(?:[^<>]{{0,80}}\s)?(?:name|key|id)=["']({NAME})["'][^<>]{{0,120}}>\s{{0,4}}{INNER}</""",
    re.IGNORECASE,
)
DOCKER_AUTH = re.compile(r"""\\?["']auth\\?["']\s?:\s?\\?["']([\w+/=-]{12,400})""")
ELEMENT_VALUE = re.compile(
    r"<(?:[\w-]{1,20}:)?(?:Value|string|text|val)\b[^<>]{0,80}>([^<>\n]{1,400})<", re.IGNORECASE
)
KEY_VALUE = re.compile(
    rf"""(?:key|name|id|property|setting|param)\s?=\s?["']({NAME})["'][^<>]{{0,120}}?\bvalue\s?=\s?["']([^"'\n]{{1,400}})["']""",
    re.IGNORECASE,
)
NAME_VALUE_JSON = re.compile(
    rf"""\\?["'](?:name|key|id|field|header)\\?["']\s?:\s?\\?["']({NAME})\\?["']\s?,\s?\\?["'](?:value|val|content|data)\\?["']\s?:\s?(\\?["'])"""
    r"""([^"'\n\\]{1,400})""",
    re.IGNORECASE,
)
HEADING = re.compile(r"<th\b[^<>]{0,80}>([^<>\n]{1,60})</th>", re.IGNORECASE)
DATA_CELL = re.compile(r"<td\b[^<>]{0,80}>([^<>\n]{0,200})</td>", re.IGNORECASE)
INPUT_VALUE = re.compile(
    r"""<input\b[^<>]{0,200}type=["']password["'][^<>]{0,200}\bvalue=["']([^"']{1,200})["']""",
    re.IGNORECASE,
)
CELL = re.compile(
    r"<(?:t[dh]|dt|b|strong|label|span|li|div|p|th|em)\b[^<>]{0,80}>\s{0,4}([^<>\n]{1,60}?)\s{0,4}[:：]?\s{0,4}</\w{1,8}>\s{0,4}[:：]?\s{0,4}"
    r"<(?:t[dh]|dd|code|span|kbd|tt|div|p|b|i|em|li|pre|samp)\b[^<>]{0,80}>\s{0,4}([^<>\n]{1,200}?)\s{0,4}</\w{1,8}>",
    re.IGNORECASE,
)
#: `<Password value="x"/>`
ELEMENT_ATTRIBUTE = re.compile(
    rf"""<(?:[\w-]{{1,20}}:)?({NAME})\s(?:[^<>]{{0,80}}\s)?value\s?=\s?["']([^"'\n]{{1,400}})["']""",
    re.IGNORECASE,
)
#: `["--requirepass", "x"]`
ARGUMENT_LIST = re.compile(rf"""["']--?({NAME})["']\s?,\s?["']([^"'\n]{{1,400}})["']""")
NOT_FLAGS = frozenset(("pass-through", "password-file", "passwordfile", "token-file", "pass"))


def find_assignments(line: str) -> Iterator[Span]:
    for match in ASSIGNED.finditer(line):
        if is_secret_name(match[1]):
            yield from read_secret(
                line, match.end(), match[1], is_prose=match[0][-1] == " " or ":" in match[0]
            )
    for match in VARIABLE.finditer(line):
        if is_secret_name(match[1]) and line[match.end() : match.end() + 1] in ('"', "'"):
            yield from read_secret(line, match.end(), match[1])
    for pattern in (FLAG, SETX):
        for match in pattern.finditer(line):
            if is_secret_name(match[1]) and match[1].lower() not in NOT_FLAGS:
                yield from read_secret(line, match.end(), match[1])
    for pattern in (BLOCK, ARGUMENT_LIST):
        for match in pattern.finditer(line):
            if is_secret_name(match[1]) and not is_placeholder(match[2]):
                yield match.span(2)
    for match in KEY_SETTING.finditer(line):
        if is_random(match[2]):
            yield match.span(2)
    for match in DOCKER_AUTH.finditer(line):
        yield match.span(1)
    yield from find_in_markup(line)


def read_secret(line: str, start: int, name: str, *, is_prose: bool = False) -> Iterator[Span]:
    span, is_quoted = read_value(line, start)
    value = line[span[0] : span[1]]
    if is_secret_value(line, span, value, name, is_quoted=is_quoted, is_prose=is_prose):
        yield span


def is_secret_value(
    line: str, span: Span, value: str, name: str, *, is_quoted: bool, is_prose: bool
) -> bool:
    if line[max(0, span[0] - 1)] == "(" and strength(value) < MIXED:
        return False
    if is_placeholder(value) or line[span[1] : span[1] + 1] == "(" or is_code_expression(value):
        return False
    if name.lower().endswith(("pin", "puk", "code", "codes", "otp")):
        return sum(char.isdigit() for char in value) >= 4 and len(value) <= 24
    if not is_password_name(name):
        is_word = not is_quoted and is_prose and strength(value) < MIXED
        return is_random(value) or (
            is_quoted and len(value) >= 8 and not is_word and " " not in value
        )
    if is_quoted:
        return value.casefold() not in NOT_SECRET
    if strength(value) >= MIXED:
        return True
    rest = line[span[1] : span[1] + 2]
    return values.is_plain_password(value) and (
        not is_prose or not rest.strip() or rest[0] in "\"'<;,&)}|"
    )


def is_code_expression(value: str) -> bool:
    """Source code that reads a secret from elsewhere: `txtPassword.Text`, `next(tokens)`."""
    return re.fullmatch(
        r"[A-Za-z_]\w{0,40}(?:\.[A-Za-z_]\w{0,40}){1,6}(?:\(.{0,80})?;?|[A-Za-z_][\w.]{0,60}\(.{0,100}",
        value,
    ) is not None and not any(char.isdigit() for char in value)


def find_in_markup(line: str) -> Iterator[Span]:
    if "<" not in line and "value" not in line.lower():
        return
    for pattern in (CDATA, ELEMENT, ELEMENT_ATTRIBUTE, NAMED_ELEMENT, KEY_VALUE, CELL):
        for match in pattern.finditer(line):
            name = match[1].strip().replace(" ", "_")
            value = match[2].strip()
            if (
                is_secret_name(name)
                and not is_placeholder(value)
                and value.casefold() not in NOT_SECRET
            ):
                yield match.span(2)
    for match in NAME_VALUE_JSON.finditer(line):
        if is_secret_name(match[1]) and not is_placeholder(match[3]):
            yield match.span(3)
    if "<th" in line.lower():
        yield from find_in_table(line)
    for match in INPUT_VALUE.finditer(line):
        yield match.span(1)


def find_in_table(line: str) -> Iterator[Span]:
    """The cells below a heading that names a secret, in a table on one line."""
    headings = [match[1].strip() for match in HEADING.finditer(line)]
    secret = {
        index for index, name in enumerate(headings) if is_secret_name(name.replace(" ", "_"))
    }
    cells = [match.span(1) for match in DATA_CELL.finditer(line)]
    for index, (start, end) in enumerate(cells):
        if headings and index % len(headings) in secret and not is_placeholder(line[start:end]):
            yield start, end
