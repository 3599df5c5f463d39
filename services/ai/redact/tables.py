"""Rows of tables: their cells, headings and values."""

import re

from services.ai.redact import values
from services.ai.redact.names import is_secret_name
from services.ai.redact.reading import Span
from services.ai.redact.values import MIXED, strength, trim

WIDE_SPACE = re.compile(r"\s{2,20}")
#: A cell in quotes, which may hold the delimiter.
QUOTED_CELL = re.compile(
    r"""(?:^|(?<=[,;|\t]))\s{0,8}"(?:[^"\n]|""){0,400}"(?=\s{0,8}(?:[,;|\t]|$))"""
)
DELIMITER = re.compile(r"[,;|\t]")
CELL_TAG = re.compile(
    r"</?(?:t[rdh]|p|br|b|strong|div|span|li|dt|dd|table|tbody|thead)\b[^<>]{0,100}>", re.IGNORECASE
)
#: The name of a setting and its value as two columns, or two cells.
NAME_COLUMN = re.compile(
    r"^[\s|]{0,20}([^\W\d][\w.-]{1,60}(?: [\w.-]{1,30}){0,2}?)(?:[ ]{2,60}|\t{1,8}|\s{0,20}\|\s{0,20})(\S{4,80})[\s|]{0,80}$"
)


def without_tags(line: str) -> str:
    """The line with spaces in place of the tags of a table's cells, of the same length."""
    return CELL_TAG.sub(lambda match: " " * len(match[0]), line) if "<" in line else line


def split_cells(line: str, delimiter: str) -> list[Span]:
    """The cells of a row without spaces around them. No delimiter means wide spaces."""
    cells, start = [], 0
    if delimiter:
        if '"' in line:
            line = QUOTED_CELL.sub(lambda match: DELIMITER.sub(" ", match[0]), line)
        edges = [match.span() for match in re.finditer(re.escape(delimiter), line)]
    else:
        edges = [match.span() for match in WIDE_SPACE.finditer(line)]
    for a, b in [*edges, (len(line), len(line))]:
        text = line[start:a]
        lead = len(text) - len(text.lstrip())
        cells.append((start + lead, max(start + lead, a - (len(text) - len(text.rstrip())))))
        start = b
    if delimiter in ("|", "") and cells and cells[0][0] == cells[0][1]:
        cells = cells[1:]
    if delimiter in ("|", "") and cells and cells[-1][0] == cells[-1][1]:
        cells = cells[:-1]
    return cells


def is_heading(text: str) -> bool:
    text = text.strip("*_ \"'#:")
    return (
        0 < len(text) <= 30
        and not re.search(r"[\d!#$%&*+=?@~^.;]", text)
        and len(text.split()) <= 4
    )


def is_cell_value(text: str) -> bool:
    if not text or text[0] == "(" or values.is_placeholder(text):
        return False
    words = text.split()
    return (len(words) <= 1 and values.is_plain_password(text)) or strength(words[0]) >= MIXED


def is_secret_row(name: str, value: str) -> bool:
    """Whether the second column is the secret that the first one names."""
    start, end = trim(value, 0, len(value))
    return is_secret_name(name.replace(" ", "_")) and (
        strength(value[start:end]) >= MIXED or re.fullmatch(r"\d{4,12}", value) is not None
    )
